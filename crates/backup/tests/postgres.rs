//! Backups and copies between the engines; `cargo xtask test postgres` starts the server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail, at once")]

mod common;

use std::sync::Arc;

use poolhouse_backup::copy::{copy, summarize};
use poolhouse_backup::{Opening, Reader, Sealing, write};
use poolhouse_store::postgres::{Address, Options};
use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Postgres, Sqlite, Store};
use zeroize::Zeroizing;

use common::entropy;

#[expect(
    clippy::disallowed_methods,
    reason = "the server that a test needs is named in the environment"
)]
async fn postgres(name: &str) -> Postgres {
    let url = std::env::var("POOLHOUSE_POSTGRES").unwrap();
    let schema = format!("{name}{}", std::process::id());
    let address = Address::parse(&url).unwrap().with_schema(&schema).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut options = Options::new(provider);
    options.brief = vec!["brief"];
    Postgres::open(&address, options).await.unwrap()
}

fn sqlite(name: &str) -> (Sqlite, std::path::PathBuf) {
    let name = format!("poolhouse-backup-{}-{name}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    (Sqlite::open(directory.join("pool.db")).unwrap(), directory)
}

async fn fill(store: &dyn Store) {
    for page in 0..3 {
        let mut batch = Batch::new();
        for number in 0..500 {
            let number = page * 500 + number;
            batch = match number % 3 {
                0 => batch.put_until(format!("brief/{number}"), Expect::Absent, "{}", number),
                1 => batch.put_until(format!("lasting/{number}"), Expect::Absent, "\u{1f600}", number),
                _ => batch.put(format!("lasting/{number}"), Expect::Absent, number.to_string()),
            };
        }
        store.write(batch).await.unwrap();
    }
}

fn none(_: &str) -> bool {
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_goes_from_the_file_to_postgresql_and_back() {
    let ((file, first), (back, second)) = (sqlite("from"), sqlite("back"));
    let shared = postgres("copied").await;
    fill(&file).await;
    let there = copy(&file, &shared, none, &entropy(1), |_| {}).await.unwrap();
    assert_eq!(
        (there.written, there.deleted, there.summary.rows),
        (1_500, 0, 1_500)
    );
    let gone = Batch::new()
        .delete("brief/0", Expect::Present)
        .put("lasting/2", Expect::Present, "new");
    shared.write(gone).await.unwrap();
    let again = copy(&file, &shared, none, &entropy(1), |_| {}).await.unwrap();
    assert_eq!((again.written, again.deleted), (2, 0));
    let home = copy(&shared, &back, none, &entropy(1), |_| {}).await.unwrap();
    assert_eq!(home.summary, there.summary);
    assert_eq!(
        summarize(&back, none).await.unwrap(),
        summarize(&file, none).await.unwrap()
    );
    shared.close().await;
    for directory in [first, second] {
        std::fs::remove_dir_all(directory).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_of_postgresql_is_one_state_while_commits_go_on() {
    let shared = Arc::new(postgres("backed").await);
    fill(&*shared).await;
    let both = |text: &str| {
        Batch::new()
            .put("a", Expect::Any, text)
            .put("z", Expect::Any, text)
    };
    shared.write(both("0")).await.unwrap();
    let writer = {
        let shared = shared.clone();
        tokio::spawn(async move {
            for number in 1..100 {
                shared.write(both(&number.to_string())).await.unwrap();
            }
        })
    };
    let words = || Zeroizing::new("correct horse".to_owned());
    let mut file = Vec::new();
    write(&*shared, &Sealing::Passphrase(words()), &entropy(1), 1, &mut file)
        .await
        .unwrap();
    writer.await.unwrap();
    let mut reader = Reader::open(&*file, &Opening::Passphrase(words())).unwrap();
    let mut both = Vec::new();
    while let Some(row) = reader.next_row().unwrap() {
        if ["a", "z"].contains(&row.key.as_str()) {
            both.push(row.body);
        }
    }
    assert_eq!(reader.end().unwrap().rows, 1_502);
    assert!(both.len() == 2 && both[0] == both[1], "{both:?}");
    shared.close().await;
}
