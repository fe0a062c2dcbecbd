//! Rows that may go, and the sweep that takes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::{conflict, put, version_of};
use crate::testing::WriteFresh as _;
use crate::{Batch, Expect, Scan, Store, Version};

async fn put_until(store: &dyn Store, key: &str, expires: i64) -> Version {
    let batch = Batch::new().put_until(key, Expect::Any, "{}", expires);
    store.write(batch).await.unwrap()
}

async fn keys(store: &dyn Store) -> Vec<String> {
    let rows = store.scan(Scan::prefix("", usize::MAX)).await.unwrap();
    rows.into_iter().map(|row| row.key).collect()
}

/// By a get and by a scan; also an expiry long ago, one never to come, and none.
pub async fn a_row_reads_back_with_its_expiry(store: Arc<dyn Store>) {
    let cases = [
        ("a", Some(0)),
        ("b", Some(1_790_000_000_123)),
        ("c", None),
        ("d", Some(-1)),
        ("e", Some(i64::MAX)),
        ("f", Some(i64::MIN)),
    ];
    let batch = cases
        .iter()
        .fold(Batch::new(), |batch, (key, expires)| match expires {
            Some(expires) => batch.put_until(*key, Expect::Absent, "{}", *expires),
            None => batch.put(*key, Expect::Absent, "{}"),
        });
    store.write(batch).await.unwrap();
    let rows = store.scan(Scan::prefix("", 10)).await.unwrap();
    assert_eq!(rows.len(), cases.len());
    for (row, (key, expires)) in rows.into_iter().zip(cases) {
        assert_eq!((row.key.as_str(), row.expires), (key, expires));
        assert_eq!(store.get(key).await.unwrap(), Some(row));
    }
}

/// From lasting to brief and back, earlier and later, whatever was expected: there is always one row, and the sweep goes by
/// what was said last.
pub async fn the_last_put_says_whether_and_when_a_row_goes(store: Arc<dyn Store>) {
    let puts = [
        None,
        Some(50),
        Some(20),
        None,
        None,
        Some(30),
        Some(60),
        Some(60),
        None,
    ];
    for known in [false, true] {
        for (n, expires) in puts.into_iter().enumerate() {
            let expect = match version_of(&*store, "k").await {
                Some(version) if known => Expect::Version(version),
                _ => Expect::Any,
            };
            let body = n.to_string();
            let batch = match expires {
                Some(expires) => Batch::new().put_until("k", expect, &*body, expires),
                None => Batch::new().put("k", expect, &*body),
            };
            let version = store.write(batch).await.unwrap();
            let rows = store.scan(Scan::prefix("", 10)).await.unwrap();
            assert_eq!(rows.len(), 1, "put {n}");
            let row = &rows[0];
            assert_eq!((row.version, row.expires, &row.body), (version, expires, &body));
            assert_eq!(store.get("k").await.unwrap().as_ref(), Some(row));
        }
    }
    for (expires, sooner, later) in [(Some(50), 49, 50), (Some(20), 19, 20), (Some(70), 69, 70)] {
        put(&*store, "k", "{}").await;
        put_until(&*store, "k", 10).await;
        put_until(&*store, "k", expires.unwrap()).await;
        assert_eq!(store.sweep(sooner, 10).await.unwrap(), 0);
        assert_eq!(store.sweep(later, 10).await.unwrap(), 1);
        assert_eq!(keys(&*store).await, [""; 0]);
    }
    put_until(&*store, "k", 10).await;
    put(&*store, "k", "{}").await;
    assert_eq!(store.sweep(i64::MAX, 10).await.unwrap(), 0);
    assert_eq!(keys(&*store).await, ["k"]);
    // A deleted one leaves nothing behind that could take its successor.
    put_until(&*store, "k", 10).await;
    store.write(Batch::new().delete("k", Expect::Any)).await.unwrap();
    put(&*store, "k", "{}").await;
    assert_eq!(store.sweep(i64::MAX, 10).await.unwrap(), 0);
    assert_eq!(keys(&*store).await, ["k"]);
}

/// The store has no clock.
pub async fn an_overdue_row_is_there_until_it_is_swept(store: Arc<dyn Store>) {
    let version = put_until(&*store, "k", 1).await;
    assert_eq!(version_of(&*store, "k").await, Some(version));
    assert_eq!(store.get_many(&["k"]).await.unwrap().len(), 1);
    assert_eq!(keys(&*store).await, ["k"]);
    let replaced = Batch::new().put_until("k", Expect::Version(version), "2", 1);
    store.write(replaced).await.unwrap();
    assert_eq!(store.get("k").await.unwrap().unwrap().body, "2");
}

/// What is due at this very millisecond goes, what is due at the next stays, and so does what has no expiry.
pub async fn a_sweep_deletes_exactly_what_is_due(store: Arc<dyn Store>) {
    for (key, expires) in [
        ("a", 101),
        ("b", 99),
        ("c", 100),
        ("e", 102),
        ("f", -5),
        ("g", 100),
    ] {
        put_until(&*store, key, expires).await;
    }
    put(&*store, "d", "{}").await;
    assert_eq!(store.sweep(-6, 10).await.unwrap(), 0);
    assert_eq!(store.sweep(100, 10).await.unwrap(), 4);
    assert_eq!(keys(&*store).await, ["a", "d", "e"]);
    assert_eq!(store.sweep(100, 10).await.unwrap(), 0);
    assert_eq!(store.sweep(101, 10).await.unwrap(), 1);
    assert_eq!(store.sweep(i64::MAX, 10).await.unwrap(), 1);
    assert_eq!(keys(&*store).await, ["d"]);
}

/// And takes those first that were due first.
pub async fn a_sweep_deletes_no_more_than_it_was_asked_to(store: Arc<dyn Store>) {
    for (key, expires) in [("a", 5), ("b", 3), ("c", 4), ("d", 1), ("e", 2)] {
        put_until(&*store, key, expires).await;
    }
    assert_eq!(store.sweep(9, 0).await.unwrap(), 0);
    assert_eq!(store.sweep(9, 1).await.unwrap(), 1);
    assert_eq!(keys(&*store).await, ["a", "b", "c", "e"]);
    assert_eq!(store.sweep(9, 2).await.unwrap(), 2);
    assert_eq!(keys(&*store).await, ["a", "c"]);
    assert_eq!(store.sweep(9, 2).await.unwrap(), 2);
    assert_eq!(store.sweep(9, 2).await.unwrap(), 0);
}

/// More than any engine takes in one transaction, and exactly as many as a limit in the middle says.
pub async fn a_sweep_without_a_limit_deletes_all_that_is_due(store: Arc<dyn Store>) {
    const ROWS: usize = 4_321;
    let fill = || {
        let batch = (0..ROWS).fold(Batch::new(), |batch, n| {
            batch.put_until(format!("row/{n}"), Expect::Any, "{}", n as i64)
        });
        batch
            .put("stays", Expect::Any, "{}")
            .put_until("later", Expect::Any, "{}", ROWS as i64)
    };
    let due = ROWS as i64 - 1;
    store.write(fill()).await.unwrap();
    assert_eq!(store.sweep(due, usize::MAX).await.unwrap(), ROWS);
    assert_eq!(keys(&*store).await, ["later", "stays"]);

    store.write(fill()).await.unwrap();
    assert_eq!(store.sweep(due, 3_210).await.unwrap(), 3_210);
    assert_eq!(keys(&*store).await.len(), ROWS - 3_210 + 2);
    assert_eq!(store.sweep(due, ROWS).await.unwrap(), ROWS - 3_210);
    assert_eq!(keys(&*store).await, ["later", "stays"]);
}

/// Later, or for ever.
pub async fn what_was_renewed_since_is_not_swept(store: Arc<dyn Store>) {
    for key in ["gone", "later", "lasting", "sooner"] {
        put_until(&*store, key, 10).await;
    }
    put_until(&*store, "later", 11).await;
    put(&*store, "lasting", "{}").await;
    put_until(&*store, "sooner", 9).await;
    assert_eq!(store.sweep(10, 9).await.unwrap(), 2);
    assert_eq!(keys(&*store).await, ["lasting", "later"]);
}

/// A batch need not know whether the row has an expiry.
pub async fn expectations_hold_wherever_the_row_lies(store: Arc<dyn Store>) {
    for brief in [false, true] {
        let write = |expect| match brief {
            false => Batch::new().put("k", expect, "{}"),
            true => Batch::new().put_until("k", expect, "{}", 1),
        };
        let first = store.write(write(Expect::Absent)).await.unwrap();
        assert_eq!(
            conflict(&*store, Batch::new().put("k", Expect::Absent, "")).await,
            "k"
        );
        let absent = Batch::new().put_until("k", Expect::Absent, "", 1);
        assert_eq!(conflict(&*store, absent).await, "k");
        let second = store.write(write(Expect::Version(first))).await.unwrap();
        let stale = Batch::new().put_until("k", Expect::Version(first), "", 1);
        assert_eq!(conflict(&*store, stale).await, "k");
        let stale = Batch::new().delete("k", Expect::Version(first));
        assert_eq!(conflict(&*store, stale).await, "k");
        let deleted = Batch::new().delete("k", Expect::Version(second));
        store.write(deleted).await.unwrap();
        assert_eq!(store.get("k").await.unwrap(), None);
        // Without looking first.
        store.write(write(Expect::Any)).await.unwrap();
        store.write(Batch::new().delete("k", Expect::Any)).await.unwrap();
        assert_eq!(keys(&*store).await, [""; 0]);
    }
}

/// For those who put and for those who had read it.
pub async fn a_swept_row_is_absent(store: Arc<dyn Store>) {
    let version = put_until(&*store, "k", 1).await;
    assert_eq!(store.sweep(1, 1).await.unwrap(), 1);
    assert_eq!(store.get("k").await.unwrap(), None);
    assert_eq!(store.get_many(&["k"]).await.unwrap(), [None]);
    let stale = Batch::new().put("k", Expect::Version(version), "{}");
    assert_eq!(conflict(&*store, stale).await, "k");
    let fresh = Batch::new().put_until("k", Expect::Absent, "{}", 9);
    store.write(fresh).await.unwrap();
}

/// In one order, whichever of the two each row is, with pages that end anywhere.
pub async fn pages_of_both_kinds_miss_none(store: Arc<dyn Store>) {
    const ROWS: usize = 300;
    let key = |n: usize| format!("row/{n:03}");
    let batch = (0..ROWS).fold(Batch::new(), |batch, n| match n % 7 {
        0 | 3 | 4 => batch.put(key(n), Expect::Absent, "{}"),
        _ => batch.put_until(key(n), Expect::Absent, "{}", n as i64),
    });
    let batch = batch
        .put("row.", Expect::Any, "{}")
        .put_until("row0", Expect::Any, "{}", 0);
    store.write(batch).await.unwrap();
    for size in [1, 2, 63, 64, 65, 299, 300, 301, usize::MAX] {
        let mut seen = Vec::new();
        let mut scan = Scan::prefix("row/", size);
        loop {
            let page = store.scan(scan.clone()).await.unwrap();
            let last = page.len() < size;
            seen.extend(page.into_iter().map(|row| row.key));
            match seen.last() {
                Some(key) if !last => scan = scan.after(key.clone()),
                _ => break,
            }
        }
        assert!(seen.into_iter().eq((0..ROWS).map(key)), "pages of {size}");
    }
}

/// A renewal is at the version that was read, so either it finds the row or the sweep took it; what it wrote stays.
pub async fn sweeps_and_renewals_at_once_lose_no_renewed_row(store: Arc<dyn Store>) {
    const ROWS: usize = 200;
    let mut versions = Vec::new();
    for n in 0..ROWS {
        versions.push(put_until(&*store, &format!("{n:03}"), 1).await);
    }
    let swept = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            let mut swept = 0;
            for _ in 0..ROWS {
                swept += store.sweep(1, 1).await.unwrap();
                tokio::task::yield_now().await;
            }
            swept
        }
    });
    let mut renewed = Vec::new();
    for (n, version) in versions.into_iter().enumerate().rev() {
        let key = format!("{n:03}");
        let batch = match n % 2 {
            0 => Batch::new().put(&key, Expect::Version(version), "{}"),
            _ => Batch::new().put_until(&key, Expect::Version(version), "{}", 2),
        };
        if store.write(batch).await.is_ok() {
            renewed.push(key);
        }
        tokio::task::yield_now().await;
    }
    renewed.reverse();
    let swept = swept.await.unwrap() + store.sweep(1, usize::MAX).await.unwrap();
    assert_eq!(keys(&*store).await, renewed);
    assert_eq!(swept, ROWS - renewed.len());
}

/// A flood of rows that are all due keeps nobody from writing, and no commit keeps the sweep from ending.
pub async fn commits_go_on_while_thousands_of_rows_are_swept(store: Arc<dyn Store>) {
    const ROWS: usize = 6_000;
    let batch = (0..ROWS).fold(Batch::new(), |batch, n| {
        batch.put_until(format!("flood/{n}"), Expect::Absent, "{}", 1)
    });
    store.write(batch).await.unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for writer in 0..4 {
        let (store, over) = (Arc::clone(&store), Arc::clone(&over));
        writers.spawn(async move {
            let mut commits = 0;
            while !over.load(Ordering::SeqCst) {
                put(&*store, &format!("kept/{writer}/{commits}"), "{}").await;
                commits += 1;
                tokio::task::yield_now().await;
            }
            commits
        });
    }
    assert_eq!(store.sweep(1, usize::MAX).await.unwrap(), ROWS);
    over.store(true, Ordering::SeqCst);
    let commits: usize = writers.join_all().await.into_iter().sum();
    assert_eq!(keys(&*store).await.len(), commits);
}
