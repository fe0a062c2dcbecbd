//! Backups from a store into another one, and what becomes of those that somebody had in hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail, at once")]

mod common;

use poolhouse_backup::{BackupError, Opening, Reader, SealedFor, Sealing, Summary, write};
use poolhouse_crypto::recipient::Identity;
use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Memory, Row, Store};
use zeroize::Zeroizing;

use common::entropy;

/// Rows of both kinds, one with a line feed and a quote in its key, one as long as several pieces.
async fn filled() -> Memory {
    let store = Memory::new();
    let mut batch = Batch::new().put("long", Expect::Absent, "x".repeat(200_000)).put(
        "odd\n\"",
        Expect::Absent,
        "\u{1f600}\n",
    );
    for number in 0..1_200 {
        let key = format!("row/{number:04}");
        batch = match number % 2 {
            0 => batch.put_until(key, Expect::Absent, "{}", number),
            _ => batch.put(key, Expect::Absent, number.to_string()),
        };
    }
    store.write(batch).await.unwrap();
    store
}

async fn rows(store: &dyn Store) -> Vec<(String, Option<i64>, String)> {
    let mut snapshot = store.snapshot().await.unwrap();
    let rows = snapshot.next(usize::MAX).await.unwrap();
    rows.into_iter().map(plain).collect()
}

fn plain(row: Row) -> (String, Option<i64>, String) {
    (row.key, row.expires, row.body)
}

async fn made(store: &dyn Store, sealing: &Sealing) -> (Vec<u8>, Summary) {
    let mut file = Vec::new();
    let summary = write(store, sealing, &entropy(1), 1_767_323_045_000, &mut file)
        .await
        .unwrap();
    (file, summary)
}

fn read(file: &[u8], opening: &Opening) -> Result<(Vec<Row>, Summary), BackupError> {
    let mut reader = Reader::open(file, opening)?;
    let mut rows = Vec::new();
    while let Some(row) = reader.next_row()? {
        rows.push(row);
    }
    Ok((rows, reader.end()?))
}

fn words(words: &str) -> Zeroizing<String> {
    Zeroizing::new(words.to_owned())
}

#[tokio::test]
async fn a_backup_reads_back_as_the_rows_that_it_was_made_of() {
    let (store, identity) = (filled().await, Identity::random(&entropy(1)));
    let (file, written) = made(&store, &Sealing::Recipient(identity.recipient())).await;
    assert_eq!(written.rows, 1_202);
    let (found, end) = read(&file, &Opening::Identity(identity.clone())).unwrap();
    assert_eq!(end, written);
    assert_eq!(
        found.into_iter().map(plain).collect::<Vec<_>>(),
        rows(&store).await
    );
    let reader = Reader::open(&*file, &Opening::Identity(identity.clone())).unwrap();
    assert_eq!(reader.created(), 1_767_323_045_000);
    let SealedFor::Recipient { to, .. } = reader.sealed_for() else {
        panic!("for a recipient");
    };
    assert_eq!(to, identity.recipient());
}

#[tokio::test]
async fn a_backup_of_nothing_is_one() {
    let sealing = Sealing::Passphrase(words("correct horse"));
    let (file, written) = made(&Memory::new(), &sealing).await;
    let (rows, end) = read(&file, &Opening::Passphrase(words("correct horse"))).unwrap();
    assert_eq!((rows.len(), end), (0, written));
}

#[tokio::test]
async fn nothing_of_the_rows_can_be_read_without_the_words() {
    let (file, _) = made(&filled().await, &Sealing::Passphrase(words("correct horse"))).await;
    assert!(!file.windows(4).any(|bytes| bytes == b"row/" || bytes == b"xxxx"));
    let wrong = read(&file, &Opening::Passphrase(words("correct horsf"))).unwrap_err();
    assert!(matches!(wrong, BackupError::Sealed), "{wrong}");
    let other = Opening::Identity(Identity::random(&entropy(1)));
    let otherwise = read(&file, &other).unwrap_err();
    assert_eq!(
        otherwise.to_string(),
        "the backup is sealed under a passphrase: give --passphrase-file"
    );
}

#[tokio::test]
async fn another_private_key_opens_nothing() {
    let identity = Identity::random(&entropy(1));
    let (file, _) = made(&filled().await, &Sealing::Recipient(identity.recipient())).await;
    let other = entropy(900);
    let wrong = read(&file, &Opening::Identity(Identity::random(&other))).unwrap_err();
    assert!(matches!(wrong, BackupError::Sealed), "{wrong}");
    let otherwise = read(&file, &Opening::Passphrase(words("x"))).unwrap_err();
    assert_eq!(
        otherwise.to_string(),
        "the backup is sealed for a recipient: give --key with its private key"
    );
}

#[tokio::test]
async fn a_backup_that_was_cut_off_or_changed_anywhere_is_refused() {
    let identity = Identity::random(&entropy(1));
    let (file, _) = made(&filled().await, &Sealing::Recipient(identity.recipient())).await;
    let opening = Opening::Identity(identity);
    // Every byte of the head and of the first piece's beginning, and then some of each piece.
    let places = (0..400).chain((400..file.len()).step_by(4_999));
    for place in places {
        assert!(read(&file[..place], &opening).is_err(), "cut at {place}");
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert!(read(&changed, &opening).is_err(), "changed at {place}");
    }
    let mut longer = file.clone();
    longer.push(0);
    assert!(read(&longer, &opening).is_err());
}

#[tokio::test]
async fn what_is_no_backup_or_a_later_one_is_told() {
    let opening = Opening::Passphrase(words("x"));
    for (file, said) in [
        (&b""[..], "the file is not a backup of Poolhouse"),
        (
            b"SQLite format 3\0 and so on",
            "the file is not a backup of Poolhouse",
        ),
        (
            b"poolhouse-backup 1\n\xff\xff\xff\xff",
            "the file is not a backup of Poolhouse",
        ),
        (
            b"poolhouse-backup 2\n\0\0\0\x01",
            "the backup was made by a later version of Poolhouse: use that one, or one after it",
        ),
    ] {
        assert_eq!(read(file, &opening).unwrap_err().to_string(), said);
    }
}
