//! What a command tells the audit log: an entry in the commit of what it changes, as of a request.

use std::sync::Arc;

use poolhouse_crypto::uuid_v4;
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::platform::{Beside, Platform};
use poolhouse_pool::base::settings::AUDIT_DAYS;
use poolhouse_pool::records::{AuditEntry, EntryId, OfUser, RecordBatch as _, audit_log};
use poolhouse_pool::request::find_user;
use poolhouse_store::{Batch, Expect};

use crate::error::CliError;

/// Seconds of a day.
const DAY: i64 = 86_400;

struct Noted {
    id: EntryId,
    entry: AuditEntry,
}

impl Beside for Noted {
    fn beside(&self, batch: &Batch) -> Batch {
        if batch.is_empty() {
            return Batch::new();
        }
        let pool = self.entry.pool.as_deref();
        let note = Batch::new().record(AuditEntry::key(pool, &self.id), Expect::Any, &self.entry);
        match (pool, &self.entry.user) {
            (Some(pool), Some(sub)) => {
                let of_user = OfUser {
                    expires: self.entry.expires,
                    feedback: None,
                };
                note.record(OfUser::key(pool, sub, &self.id), Expect::Any, &of_user)
            }
            _ => note,
        }
    }

    /// A command says itself that it failed.
    fn fell_through(&self) {}
}

/// The same platform with commits that say that this command made them: `keys create`, of a pool or of none.
pub(super) fn noting(platform: &Platform, command: &str, pool: Option<&str>) -> Platform {
    note(platform, command, |entry| entry.pool = pool.map(str::to_owned))
}

/// The same, of a user by any name; one whom nobody knows is nobody's entry.
pub(super) async fn noting_user(
    platform: &Platform,
    command: &str,
    pool: &str,
    name: &str,
) -> Result<Platform, CliError> {
    let unreadable = "the database cannot be read";
    let found = audit_log::pool(platform, pool).await;
    let found = found.map_err(|error| CliError::new(unreadable).caused_by(error))?;
    let user = match &found {
        Some(record) => find_user(platform, record, name).await,
        None => Ok(None),
    };
    let user = user.map_err(|error| CliError::new(unreadable).caused_by(error))?;
    Ok(note(platform, command, |entry| {
        entry.pool = Some(pool.to_owned());
        entry.user = user.map(|user| user.value.sub);
    }))
}

/// The same, of a restore: what came behind this moment is not in the log.
pub(super) fn noting_gap(platform: &Platform, command: &str, since: Option<Millis>) -> Platform {
    note(platform, command, |entry| entry.gap_since = since)
}

fn note(platform: &Platform, command: &str, change: impl FnOnce(&mut AuditEntry)) -> Platform {
    let now = platform.now();
    let mut entry = AuditEntry {
        operation: format!("poolhouse {command}"),
        outcome: "done".to_owned(),
        expires: now.plus_seconds(i64::from(AUDIT_DAYS) * DAY),
        ..AuditEntry::default()
    };
    change(&mut entry);
    let id = EntryId {
        at: now,
        request_id: uuid_v4(&*platform.entropy),
    };
    platform.taking_along(Arc::new(Noted { id, entry }))
}

#[cfg(test)]
mod tests {
    use poolhouse_pool::records::AuditEntry;
    use poolhouse_pool::testing::TestPool;

    use super::*;

    async fn log(platform: &Platform, pool: Option<&str>) -> Vec<AuditEntry> {
        let prefix = AuditEntry::prefix(pool);
        let entries = audit_log::entries(platform, pool, &prefix, 100).await.unwrap();
        let commands = entries.into_iter().map(|(_, entry)| entry);
        commands
            .filter(|entry| entry.operation.starts_with("poolhouse "))
            .collect()
    }

    #[tokio::test]
    async fn a_command_that_changes_something_is_in_the_log_and_one_that_changes_nothing_is_not() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let platform = &server.app().platform;
        let put = |key: &str| Batch::new().put(key, Expect::Absent, "{}");
        noting(platform, "keys create", None)
            .commit(put("meta/x"))
            .await
            .unwrap();
        noting(platform, "door", Some(&pool))
            .commit(put("meta/y"))
            .await
            .unwrap();
        let refused = noting(platform, "keys delete", None).commit(put("meta/x")).await;
        assert!(refused.is_err());
        noting(platform, "nothing", None)
            .commit(Batch::new())
            .await
            .unwrap();
        let about_none = log(platform, None).await;
        assert_eq!(about_none.len(), 1);
        assert_eq!(
            (&*about_none[0].operation, &*about_none[0].outcome),
            ("poolhouse keys create", "done")
        );
        let of_pool = log(platform, Some(&pool)).await;
        assert_eq!(of_pool.len(), 1);
        assert_eq!(
            (&*of_pool[0].operation, of_pool[0].pool.as_deref()),
            ("poolhouse door", Some(&*pool))
        );
    }

    #[tokio::test]
    async fn what_a_command_did_to_a_user_is_in_the_users_history() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        let platform = &server.app().platform;
        server.clock().advance_seconds(1);
        let noting = noting_user(platform, "unlock", &pool, "mara").await.unwrap();
        let batch = Batch::new().put("meta/x", Expect::Absent, "{}");
        noting.commit(batch).await.unwrap();
        let (history, _) = audit_log::history(platform, &pool, &sub, None, 1).await.unwrap();
        assert_eq!(history[0].entry.operation, "poolhouse unlock");
        let gap = noting_gap(platform, "restore", Some(Millis(5)));
        let batch = Batch::new().put("meta/y", Expect::Absent, "{}");
        gap.commit(batch).await.unwrap();
        assert_eq!(log(platform, None).await[0].gap_since, Some(Millis(5)));
    }
}
