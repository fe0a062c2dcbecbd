//! Both engines agree on any sequence of batches and sweeps, whatever is read in between.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod scratch;

use poolhouse_store::testing::fresh_version;
use poolhouse_store::{Batch, CommitError, Expect, Memory, Row, Scan, Sqlite, Store};
use proptest::collection::vec;
use proptest::prelude::*;
use scratch::Scratch;

/// One step of a batch.
#[derive(Clone, Debug)]
struct Step {
    key: String,
    expect: Wish,
    write: Option<Write>,
}

#[derive(Clone, Debug)]
enum Write {
    Put(u8),
    /// Expiries are few, so that rows share them and sweeps meet them.
    PutUntil(u8, i64),
    Delete,
}

/// What happens to both stores.
#[derive(Clone, Debug)]
enum Event {
    Commit(Vec<Step>),
    Sweep(i64, usize),
    GetMany(Vec<String>),
}

#[derive(Clone, Copy, Debug)]
enum Wish {
    Any,
    Absent,
    Present,
    Current,
    Stale,
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(
            prop_oneof![
                Just('a'),
                Just('b'),
                Just('/'),
                Just('%'),
                Just('é'),
                Just('\u{10ffff}')
            ],
            1..4
        )
        .prop_map(String::from_iter),
        "[ab]{1,2}",
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let wish = prop_oneof![
        4 => Just(Wish::Any),
        2 => Just(Wish::Absent),
        2 => Just(Wish::Present),
        2 => Just(Wish::Current),
        1 => Just(Wish::Stale),
    ];
    let write = prop_oneof![
        3 => any::<u8>().prop_map(|n| Some(Write::Put(n))),
        3 => (any::<u8>(), 0_i64..6).prop_map(|(n, expires)| Some(Write::PutUntil(n, expires))),
        2 => Just(Some(Write::Delete)),
        1 => Just(None),
    ];
    (key(), wish, write).prop_map(|(key, expect, write)| Step { key, expect, write })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => vec(step(), 0..5).prop_map(Event::Commit),
        // Above a handful the order among rows of one expiry, which no engine promises, makes no difference.
        1 => (-1_i64..7).prop_map(|due| Event::Sweep(due, 100)),
        2 => vec(key(), 0..6).prop_map(Event::GetMany),
    ]
}

async fn batch(store: &dyn Store, steps: &[Step]) -> Batch {
    let mut batch = Batch::new();
    for Step { key, expect, write } in steps {
        let current = store.get(key).await.unwrap().map(|row| row.version);
        let expect = match expect {
            Wish::Any => Expect::Any,
            Wish::Absent => Expect::Absent,
            Wish::Present => Expect::Present,
            Wish::Current => current.map_or(Expect::Absent, Expect::Version),
            Wish::Stale => Expect::Version(fresh_version()),
        };
        batch = match write {
            Some(Write::Put(n)) => batch.put(key, expect, n.to_string()),
            Some(Write::PutUntil(n, expires)) => batch.put_until(key, expect, n.to_string(), *expires),
            Some(Write::Delete) => batch.delete(key, expect),
            None => batch.check(key, expect),
        };
    }
    batch
}

/// `None` when the batch was applied, the conflicting key otherwise.
fn conflict(result: Result<(), CommitError>) -> Option<String> {
    match result {
        Ok(()) => None,
        Err(CommitError::Conflict { key }) => Some(key),
        Err(error) => panic!("{error:?}"),
    }
}

async fn page(store: &dyn Store, scan: Scan) -> Vec<Row> {
    store.scan(scan).await.unwrap()
}

async fn happen(memory: &dyn Store, sqlite: &dyn Store, event: &Event) {
    match event {
        Event::Commit(steps) => {
            let (batch, version) = (batch(memory, steps).await, fresh_version());
            assert_eq!(
                conflict(memory.commit(batch.clone(), version).await),
                conflict(sqlite.commit(batch, version).await),
                "{steps:?}"
            );
        }
        Event::Sweep(due, at_most) => {
            let kept = page(memory, Scan::prefix("", 64)).await;
            let kept: Vec<Row> = kept
                .into_iter()
                .filter(|row| row.expires.is_none_or(|expires| expires > *due))
                .collect();
            assert_eq!(
                memory.sweep(*due, *at_most).await.unwrap(),
                sqlite.sweep(*due, *at_most).await.unwrap()
            );
            assert_eq!(page(memory, Scan::prefix("", 64)).await, kept);
        }
        Event::GetMany(keys) => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let found = memory.get_many(&keys).await.unwrap();
            assert_eq!(found, sqlite.get_many(&keys).await.unwrap());
            for (row, key) in found.into_iter().zip(keys) {
                assert_eq!(row, sqlite.get(key).await.unwrap());
            }
        }
    }
    assert_eq!(
        page(memory, Scan::prefix("", 64)).await,
        page(sqlite, Scan::prefix("", 64)).await
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engines_agree(events in vec(event(), 1..32), scans in vec((key(), proptest::option::of(key()), 0_usize..6), 8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let scratch = Scratch::new();
            let (memory, sqlite) = (Memory::new(), Sqlite::open(scratch.file()).unwrap());
            for event in &events {
                happen(&memory, &sqlite, event).await;
            }
            for (prefix, after, limit) in scans {
                let scan = Scan { prefix, after, limit };
                assert_eq!(page(&memory, scan.clone()).await, page(&sqlite, scan).await);
            }
        });
    }
}
