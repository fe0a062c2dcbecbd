//! `poolhouse backup`, `restore` and `copy`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use poolhouse_crypto::OsEntropy;
use poolhouse_pool::base::clock::SystemClock;
use poolhouse_pool::base::key_text;
use poolhouse_pool::base::keys::Keys;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::run::restoration::{self, Arriving};
use poolhouse_pool::testing::Scratch;
use poolhouse_store::Sqlite;
use serde_json::{Value, json};

use crate::program::{Server, json_of, refusal, run};

/// A data directory `d` with an access key.
pub fn in_use(scratch: &Scratch) -> Value {
    json_of(&run(
        scratch,
        &["keys", "create", "--data", "d", "--output", "json"],
    ))
}

pub fn access_keys(scratch: &Scratch, data: &str) -> Vec<String> {
    let listed = json_of(&run(
        scratch,
        &["keys", "list", "--data", data, "--output", "json"],
    ));
    let keys = listed.as_array().unwrap().iter();
    keys.map(|key| key["AccessKeyId"].as_str().unwrap().to_owned())
        .collect()
}

/// A directory with the key of `d` and nothing else.
pub fn with_key(scratch: &Scratch, name: &str) {
    let folder = scratch.path().join(name);
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::copy(scratch.path().join("d/master.key"), folder.join("master.key")).unwrap();
}

#[test]
fn a_backup_made_beside_a_server_comes_back_in_an_empty_directory() {
    let scratch = Scratch::default();
    let made = in_use(&scratch);
    assert!(run(&scratch, &["keys", "backup", "b.key"]).status.success());
    for (file, mode) in [("b.key", 0o600), ("b.key.pub", 0o600)] {
        let found = std::fs::metadata(scratch.path().join(file)).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, mode, "{file}");
    }
    let server = Server::start(&scratch, &["--data", "d"]);
    let backed = json_of(&run(
        &scratch,
        &[
            "backup",
            "b1",
            "--recipient",
            "b.key.pub",
            "--data",
            "d",
            "--output",
            "json",
        ],
    ));
    assert_eq!(backed["File"], "b1");
    assert!(server.stop());
    let bytes = std::fs::read(scratch.path().join("b1")).unwrap();
    assert!(!bytes.windows(11).any(|part| part == b"access-key/"));

    with_key(&scratch, "e");
    let restore = [
        "restore", "b1", "--key", "b.key", "--data", "e", "--output", "json",
    ];
    let restored = json_of(&run(&scratch, &restore));
    assert_eq!(
        (&restored["Rows"], &restored["Digest"], &restored["AccessKeys"]),
        (&backed["Rows"], &backed["Digest"], &json!(1))
    );
    assert_eq!(
        access_keys(&scratch, "e"),
        [made["AccessKeyId"].as_str().unwrap()]
    );
    let server = Server::start(&scratch, &["--data", "e"]);
    assert!(server.get("/health/ready").starts_with("HTTP/1.1 200"));
    assert!(server.stop());

    assert_eq!(
        refusal(&scratch, &["restore", "b1", "--key", "b.key", "--data", "e"]),
        "poolhouse: the database is in use, and a backup is put back into an empty one alone. Move poolhouse.db and what begins with its \
         name out of the data directory, or name an empty database with --store."
    );
    let again = refusal(
        &scratch,
        &["backup", "b1", "--recipient", "b.key.pub", "--data", "d"],
    );
    assert_eq!(
        again,
        "poolhouse: the file b1 cannot be made: File exists (os error 17)."
    );
    assert_eq!(std::fs::read(scratch.path().join("b1")).unwrap(), bytes);
}

#[test]
fn a_backup_that_cannot_be_put_back_says_why_and_changes_nothing() {
    let scratch = Scratch::default();
    in_use(&scratch);
    scratch.write("words", "correct horse battery\n");
    scratch.write("other", "correct horse batteries\n");
    scratch.write("short", "horse\n");
    let backup = ["backup", "b1", "--passphrase-file", "words", "--data", "d"];
    assert!(run(&scratch, &backup).status.success());
    with_key(&scratch, "e");
    std::fs::create_dir(scratch.path().join("n")).unwrap();
    let bytes = std::fs::read(scratch.path().join("b1")).unwrap();
    std::fs::write(scratch.path().join("cut"), &bytes[..bytes.len() - 1]).unwrap();
    assert!(run(&scratch, &["keys", "create", "--data", "f"]).status.success());
    let fresh = std::fs::read(scratch.path().join("f/master.key")).unwrap();
    with_key(&scratch, "o");
    std::fs::write(scratch.path().join("o/master.key"), fresh).unwrap();
    for (arguments, said) in [
        (
            ["restore", "b1", "--passphrase-file", "other", "--data", "e"],
            "poolhouse: the database was not restored: the backup does not open: another passphrase or key sealed it, or it was changed or cut off.",
        ),
        (
            ["restore", "cut", "--passphrase-file", "words", "--data", "e"],
            "poolhouse: the database was not restored: the backup does not open: another passphrase or key sealed it, or it was changed or cut off.",
        ),
        (
            ["restore", "b1", "--passphrase-file", "short", "--data", "e"],
            "poolhouse: a passphrase has 12 characters or more: whoever has the backup may try as many as he likes.",
        ),
        (
            ["restore", "b1", "--passphrase-file", "words", "--data", "n"],
            "poolhouse: n/master.key is not there. Put back your copy of it first: the rows cannot be read without it, and no new key would open them.",
        ),
        (
            ["restore", "b1", "--passphrase-file", "words", "--data", "o"],
            "poolhouse: master.key is not the key that the rows of this backup were written with: put back the copy of that time. Nothing was changed.",
        ),
        (
            ["restore", "b1", "--key", "words", "--data", "e"],
            "poolhouse: the file words is not the private key of a backup. Make a pair: poolhouse keys backup FILE.",
        ),
    ] {
        assert_eq!(refusal(&scratch, &arguments), said);
    }
    let restore = ["restore", "b1", "--passphrase-file", "words", "--data", "e"];
    assert!(run(&scratch, &restore).status.success());
    assert_eq!(access_keys(&scratch, "e"), access_keys(&scratch, "d"));
}

/// Has rows arrive in the database of a directory, and nothing more.
pub fn interrupted(directory: &Path, what: Arriving) {
    let key = std::fs::read_to_string(directory.join("master.key")).unwrap();
    let keys = Keys::derive(key_text::read(&key).unwrap()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Arc::new(Sqlite::open(directory.join("poolhouse.db")).unwrap());
        let platform = Platform::new(store.clone(), keys, Arc::new(OsEntropy), Arc::new(SystemClock), 1);
        restoration::begin(&platform, what).await.unwrap();
        store.close().await;
    });
}

#[test]
fn no_server_starts_on_a_database_in_which_rows_are_arriving() {
    let scratch = Scratch::default();
    in_use(&scratch);
    scratch.write("words", "correct horse battery\n");
    let backup = ["backup", "b1", "--passphrase-file", "words", "--data", "d"];
    assert!(run(&scratch, &backup).status.success());
    with_key(&scratch, "e");
    interrupted(&scratch.path().join("e"), Arriving::Restore);
    for command in [
        &["serve", "--listen", "127.0.0.1:0", "--data", "e"][..],
        &["keys", "list", "--data", "e"],
        &["backup", "b2", "--passphrase-file", "words", "--data", "e"],
    ] {
        assert_eq!(
            refusal(&scratch, command),
            "poolhouse: a restore into the database of e has not come to its end. Run poolhouse restore again."
        );
    }
    let restore = ["restore", "b1", "--passphrase-file", "words", "--data", "e"];
    assert!(run(&scratch, &restore).status.success());
    assert!(Server::start(&scratch, &["--data", "e"]).stop());
}

#[test]
fn a_database_that_its_own_tools_have_put_back_is_used_again_after_one_command() {
    let scratch = Scratch::default();
    in_use(&scratch);
    let done = json_of(&run(
        &scratch,
        &["restore", "--in-place", "--data", "d", "--output", "json"],
    ));
    assert_eq!((&done["Ended"], &done["AccessKeys"]), (&json!(0), &json!(1)));
    let server = Server::start(&scratch, &["--data", "d"]);
    assert_eq!(
        refusal(&scratch, &["restore", "--in-place", "--data", "d"]),
        "poolhouse: another server runs on the data directory d. Stop it, or give this one a directory of its own with --data."
    );
    assert!(server.stop());
}

#[test]
fn a_database_is_copied_whole_and_only_into_an_empty_one() {
    let scratch = Scratch::default();
    let made = in_use(&scratch);
    with_key(&scratch, "e");
    let copied = json_of(&run(&scratch, &["copy", "d", "e", "--output", "json"]));
    assert_eq!(copied["Rows"], copied["Written"]);
    assert_eq!(
        access_keys(&scratch, "e"),
        [made["AccessKeyId"].as_str().unwrap()]
    );
    assert_eq!(
        refusal(&scratch, &["copy", "d", "e"]),
        "poolhouse: the database that is to be copied to is in use. Name an empty one."
    );
    with_key(&scratch, "g");
    interrupted(&scratch.path().join("g"), Arriving::Copy);
    assert_eq!(
        refusal(&scratch, &["serve", "--listen", "127.0.0.1:0", "--data", "g"]),
        "poolhouse: a copy into the database of g has not come to its end. Run poolhouse copy again."
    );
    let finished = json_of(&run(&scratch, &["copy", "d", "g", "--output", "json"]));
    assert_eq!(finished["Digest"], copied["Digest"]);
    assert!(Server::start(&scratch, &["--data", "g"]).stop());
    for (arguments, said) in [
        (
            ["copy", "nowhere", "e"],
            "poolhouse: nowhere/master.key is not there. Copy it there first: the rows cannot be read without it.",
        ),
        (
            ["copy", "d", "nowhere"],
            "poolhouse: nowhere/master.key is not there. Copy it there first: the rows cannot be read without it.",
        ),
    ] {
        assert_eq!(refusal(&scratch, &arguments), said);
    }
    let server = Server::start(&scratch, &["--data", "d"]);
    with_key(&scratch, "h");
    let refused = refusal(&scratch, &["copy", "d", "h"]);
    assert!(
        refused.starts_with("poolhouse: another server runs on the data directory d."),
        "{refused}"
    );
    assert!(server.stop());
}
