//! Lines of the log for programs.

use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::records::document::Document;
use serde_json::{Value, json};

use crate::reading::Line;

/// A line with everything that is known, as one object.
pub fn as_json(line: &Line) -> Value {
    match line {
        Line::Entry(id, entry) => {
            let mut document = entry.to_document();
            document["at"] = json!(date(id.at));
            document["requestId"] = json!(id.request_id);
            document["expires"] = json!(date(entry.expires));
            if let Some(since) = entry.gap_since {
                document["gapSince"] = json!(date(since));
            }
            document
        }
        Line::Refused { pool, at, counts } => {
            json!({ "at": date(*at), "pool": pool, "refused": counts })
        }
    }
}

/// As RFC 3339 writes it, in UTC.
pub(crate) fn date(moment: Millis) -> String {
    jiff::Timestamp::from_millisecond(moment.0)
        .unwrap_or_default()
        .to_string()
}

#[cfg(test)]
mod tests {
    use poolhouse_pool::records::{AuditEntry, EntryId};

    use super::*;

    #[test]
    fn a_line_is_one_object_with_the_time_as_people_write_it() {
        let at = Millis(1_767_323_045_000);
        let entry = AuditEntry {
            operation: "AdminDeleteUser".to_owned(),
            outcome: "done".to_owned(),
            expires: at,
            ..AuditEntry::default()
        };
        let id = EntryId {
            at,
            request_id: "r".to_owned(),
        };
        assert_eq!(
            as_json(&Line::Entry(id, Box::new(entry))).to_string(),
            r#"{"operation":"AdminDeleteUser","outcome":"done","expires":"2026-01-02T03:04:05Z","at":"2026-01-02T03:04:05Z","requestId":"r"}"#
        );
        let refused = Line::Refused {
            pool: None,
            at,
            counts: [("InitiateAuth unknown_name".to_owned(), 3)].into(),
        };
        assert_eq!(
            as_json(&refused).to_string(),
            r#"{"at":"2026-01-02T03:04:05Z","pool":null,"refused":{"InitiateAuth unknown_name":3}}"#
        );
    }
}
