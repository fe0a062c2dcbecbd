//! What `poolhouse restore` and `copy` refuse, for what arrives would be half of a database, or two mixed, or read by nobody.

use std::path::Path;
use std::sync::Arc;

use poolhouse_crypto::OsEntropy;
use poolhouse_pool::base::clock::{Millis, SystemClock};
use poolhouse_pool::base::key_ring::{KeyRing, RootKey};
use poolhouse_pool::base::key_text;
use poolhouse_pool::base::keys::Keys;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::run::restoration::Arriving;
use poolhouse_pool::run::{Servers, resealing};
use poolhouse_pool::testing::Scratch;
use poolhouse_store::Sqlite;
use zeroize::Zeroizing;

use crate::backup::{access_keys, in_use, interrupted, with_key};
use crate::program::{refusal, run};

const WORDS: [&str; 2] = ["--passphrase-file", "words"];

/// A scene with a data directory `d`.
fn scene() -> Scratch {
    let scratch = Scratch::default();
    in_use(&scratch);
    scratch.write("words", "correct horse battery\n");
    scratch
}

fn back_up(scratch: &Scratch, file: &str, data: &str) {
    let command = [&["backup", file, "--data", data][..], &WORDS].concat();
    assert!(run(scratch, &command).status.success());
}

fn restore<'a>(file: &'a str, data: &'a str) -> Vec<&'a str> {
    [&["restore", file, "--data", data][..], &WORDS].concat()
}

fn ring_in(directory: &Path) -> KeyRing {
    let text = std::fs::read_to_string(directory.join("master.key")).unwrap();
    key_text::read(&text).unwrap()
}

/// Works on the database of a directory with the keys that are in it.
fn on<T>(directory: &Path, work: impl AsyncFnOnce(&Platform) -> T) -> T {
    let keys = Keys::derive(ring_in(directory)).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Arc::new(Sqlite::open(directory.join("poolhouse.db")).unwrap());
        let platform = Platform::new(store.clone(), keys, Arc::new(OsEntropy), Arc::new(SystemClock), 1);
        let done = work(&platform).await;
        store.close().await;
        done
    })
}

/// Has the directory as it is in the middle of a rotation: a new key is in use, and the access key is not sealed with it yet.
fn rotating(directory: &Path) {
    let mut ring = ring_in(directory);
    let key = Zeroizing::new(*b"another key that nobody guesses.");
    ring.announce(RootKey::Master, key).unwrap();
    ring.promote(Millis(1));
    std::fs::write(directory.join("master.key"), key_text::write(&ring).as_bytes()).unwrap();
    on(directory, async |platform| {
        // The access key's row lies before this place.
        resealing::page(platform, Some("meta/".to_owned()), 100)
            .await
            .unwrap();
    });
}

/// Ends the rotation in the key file alone.
fn ended(directory: &Path) {
    let mut ring = ring_in(directory);
    ring.end();
    std::fs::write(directory.join("master.key"), key_text::write(&ring).as_bytes()).unwrap();
}

#[test]
fn a_backup_from_the_middle_of_a_rotation_needs_the_keys_of_that_time() {
    let scratch = scene();
    let path = |name: &str| scratch.path().join(name);
    rotating(&path("d"));
    back_up(&scratch, "b1", "d");
    for name in ["e", "f", "g"] {
        with_key(&scratch, name);
    }
    for name in ["d", "e"] {
        ended(&path(name));
    }
    let said = |row: &str| {
        format!(
            "poolhouse: the row access-key/{row} and perhaps others were written with a key that is not in master.key: the keys were rotated before \
             or after that copy of it was made. Put back the copy of the same time."
        )
    };
    assert!(run(&scratch, &restore("b1", "f")).status.success());
    let row = access_keys(&scratch, "f").remove(0);
    assert_eq!(refusal(&scratch, &restore("b1", "e")), said(&row));
    assert_eq!(
        refusal(&scratch, &["restore", "--in-place", "--data", "d"]),
        said(&row)
    );
    assert_eq!(
        refusal(&scratch, &["keys", "list", "--data", "d"]),
        "poolhouse: a restore into the database of d has not come to its end. Run poolhouse restore --in-place again."
    );
    ended(&path("g"));
    ended(&path("f"));
    assert_eq!(refusal(&scratch, &["copy", "f", "g"]), said(&row));
}

#[test]
fn an_interrupted_restore_leaves_nothing_behind_in_the_one_that_follows() {
    let scratch = scene();
    back_up(&scratch, "older", "d");
    let before = access_keys(&scratch, "d");
    in_use(&scratch);
    // Of the newer backup all rows have come, and the mark of its end has not.
    std::fs::create_dir(scratch.path().join("e")).unwrap();
    for file in ["master.key", "poolhouse.db"] {
        std::fs::copy(
            scratch.path().join("d").join(file),
            scratch.path().join("e").join(file),
        )
        .unwrap();
    }
    interrupted(&scratch.path().join("e"), Arriving::Restore);
    assert!(run(&scratch, &restore("older", "e")).status.success());
    assert_eq!(access_keys(&scratch, "e"), before);
}

#[test]
fn half_of_a_database_is_not_declared_whole() {
    let scratch = scene();
    back_up(&scratch, "b1", "d");
    for (name, what, again) in [("e", Arriving::Restore, "restore"), ("f", Arriving::Copy, "copy")] {
        with_key(&scratch, name);
        interrupted(&scratch.path().join(name), what);
        assert_eq!(
            refusal(&scratch, &["restore", "--in-place", "--data", name]),
            format!(
                "poolhouse: rows were arriving in the database, and not all of them are there. Run poolhouse {again} again, or put a whole one \
                 back with the database's own tools."
            )
        );
    }
    // Nor is one deleted that its own tools have put back.
    interrupted(&scratch.path().join("d"), Arriving::InPlace);
    let refused = refusal(&scratch, &restore("b1", "d"));
    assert!(
        refused.starts_with(
            "poolhouse: the database is in use, and a backup is put back into an empty one alone."
        )
    );
    assert!(
        run(&scratch, &["restore", "--in-place", "--data", "d"])
            .status
            .success()
    );
    assert_eq!(access_keys(&scratch, "d").len(), 1);
}

#[test]
fn a_database_that_a_server_elsewhere_runs_on_is_neither_copied_nor_changed_in_place() {
    let scratch = scene();
    with_key(&scratch, "e");
    on(&scratch.path().join("d"), async |platform| {
        Servers::new(platform, "elsewhere".to_owned())
            .join()
            .await
            .unwrap();
    });
    for command in [&["copy", "d", "e"][..], &["restore", "--in-place", "--data", "d"]] {
        let refused = refusal(&scratch, command);
        assert!(
            refused.starts_with("poolhouse: a server runs on the database. Stop every one of them."),
            "{refused}"
        );
    }
    assert_eq!(access_keys(&scratch, "d").len(), 1, "nothing was begun");
}

#[test]
fn a_database_is_not_copied_beside_another_key() {
    let scratch = scene();
    assert!(run(&scratch, &["keys", "create", "--data", "f"]).status.success());
    std::fs::remove_file(scratch.path().join("f/poolhouse.db")).unwrap();
    assert_eq!(
        refusal(&scratch, &["copy", "d", "f"]),
        "poolhouse: f/master.key is not d/master.key, which the rows are written with. Copy that file there first."
    );
    assert!(!scratch.path().join("f/poolhouse.db").exists());
}
