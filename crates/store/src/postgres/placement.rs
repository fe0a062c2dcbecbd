//! Which of the two tables a key lies in.
//!
//! The key decides, and not what its last put said, so that one unique index holds each key: of two puts that both expect
//! nothing, one with an expiry and one without, one must lose. Which kinds of keys come and go is written into the database
//! when its schema is made, and every node goes by what it finds there.

/// The kinds of keys whose rows come and go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Placement {
    /// Each a list of segments.
    kinds: Vec<Vec<String>>,
}

impl Placement {
    /// From patterns such as `p/*/session`, where `*` is any one segment: what begins with such segments comes and goes.
    pub(super) fn new(patterns: &[String]) -> Self {
        let segments = |pattern: &String| pattern.split('/').map(str::to_owned).collect();
        Self {
            kinds: patterns.iter().map(segments).collect(),
        }
    }

    /// Whether a key's row comes and goes.
    pub(super) fn is_brief(&self, key: &str) -> bool {
        self.kinds.iter().any(|kind| begins(key, kind))
    }
}

fn begins(key: &str, kind: &[String]) -> bool {
    let mut segments = key.split('/');
    kind.iter().all(|wanted| {
        segments
            .next()
            .is_some_and(|segment| wanted == "*" || wanted == segment)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_its_segments() {
        let placement = Placement::new(&["outbox".to_owned(), "p/*/user/*/session".to_owned()]);
        let cases = [
            ("outbox/0/1/2", true),
            ("outbox", true),
            ("outboxes/1", false),
            ("p/1/user/2/session/3", true),
            ("p/1/user/2/session", true),
            ("p/1/user/2/sessions/3", false),
            ("p/1/user/session/3", false),
            ("p/1/user", false),
            ("q/outbox/1", false),
        ];
        for (key, brief) in cases {
            assert_eq!(placement.is_brief(key), brief, "{key}");
        }
        assert!(!Placement::default().is_brief("outbox/1"));
    }
}
