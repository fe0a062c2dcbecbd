//! What is known of a commit whose answer was lost.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use poolhouse_store::testing::{Losing, Loss, WriteFresh as _, fresh_version};
use poolhouse_store::{
    Batch, CommitError, Expect, Memory, Settled, Store, StoreError, Version, commit_and_settle, settle,
};

type Lossy = Losing<Memory>;

fn store() -> Lossy {
    Losing::new(Memory::new())
}

async fn put(store: &Lossy, key: &str) -> Version {
    let batch = Batch::new().put(key, Expect::Any, "{}");
    store.inner().write(batch).await.unwrap()
}

async fn delete(store: &Lossy, key: &str) {
    let batch = Batch::new().delete(key, Expect::Present);
    store.inner().write(batch).await.unwrap();
}

/// Loses the commit's answer, lets `meanwhile` happen, and settles.
async fn lost(store: &Lossy, batch: Batch, loss: Loss, meanwhile: impl AsyncFnOnce()) -> Settled {
    let version = fresh_version();
    let witness = batch.witness(version);
    store.lose("", loss);
    let answer = store.commit(batch, version).await;
    assert!(matches!(answer, Err(CommitError::Uncertain(_))), "{answer:?}");
    meanwhile().await;
    settle(store, &witness).await.unwrap()
}

/// Whether the batch is known to be out when it is, and in when it is, if nobody else writes.
async fn alone(batch: impl Fn(Version) -> Batch) -> (Settled, Settled) {
    let mut settled = Vec::new();
    for loss in [Loss::Before, Loss::After] {
        let store = store();
        let read = put(&store, "there").await;
        settled.push(lost(&store, batch(read), loss, async || {}).await);
    }
    (settled[0], settled[1])
}

#[tokio::test]
async fn a_commit_that_nobody_has_followed_is_told_by_its_puts() {
    let new = || Batch::new();
    let known = (Settled::Out, Settled::In);
    assert_eq!(
        alone(|read| new().put("there", Expect::Version(read), "1")).await,
        known
    );
    assert_eq!(alone(|_| new().put("new", Expect::Absent, "1")).await, known);
    assert_eq!(
        alone(|_| new().put_until("new", Expect::Absent, "1", 9)).await,
        known
    );
    let both = |read| {
        new()
            .put("any", Expect::Any, "1")
            .put("new", Expect::Absent, "1")
            .delete("there", Expect::Version(read))
    };
    assert_eq!(alone(both).await, known);
    // Several expectations of one key.
    let twice = |read| {
        new()
            .check("there", Expect::Present)
            .put("there", Expect::Version(read), "1")
    };
    assert_eq!(alone(twice).await, known);
}

/// Nothing says that they are out, so nobody commits them again.
#[tokio::test]
async fn puts_without_expectations_are_only_ever_found_to_be_in() {
    let found = (Settled::Unknown, Settled::In);
    assert_eq!(
        alone(|_| Batch::new().put("there", Expect::Any, "1")).await,
        found
    );
    assert_eq!(
        alone(|_| Batch::new().put("there", Expect::Present, "1")).await,
        found
    );
    assert_eq!(alone(|_| Batch::new().put("new", Expect::Any, "1")).await, found);
}

/// The row is gone, and anybody may have deleted it.
#[tokio::test]
async fn deletes_are_only_ever_found_to_be_out() {
    let found = (Settled::Out, Settled::Unknown);
    assert_eq!(
        alone(|read| Batch::new().delete("there", Expect::Version(read))).await,
        found
    );
    let unknown = (Settled::Unknown, Settled::Unknown);
    assert_eq!(
        alone(|_| Batch::new().delete("there", Expect::Present)).await,
        unknown
    );
    assert_eq!(
        alone(|_| Batch::new().delete("there", Expect::Any)).await,
        unknown
    );
}

#[tokio::test]
async fn what_writes_nothing_leaves_nothing_to_tell_by() {
    let unknown = (Settled::Unknown, Settled::Unknown);
    assert_eq!(
        alone(|read| Batch::new().check("there", Expect::Version(read))).await,
        unknown
    );
    let checked = |read| {
        Batch::new()
            .check("there", Expect::Version(read))
            .delete("gone", Expect::Any)
    };
    assert_eq!(alone(checked).await, unknown);
    let empty = Batch::new().witness(fresh_version());
    assert_eq!(settle(&store(), &empty).await.unwrap(), Settled::Unknown);
}

#[tokio::test]
async fn a_row_that_others_have_written_since_tells_nothing() {
    for loss in [Loss::Before, Loss::After] {
        let store = store();
        let read = put(&store, "k").await;
        let batch = Batch::new().put("k", Expect::Version(read), "1");
        let settled = lost(&store, batch, loss, async || {
            put(&store, "k").await;
        })
        .await;
        assert_eq!(settled, Settled::Unknown, "{loss:?}, overwritten");

        let read = put(&store, "k").await;
        let batch = Batch::new().put("k", Expect::Version(read), "1");
        let settled = lost(&store, batch, loss, async || delete(&store, "k").await).await;
        assert_eq!(settled, Settled::Unknown, "{loss:?}, deleted");

        let batch = Batch::new().put("new", Expect::Absent, "1");
        let settled = lost(&store, batch, loss, async || {
            put(&store, "new").await;
        })
        .await;
        assert_eq!(settled, Settled::Unknown, "{loss:?}, put by another");
    }
}

/// A step of a sign-in: the next session is put, the one that was answered is deleted.
#[tokio::test]
async fn a_row_that_is_absent_again_is_not_taken_for_one_that_never_was() {
    let store = store();
    let read = put(&store, "session/1").await;
    let step = || {
        Batch::new()
            .delete("session/1", Expect::Version(read))
            .put("session/2", Expect::Absent, "{}")
    };
    let settled = lost(&store, step(), Loss::Before, async || {}).await;
    assert_eq!(settled, Settled::Out);
    let settled = lost(&store, step(), Loss::Before, async || {
        delete(&store, "session/1").await
    })
    .await;
    assert_eq!(settled, Settled::Unknown);

    let read = put(&store, "session/1").await;
    let step = Batch::new()
        .delete("session/1", Expect::Version(read))
        .put("session/2", Expect::Absent, "{}");
    let settled = lost(&store, step, Loss::After, async || {
        delete(&store, "session/2").await
    })
    .await;
    assert_eq!(settled, Settled::Unknown);
}

/// Of several puts the one that was read at a version, for it alone tells both.
#[tokio::test]
async fn the_most_telling_put_is_asked() {
    for key in ["a", "m", "z"] {
        let store = store();
        let read = put(&store, key).await;
        let step = || {
            Batch::new()
                .put("b", Expect::Absent, "{}")
                .put("l", Expect::Any, "{}")
                .put("y", Expect::Absent, "{}")
                .put(key, Expect::Version(read), "{}")
        };
        let settled = lost(&store, step(), Loss::Before, async || {}).await;
        assert_eq!(settled, Settled::Out);
        let settled = lost(&store, step(), Loss::After, async || {
            delete(&store, "b").await;
            delete(&store, "y").await;
        })
        .await;
        assert_eq!(settled, Settled::In);
    }
    let store = store();
    let step = Batch::new()
        .put("a", Expect::Any, "{}")
        .put("b", Expect::Absent, "{}")
        .put("c", Expect::Any, "{}");
    let settled = lost(&store, step.clone(), Loss::Before, async || {}).await;
    assert_eq!(settled, Settled::Out);
    let settled = lost(&store, step, Loss::Before, async || {
        put(&store, "b").await;
    })
    .await;
    assert_eq!(settled, Settled::Unknown);
}

/// The answer that was lost may have been a conflict.
#[tokio::test]
async fn a_batch_that_met_a_conflict_is_not_found_to_be_in() {
    let store = store();
    let read = put(&store, "k").await;
    put(&store, "k").await;
    let batch = Batch::new()
        .put("k", Expect::Version(read), "1")
        .put("other", Expect::Any, "1");
    let settled = lost(&store, batch, Loss::After, async || {}).await;
    assert_eq!(settled, Settled::Unknown);
    assert_eq!(store.get("other").await.unwrap(), None);
}

#[tokio::test]
async fn a_settled_commit_is_answered_like_any_other() {
    let store = store();
    let put = || Batch::new().put("k", Expect::Absent, "{}");
    let commit = |batch| commit_and_settle(&store, batch, fresh_version());

    store.lose("k", Loss::Before);
    let answer = commit(put()).await;
    assert!(
        matches!(answer, Err(CommitError::Store(StoreError::Engine(_)))),
        "{answer:?}"
    );
    assert_eq!(store.get("k").await.unwrap(), None);

    store.lose("k", Loss::After);
    commit(put()).await.unwrap();
    assert!(store.get("k").await.unwrap().is_some());
    let answer = commit(put()).await;
    assert!(matches!(answer, Err(CommitError::Conflict { .. })), "{answer:?}");

    store.lose("k", Loss::After);
    let answer = commit(put()).await;
    assert!(matches!(answer, Err(CommitError::Uncertain(_))), "{answer:?}");
    assert_eq!(
        answer.unwrap_err().to_string(),
        "the batch may or may not have been committed"
    );
    commit(Batch::new().delete("k", Expect::Present)).await.unwrap();
    assert_eq!(store.waiting(), 0);
}

/// What no row shows yet may be applied after the look.
#[tokio::test]
async fn a_batch_that_may_still_be_applied_is_not_said_to_be_out() {
    let store = store();
    let batch = Batch::new().put("k", Expect::Absent, "{}");
    store.lose("k", Loss::Meanwhile);
    let answer = commit_and_settle(&store, batch, fresh_version()).await;
    assert!(
        matches!(answer, Err(CommitError::Uncertain(StoreError::Unsettled))),
        "{answer:?}"
    );
}
