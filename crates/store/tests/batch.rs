//! What a batch says of itself.

use poolhouse_store::testing::{WriteFresh as _, fresh_version};
use poolhouse_store::{Batch, Expect, Memory, Scan, Store as _};

#[test]
fn a_batch_says_which_keys_it_touches_writes_and_expects() {
    let version = fresh_version();
    let batch = Batch::new()
        .put("b/2", Expect::Any, "{}")
        .delete("b/1", Expect::Version(version))
        .check("a", Expect::Present)
        .check("a", Expect::Version(version));
    assert_eq!(batch.keys().collect::<Vec<_>>(), ["a", "b/1", "b/2"]);
    for (prefix, touched) in [
        ("", true),
        ("a", true),
        ("b/", true),
        ("b/2", true),
        ("b/3", false),
        ("b/22", false),
        ("aa", false),
        ("c", false),
    ] {
        assert_eq!(batch.touches(prefix), touched, "{prefix}");
    }
    assert!(!Batch::new().touches(""));
    for (key, writes) in [("a", false), ("b/1", true), ("b/2", true), ("b/3", false)] {
        assert_eq!(batch.writes(key), writes, "{key}");
    }
    for (key, named) in [
        ("a", true),
        ("b/1", true),
        ("b/2", true),
        ("b/", false),
        ("c", false),
    ] {
        assert_eq!(batch.names(key), named, "{key}");
    }
    assert!(Batch::new().is_empty() && !batch.is_empty());
    assert!(!Batch::new().check("a", Expect::Any).is_empty());
    assert_eq!(batch.expects("a"), [Expect::Present, Expect::Version(version)]);
    assert_eq!(batch.expects("b/1"), [Expect::Version(version)]);
    assert_eq!(batch.expects("b/2"), []);
    assert_eq!(batch.expects("c"), []);
}

/// What seals rows before they are stored goes by it.
#[tokio::test]
async fn every_body_that_a_batch_puts_is_changed_and_nothing_else_of_it() {
    let store = Memory::new();
    let theirs = store
        .write(Batch::new().put("gone", Expect::Absent, "0"))
        .await
        .unwrap();
    let batch = Batch::new()
        .put("lasting", Expect::Absent, "1")
        .put_until("brief", Expect::Absent, "2", 5)
        .delete("gone", Expect::Version(theirs))
        .check("none", Expect::Absent);
    let sealed = batch.map_bodies(|key, body| format!("sealed {key} {body}"));
    store.write(sealed).await.unwrap();
    let rows = store.scan(Scan::prefix("", 10)).await.unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row.key.as_str(), row.expires, row.body.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("brief", Some(5), "sealed brief 2"),
            ("lasting", None, "sealed lasting 1"),
        ]
    );
}

#[test]
fn neither_a_batch_nor_a_row_prints_a_body() {
    let batch = Batch::new()
        .put("a", Expect::Absent, "secret")
        .put_until("b", Expect::Any, "secret", 5)
        .delete("c", Expect::Any)
        .check("d", Expect::Present);
    assert_eq!(
        format!("{batch:?}"),
        r#"{"a": ("put", [Absent]), "b": ("put until", []), "c": ("delete", []), "d": ("check", [Present])}"#
    );
    let row = poolhouse_store::Row {
        key: "k".to_owned(),
        version: fresh_version(),
        expires: Some(5),
        body: "secret".to_owned(),
    };
    let printed = format!("{row:?}");
    assert!(
        printed.starts_with("Row { key: \"k\"") && printed.ends_with("expires: Some(5), body_bytes: 6 }"),
        "{printed}"
    );
}
