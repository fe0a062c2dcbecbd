//! What an attempt on a name that nobody has writes, where one on a user's writes an entry of the audit log.

use poolhouse_store::{Batch, Expect};

use super::audit::{AuditEntry, EntryId, OfUser};
use super::document::RecordBatch;
use super::key::Key;

/// How long a row stays that says nothing.
const IN_VAIN_SECONDS: i64 = 60;
/// Hexadecimal digits of a request's id that say which pair of rows is written over then: so many pairs that two attempts at
/// the same moment hardly ever wait for each other.
const SLOT_DIGITS: usize = 3;

impl AuditEntry {
    /// What is written in place of an entry about a name that nobody has: as much as an entry about a user, so that both take
    /// the same time. It goes after a minute, and is written over before: a flood leaves 4,096 pairs of rows and no more to sweep.
    pub fn in_vain(&self, pool_id: &str, id: &EntryId) -> Batch {
        let expires = id.at.plus_seconds(IN_VAIN_SECONDS);
        let entry = AuditEntry {
            expires,
            ..self.clone()
        };
        let slot = id.request_id.len().saturating_sub(SLOT_DIGITS);
        let slot = id.request_id.get(slot..).unwrap_or_default();
        // As long as an entry's own id.
        let slot = format!("{slot:0>50}");
        let first = Key::of_pool(pool_id, format_args!("nobody/{slot}"));
        let second = Key::of_pool(pool_id, format_args!("nobody/of-{slot}"));
        Batch::new().record(first, Expect::Any, &entry).record(
            second,
            Expect::Any,
            &OfUser {
                expires,
                ..OfUser::default()
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Millis;

    #[test]
    fn attempts_on_names_that_nobody_has_write_over_each_other_what_is_as_long_as_an_entry() {
        let written = |at: i64, request_id: &str| -> Vec<String> {
            let id = EntryId {
                at: Millis(at),
                request_id: request_id.to_owned(),
            };
            let batch = AuditEntry::default().in_vain("p", &id);
            batch.keys().map(str::to_owned).collect()
        };
        let first = written(1_767_323_045_000, "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef");
        let again = written(1_767_323_099_000, "9c61aa07-55b0-4f2e-9d3c-0c1de2f3b4ef");
        let other = written(1_767_323_045_000, "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34e0");
        assert_eq!(first, again);
        assert!(first.iter().all(|key| !other.contains(key)), "{other:?}");
        let id = EntryId {
            at: Millis(1_767_323_045_000),
            request_id: "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef".to_owned(),
        };
        let entry = String::from(AuditEntry::key(Some("p"), &id));
        assert!(
            first
                .iter()
                .any(|key| key.len() == "nobody".len() + entry.len() - "audit".len())
        );
    }
}
