//! The judge of histories finds what no correct store answers, and nothing in what a correct one does.

mod planted;

use std::collections::BTreeMap;
use std::sync::Arc;

use planted::{Fault, Planted};
use poolhouse_store::suite::histories::Storm;
use poolhouse_store::testing::fresh_version;
use poolhouse_store::testing::linear::{Change, Heard, History, Operation, Unordered, What, Written, judge};
use poolhouse_store::{Expect, Memory, Store, Version};
use proptest::prelude::*;

fn read(begun: u64, ended: u64, rows: &[(&str, Option<Version>)]) -> Operation {
    let rows = rows.iter().map(|(key, version)| ((*key).to_owned(), *version));
    Operation {
        begun,
        ended: Some(ended),
        what: What::Read(rows.collect()),
    }
}

fn put(begun: u64, ended: Option<u64>, keys: &[&str], expect: Expect, version: Version) -> Operation {
    let expects = match expect {
        Expect::Any => Vec::new(),
        expect => vec![expect],
    };
    let change = |key: &&str| Change {
        key: (*key).to_owned(),
        expects: expects.clone(),
        written: Written::Put(version),
    };
    Operation {
        begun,
        ended,
        what: What::Commit {
            changes: keys.iter().map(change).collect(),
            heard: match ended {
                Some(_) => Heard::Applied,
                None => Heard::Nothing,
            },
        },
    }
}

fn heard(mut operation: Operation, told: Heard) -> Operation {
    if let What::Commit { heard, .. } = &mut operation.what {
        *heard = told;
    }
    operation
}

/// Judges a history whose moments go from 0 to 9.
fn is_ordered(history: &[Operation]) -> bool {
    match judge(history) {
        Ok(_) => true,
        Err(Unordered::Impossible { .. }) => false,
        Err(too_many @ Unordered::TooMany { .. }) => unreachable!("{too_many}"),
    }
}

#[test]
fn calls_at_the_same_time_may_be_seen_in_either_order_and_later_ones_may_not() {
    let (one, two) = (fresh_version(), fresh_version());
    let both = [
        put(0, Some(3), &["a"], Expect::Any, one),
        put(1, Some(4), &["a"], Expect::Any, two),
    ];
    for last in [one, two] {
        let seen = [both.to_vec(), vec![read(5, 6, &[("a", Some(last))])]].concat();
        assert!(is_ordered(&seen));
    }
    let twice = [
        both.to_vec(),
        vec![read(5, 6, &[("a", Some(one))]), read(7, 8, &[("a", Some(two))])],
    ]
    .concat();
    assert!(!is_ordered(&twice), "the row went back");
    let stale = [
        put(0, Some(1), &["a"], Expect::Any, one),
        read(2, 3, &[("a", None)]),
    ];
    assert!(!is_ordered(&stale));
    let early = [
        put(0, Some(3), &["a"], Expect::Any, one),
        read(1, 2, &[("a", None)]),
    ];
    assert!(is_ordered(&early));
}

#[test]
fn half_a_batch_is_seen_by_nobody() {
    let version = fresh_version();
    let batch = put(0, Some(9), &["a", "b"], Expect::Absent, version);
    let seen = |a: bool, b: bool| {
        let row = |there: bool| there.then_some(version);
        is_ordered(&[batch.clone(), read(3, 4, &[("a", row(a)), ("b", row(b))])])
    };
    assert!(seen(true, true) && seen(false, false));
    assert!(!seen(true, false) && !seen(false, true));
    // In two reads one after the other, it may have come in between.
    let apart = |first: Option<Version>, then: Option<Version>| {
        is_ordered(&[
            batch.clone(),
            read(1, 2, &[("a", first)]),
            read(3, 4, &[("b", then)]),
        ])
    };
    assert!(apart(None, Some(version)));
    assert!(!apart(Some(version), None));
}

#[test]
fn a_commit_that_nobody_heard_of_may_come_late_or_never_but_once() {
    let (lost, other) = (fresh_version(), fresh_version());
    let unheard = put(0, None, &["a"], Expect::Any, lost);
    let later = |rows: &[Option<Version>]| {
        let reads = rows
            .iter()
            .zip(4_u64..)
            .map(|(version, at)| read(2 * at, 2 * at + 1, &[("a", *version)]));
        let known = [unheard.clone(), put(1, Some(2), &["a"], Expect::Any, other)];
        is_ordered(&known.into_iter().chain(reads).collect::<Vec<_>>())
    };
    assert!(later(&[Some(other), Some(other)]));
    assert!(later(&[Some(other), Some(lost)]), "it comes late");
    assert!(later(&[Some(lost), Some(lost)]));
    assert!(!later(&[Some(lost), Some(other)]), "the other was written once");
    assert!(!later(&[Some(other), None]));
}

#[test]
fn what_was_refused_is_not_there_and_a_conflict_has_a_cause() {
    let (one, two) = (fresh_version(), fresh_version());
    let refused = heard(put(0, Some(1), &["a"], Expect::Any, one), Heard::Refused);
    assert!(is_ordered(&[refused.clone(), read(2, 3, &[("a", None)])]));
    assert!(!is_ordered(&[refused, read(2, 3, &[("a", Some(one))])]));
    let lost = heard(
        put(2, Some(3), &["a"], Expect::Absent, two),
        Heard::Conflict("a".to_owned()),
    );
    assert!(is_ordered(&[
        put(0, Some(1), &["a"], Expect::Any, one),
        lost.clone()
    ]));
    assert!(!is_ordered(std::slice::from_ref(&lost)), "nothing was there");
    let both = [
        put(0, Some(2), &["a"], Expect::Absent, one),
        put(1, Some(3), &["a"], Expect::Absent, two),
    ];
    assert!(!is_ordered(&both), "two winners");
}

#[test]
fn a_list_shows_every_row_that_there_was() {
    let (one, two) = (fresh_version(), fresh_version());
    let list = |rows: &[(&str, Version)]| Operation {
        begun: 4,
        ended: Some(5),
        what: What::Listed {
            prefix: "a/".to_owned(),
            rows: rows
                .iter()
                .map(|(key, version)| ((*key).to_owned(), *version))
                .collect(),
        },
    };
    let written = [
        put(0, Some(1), &["a/1"], Expect::Any, one),
        put(2, Some(3), &["a/2", "b"], Expect::Any, two),
    ];
    let with = |list: Operation| [written.to_vec(), vec![list]].concat();
    assert!(is_ordered(&with(list(&[("a/1", one), ("a/2", two)]))));
    assert!(!is_ordered(&with(list(&[("a/2", two)]))));
    assert!(!is_ordered(&with(list(&[]))));
}

#[test]
fn the_verdict_names_the_answer_that_nothing_explains() {
    let (one, two) = (fresh_version(), fresh_version());
    let wrong = read(6, 7, &[("a", Some(one))]);
    let history = [
        put(0, Some(1), &["a"], Expect::Any, one),
        put(2, Some(3), &["b"], Expect::Any, one),
        put(4, Some(5), &["a"], Expect::Any, two),
        wrong.clone(),
    ];
    let verdict = judge(&history).unwrap_err();
    let expected = Unordered::Impossible {
        keys: vec!["a".to_owned()],
        unexplained: vec![wrong],
        explained: 2,
    };
    assert_eq!(verdict, expected);
    assert!(verdict.to_string().starts_with("no order of calls on a explains"));
}

async fn storm(store: Arc<dyn Store>) -> Arc<History> {
    let history = Arc::<History>::default();
    let storm = Storm {
        seed: 11,
        clients: 8,
        calls: 150,
        groups: 2,
    };
    storm.rage(vec![store], &history).await;
    history
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_without_a_fault_is_not_accused() {
    let history = storm(Arc::new(Planted::new(Memory::new(), None))).await;
    let story = history.judge().map_err(|why| why.to_string());
    let ordered = story.unwrap();
    assert_eq!(ordered.parts, 2);
    assert!(ordered.operations > 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_planted_fault_is_found() {
    for fault in Fault::ALL {
        let store = Arc::new(Planted::new(Memory::new(), Some(fault)));
        let history = storm(Arc::clone(&store) as Arc<dyn Store>).await;
        assert!(store.happened() > 0, "{fault:?} never happened");
        let verdict = history.judge();
        assert!(
            matches!(verdict, Err(Unordered::Impossible { .. })),
            "{fault:?} happened {} times and was not found: {verdict:?}",
            store.happened()
        );
    }
}

/// A store run one call after the other, in whatever order keeps to the moments: slow, and plain enough to be believed.
fn explained_by_some_order(left: &mut Vec<Operation>, rows: &BTreeMap<String, Version>) -> bool {
    let certain: Vec<u64> = left.iter().filter_map(|call| call.ended).collect();
    let Some(horizon) = certain.into_iter().min() else {
        return true;
    };
    for at in 0..left.len() {
        if left[at].begun > horizon {
            continue;
        }
        let call = left.remove(at);
        let mut after = rows.clone();
        let fits = take_effect(&call, &mut after);
        if fits && explained_by_some_order(left, &after) {
            return true;
        }
        left.insert(at, call);
    }
    false
}

fn take_effect(call: &Operation, rows: &mut BTreeMap<String, Version>) -> bool {
    match &call.what {
        What::Read(seen) => seen
            .iter()
            .all(|(key, version)| rows.get(key).copied() == *version),
        What::Listed { .. } => false,
        What::Commit { changes, heard } => {
            let holds = |change: &Change| {
                let current = rows.get(&change.key).copied();
                change.expects.iter().all(|expect| expect.holds(current))
            };
            match heard {
                Heard::Refused => return true,
                Heard::Conflict(key) => {
                    return changes.iter().any(|change| change.key == *key && !holds(change));
                }
                Heard::Applied | Heard::Nothing => {}
            }
            if !changes.iter().all(holds) {
                return false;
            }
            for change in changes {
                match change.written {
                    Written::Put(version) => drop(rows.insert(change.key.clone(), version)),
                    Written::Deleted => drop(rows.remove(&change.key)),
                    Written::Not => {}
                }
            }
            true
        }
    }
}

/// Up to seven calls on two rows, at any moments.
fn histories() -> impl Strategy<Value = Vec<Operation>> {
    let call = (
        0_u64..12,
        1_u64..6,
        0_usize..7,
        0_usize..3,
        0_usize..5,
        0_usize..5,
    );
    prop::collection::vec(call, 1..8).prop_map(|calls| {
        let versions: Vec<Version> = calls.iter().map(|_| fresh_version()).collect();
        let pick = |at: usize| (at > 0).then(|| versions[at % versions.len()]);
        let operation =
            |(own, &(begun, length, kind, key, a, b)): (usize, &(u64, u64, usize, usize, usize, usize))| {
                let keys: &[&str] = [&["a"][..], &["b"], &["a", "b"]][key];
                // Moments are odd where calls end: none is both.
                let (begun, ended) = (2 * begun, 2 * (begun + length) + 1);
                let expect = [Expect::Any, Expect::Absent, Expect::Present][a % 3];
                match kind {
                    0..=2 => {
                        let rows: Vec<_> = keys.iter().copied().zip([pick(a), pick(b)]).collect();
                        read(begun, ended, &rows)
                    }
                    3 | 4 => put(begun, Some(ended), keys, expect, versions[own]),
                    5 => put(begun, None, keys, expect, versions[own]),
                    _ => heard(
                        put(begun, Some(ended), keys, expect, versions[own]),
                        Heard::Conflict(keys[b % keys.len()].to_owned()),
                    ),
                }
            };
        calls.iter().enumerate().map(operation).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_is_that_of_trying_every_order(history in histories()) {
        let mut left = history.clone();
        let expected = explained_by_some_order(&mut left, &BTreeMap::new());
        prop_assert_eq!(is_ordered(&history), expected);
    }
}
