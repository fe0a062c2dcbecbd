//! Order, prefixes and pages.

use std::sync::Arc;

use crate::testing::WriteFresh as _;
use crate::{Batch, Expect, Scan, Store};

async fn fill(store: &dyn Store, keys: &[&str]) {
    let batch = keys
        .iter()
        .fold(Batch::new(), |batch, key| batch.put(*key, Expect::Absent, "{}"));
    store.write(batch).await.unwrap();
}

async fn keys(store: &dyn Store, scan: Scan) -> Vec<String> {
    store
        .scan(scan)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.key)
        .collect()
}

/// Not in any language's order, and not in UTF-16's.
pub async fn rows_come_in_byte_order(store: Arc<dyn Store>) {
    let sorted = [
        "A",
        "B",
        "Z",
        "_",
        "a",
        "a ",
        "a!",
        "aa",
        "b",
        "z",
        "ß",
        "é",
        "я",
        "\u{ffff}",
        "\u{10000}",
    ];
    let mut shuffled = sorted;
    shuffled.reverse();
    shuffled.swap(1, 7);
    fill(&*store, &shuffled).await;
    assert_eq!(keys(&*store, Scan::prefix("", 100)).await, sorted);
}

/// Characters that mean something to LIKE, GLOB or a regular expression mean nothing here.
pub async fn a_prefix_is_no_pattern(store: Arc<dyn Store>) {
    let all = [
        "p%/1", "p%/2", "p/1", "p1", "p1/a", "p10", "p10/a", "p_/1", "p\\/1", "p*", "p?", "p[a]", "P1", "pé",
        "p'",
    ];
    fill(&*store, &all).await;
    for prefix in [
        "p%", "p_", "p1", "p1/", "p10", "p\\", "p*", "p?", "p[", "p.", "P", "p", "pé", "p'", "q", "",
    ] {
        let mut expected: Vec<_> = all.into_iter().filter(|key| key.starts_with(prefix)).collect();
        expected.sort_unstable();
        assert_eq!(
            keys(&*store, Scan::prefix(prefix, 100)).await,
            expected,
            "{prefix:?}"
        );
    }
}

/// Where a prefix has no successor of the same length.
pub async fn a_prefix_of_the_last_characters_finds_its_rows(store: Arc<dyn Store>) {
    let all = [
        "x",
        "x\u{d7ff}1",
        "x\u{e000}1",
        "x\u{10ffff}",
        "x\u{10ffff}1",
        "y",
        "\u{10ffff}",
        "\u{10ffff}1",
    ];
    fill(&*store, &all).await;
    for prefix in ["x\u{d7ff}", "x\u{e000}", "x\u{10ffff}", "\u{10ffff}"] {
        let expected: Vec<_> = all.into_iter().filter(|key| key.starts_with(prefix)).collect();
        assert_eq!(
            keys(&*store, Scan::prefix(prefix, 100)).await,
            expected,
            "{prefix:?}"
        );
    }
}

/// The usual way to walk: the next page begins after the last key.
pub async fn pages_of_ten_thousand_rows_miss_none(store: Arc<dyn Store>) {
    const ROWS: usize = 10_000;
    let batch = (0..ROWS).fold(Batch::new(), |batch, n| {
        batch.put(format!("row/{n:05}"), Expect::Absent, "{}")
    });
    store
        .write(
            batch
                .put("row.", Expect::Any, "{}")
                .put("row0", Expect::Any, "{}"),
        )
        .await
        .unwrap();

    assert_eq!(
        store.scan(Scan::prefix("row/", usize::MAX)).await.unwrap().len(),
        ROWS
    );
    for size in [1_000, 997, ROWS, ROWS + 1] {
        let mut seen = Vec::with_capacity(ROWS);
        let mut scan = Scan::prefix("row/", size);
        loop {
            let page = keys(&*store, scan.clone()).await;
            let last = page.len() < size;
            seen.extend(page);
            match seen.last() {
                Some(key) if !last => scan = scan.after(key.clone()),
                _ => break,
            }
        }
        assert!(
            seen.iter().cloned().eq((0..ROWS).map(|n| format!("row/{n:05}"))),
            "size {size}"
        );
    }
}

/// Before it, the page begins at the prefix; past it, there is nothing.
pub async fn after_may_lie_outside_the_prefix(store: Arc<dyn Store>) {
    fill(&*store, &["a", "m/1", "m/2", "m/3", "z"]).await;
    let page = |after: &str| keys(&*store, Scan::prefix("m/", 2).after(after));
    assert_eq!(page("").await, ["m/1", "m/2"]);
    assert_eq!(page("a").await, ["m/1", "m/2"]);
    assert_eq!(page("m/").await, ["m/1", "m/2"]);
    assert_eq!(page("m/1").await, ["m/2", "m/3"]);
    assert_eq!(page("m/15").await, ["m/2", "m/3"]);
    assert_eq!(page("m/3").await, [""; 0]);
    assert_eq!(page("z").await, [""; 0]);
    assert_eq!(keys(&*store, Scan::prefix("", 9).after("m/3")).await, ["z"]);
}

/// Not everything, as some engines read it.
pub async fn a_limit_of_zero_answers_nothing(store: Arc<dyn Store>) {
    fill(&*store, &["a"]).await;
    assert_eq!(keys(&*store, Scan::prefix("", 0)).await, [""; 0]);
}
