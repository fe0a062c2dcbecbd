//! Both engines agree on any sequence of batches, scans included.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod scratch;

use poolhouse_store::{Batch, CommitError, Expect, Memory, Row, Scan, Sqlite, Store, Version};
use proptest::collection::vec;
use proptest::prelude::*;
use scratch::Scratch;

/// One step of a batch. Versions are named by the row that carries them, for engines number them as they like.
#[derive(Clone, Debug)]
struct Step {
    key: String,
    expect: Wish,
    write: Option<Option<u8>>,
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
    let write =
        prop_oneof![4 => any::<u8>().prop_map(|n| Some(Some(n))), 2 => Just(Some(None)), 1 => Just(None)];
    (key(), wish, write).prop_map(|(key, expect, write)| Step { key, expect, write })
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
            Wish::Stale => Expect::Version(Version(u64::MAX)),
        };
        batch = match write {
            Some(Some(n)) => batch.put(key, expect, n.to_string()),
            Some(None) => batch.delete(key, expect),
            None => batch.check(key, expect),
        };
    }
    batch
}

/// `None` when the batch was applied, the conflicting key otherwise.
async fn commit(store: &dyn Store, steps: &[Step]) -> Option<String> {
    match store.commit(batch(store, steps).await).await {
        Ok(_) => None,
        Err(CommitError::Conflict { key }) => Some(key),
        Err(CommitError::Store(error)) => panic!("{error:?}"),
    }
}

async fn page(store: &dyn Store, scan: Scan) -> Vec<(String, String)> {
    let rows: Vec<Row> = store.scan(scan).await.unwrap();
    rows.into_iter().map(|row| (row.key, row.body)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engines_agree(batches in vec(vec(step(), 0..5), 1..24), scans in vec((key(), proptest::option::of(key()), 0_usize..6), 8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let scratch = Scratch::new();
            let (memory, sqlite) = (Memory::new(), Sqlite::open(scratch.file()).unwrap());
            for steps in &batches {
                assert_eq!(commit(&memory, steps).await, commit(&sqlite, steps).await, "{steps:?}");
                assert_eq!(page(&memory, Scan::prefix("", 64)).await, page(&sqlite, Scan::prefix("", 64)).await);
            }
            for (prefix, after, limit) in scans {
                let scan = Scan { prefix, after, limit };
                assert_eq!(page(&memory, scan.clone()).await, page(&sqlite, scan).await);
            }
        });
    }
}
