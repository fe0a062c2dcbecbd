//! One suite for every engine: what the code above the store may rely on.
//!
//! An engine's test file names the function that opens an empty store, and gets a test for each case:
//!
//! ```text
//! /// Answers the store and whatever must live as long as it (a directory, a schema).
//! async fn open() -> (Memory, ()) {
//!     (Memory::new(), ())
//! }
//! poolhouse_store::suite!(open);
//! ```
#![expect(
    clippy::unwrap_used,
    reason = "the suite is test code that several crates compile"
)]

pub mod expectations;
pub mod expiry;
pub mod histories;
pub mod many;
pub mod races;
pub mod rows;
pub mod scans;
pub mod snapshots;

use crate::testing::WriteFresh as _;
use crate::{Batch, CommitError, Expect, Store, Version};

/// Makes a test of every case, each on a store of its own.
#[macro_export]
macro_rules! suite {
    ($open:ident) => {
        $crate::suite!($open, rows: {
            a_row_reads_back_as_written,
            a_key_without_a_row_reads_as_none,
            an_overwritten_row_has_a_new_body_and_version,
            a_deleted_row_is_gone,
            deleting_a_missing_row_is_no_conflict,
            an_empty_batch_commits,
            a_row_carries_the_version_that_its_commit_was_given,
            every_row_of_a_batch_carries_its_version,
            a_row_written_anew_at_its_own_version_is_the_one_that_was_read,
            unicode_long_keys_and_large_bodies_survive,
            a_key_that_some_engine_cannot_hold_is_refused,
        });
        $crate::suite!($open, scans: {
            rows_come_in_byte_order,
            a_prefix_is_no_pattern,
            a_prefix_of_the_last_characters_finds_its_rows,
            pages_of_ten_thousand_rows_miss_none,
            after_may_lie_outside_the_prefix,
            a_limit_of_zero_answers_nothing,
        });
        $crate::suite!($open, many: {
            rows_come_in_the_order_asked,
            a_key_may_be_asked_for_twice,
            no_keys_are_answered_with_no_rows,
            hundreds_of_keys_are_answered_like_few,
            one_read_sees_whole_batches,
        });
        $crate::suite!($open, expiry: {
            a_row_reads_back_with_its_expiry,
            the_last_put_says_whether_and_when_a_row_goes,
            an_overdue_row_is_there_until_it_is_swept,
            a_sweep_deletes_exactly_what_is_due,
            a_sweep_deletes_no_more_than_it_was_asked_to,
            a_sweep_without_a_limit_deletes_all_that_is_due,
            what_was_renewed_since_is_not_swept,
            expectations_hold_wherever_the_row_lies,
            a_swept_row_is_absent,
            pages_of_both_kinds_miss_none,
            sweeps_and_renewals_at_once_lose_no_renewed_row,
            commits_go_on_while_thousands_of_rows_are_swept,
        });
        $crate::suite!($open, expectations: {
            each_expectation_holds_in_its_states_only,
            a_conflict_names_the_least_key_and_applies_nothing,
            all_expectations_of_one_key_must_hold,
            the_last_write_of_a_key_counts,
            expectations_speak_of_the_rows_before_the_batch,
            what_was_read_before_a_row_came_back_is_stale,
        });
        $crate::suite!($open, snapshots: {
            a_snapshot_has_every_row_as_it_is,
            a_snapshot_stays_as_it_was_taken,
            a_snapshot_sees_whole_batches,
            a_snapshot_of_nothing_is_empty,
        });
        $crate::suite!($open, races: {
            parallel_increments_lose_nothing,
            parallel_absent_puts_have_one_winner,
            parallel_deletes_have_one_winner,
            readers_see_whole_batches,
            checks_of_each_others_keys_have_one_winner,
            absent_puts_of_both_kinds_have_one_winner,
            who_depends_on_a_row_and_who_deletes_it_have_one_winner,
            blind_batches_are_applied_one_after_the_other,
            a_commit_is_seen_by_the_next_read,
        });
        $crate::suite!($open, histories: {
            what_many_clients_heard_has_an_order,
        });
    };
    ($open:ident, $module:ident: { $($case:ident,)* }) => {
        mod $module {
            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    let (store, _guard) = super::$open().await;
                    $crate::suite::$module::$case(::std::sync::Arc::new(store)).await;
                }
            )*
        }
    };
}

/// Puts one row, over whatever is there.
async fn put(store: &dyn Store, key: &str, body: &str) -> Version {
    store
        .write(Batch::new().put(key, Expect::Any, body))
        .await
        .unwrap()
}

async fn version_of(store: &dyn Store, key: &str) -> Option<Version> {
    store.get(key).await.unwrap().map(|row| row.version)
}

/// The key of the conflict that `batch` must meet.
async fn conflict(store: &dyn Store, batch: Batch) -> String {
    match store.write(batch).await {
        Err(CommitError::Conflict { key }) => key,
        other => format!("no conflict, but {other:?}"),
    }
}
