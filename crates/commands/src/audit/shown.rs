//! Entries as lines for people.

use poolhouse_audit::Line;
use poolhouse_pool::records::Actor;

use crate::moment::date;

/// One line: when, what, how it ended, and what is known of the rest as `name=value`.
pub(super) fn as_text(line: &Line) -> String {
    let (id, entry) = match line {
        Line::Entry(id, entry) => (id, entry),
        Line::Refused { pool, at, counts } => {
            let counts: Vec<String> = counts
                .iter()
                .map(|(what, count)| format!("{count} {what}"))
                .collect();
            let pool = pool
                .as_ref()
                .map(|pool| format!(" pool={pool}"))
                .unwrap_or_default();
            return format!("{} refused in a minute: {}{pool}", date(*at), counts.join(", "));
        }
    };
    let mut text = format!("{} {} {}", date(id.at), entry.operation, entry.outcome);
    let by = match &entry.actor {
        Actor::Anybody => None,
        Actor::User => Some("user".to_owned()),
        Actor::Key(id) => Some(format!("key {id}")),
        Actor::Function(name) => Some(format!("function {name}")),
    };
    let known = [
        ("why", &entry.why),
        ("flow", &entry.flow),
        ("by", &by),
        ("user", &entry.user),
        ("client", &entry.client),
        ("pool", &entry.pool),
        ("from", &entry.address),
        ("device", &entry.device),
    ];
    for (name, value) in known {
        match value {
            Some(value) if value.contains(' ') => text.push_str(&format!(" {name}=\"{value}\"")),
            Some(value) => text.push_str(&format!(" {name}={value}")),
            None => {}
        }
    }
    text.push_str(&format!(" request={}", id.request_id));
    text
}

#[cfg(test)]
mod tests {
    use poolhouse_pool::base::clock::Millis;
    use poolhouse_pool::records::{AuditEntry, EntryId};

    use super::*;

    #[test]
    fn a_line_says_what_is_known_and_no_more() {
        let id = EntryId {
            at: Millis(1_767_323_045_000),
            request_id: "r".to_owned(),
        };
        let entry = AuditEntry {
            operation: "AdminDeleteUser".to_owned(),
            outcome: "done".to_owned(),
            actor: Actor::Key("AKIA".to_owned()),
            pool: Some("p".to_owned()),
            device: Some("Firefox, Linux".to_owned()),
            expires: Millis(1_767_323_045_000),
            ..AuditEntry::default()
        };
        let line = Line::Entry(id, Box::new(entry));
        assert_eq!(
            as_text(&line),
            "2026-01-02T03:04:05Z AdminDeleteUser done by=\"key AKIA\" pool=p device=\"Firefox, Linux\" request=r"
        );
        let refused = Line::Refused {
            pool: None,
            at: Millis(1_767_323_045_000),
            counts: [("InitiateAuth unknown_name".to_owned(), 3)].into(),
        };
        assert_eq!(
            as_text(&refused),
            "2026-01-02T03:04:05Z refused in a minute: 3 InitiateAuth unknown_name"
        );
    }
}
