//! Making the schema, and refusing what is not fit.

use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Postgres, Store, StoreError};
use tokio::task::JoinSet;

use crate::servers::{self, Schema, administer, options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_make_one_schema() {
    let schema = Schema::new(&servers::shared());
    let mut nodes = JoinSet::new();
    for _ in 0..6 {
        let address = schema.address.clone();
        nodes.spawn(async move { Postgres::open(&address, options()).await });
    }
    let nodes: Vec<_> = nodes.join_all().await.into_iter().map(Result::unwrap).collect();
    nodes[0]
        .write(Batch::new().put("k", Expect::Absent, "{}"))
        .await
        .unwrap();
    assert!(nodes[5].get("k").await.unwrap().is_some());
}

#[tokio::test]
async fn every_node_goes_by_the_kinds_that_the_schema_was_made_with() {
    let schema = Schema::new(&servers::shared());
    let first = schema.open(&["session"]).await;
    first
        .write(Batch::new().put("session/1", Expect::Absent, "1"))
        .await
        .unwrap();
    first
        .write(Batch::new().put("user/1", Expect::Absent, "1"))
        .await
        .unwrap();
    let second = schema.open(&["user"]).await;
    for key in ["session/1", "user/1"] {
        let again = second.write(Batch::new().put(key, Expect::Absent, "2")).await;
        assert!(again.is_err(), "{key}");
        assert_eq!(second.get(key).await.unwrap().unwrap().body, "1");
    }
}

#[tokio::test]
async fn a_schema_of_a_later_version_is_refused_unless_it_allows_this_one() {
    let schema = Schema::new(&servers::shared());
    drop(schema.open(&[]).await);
    let name = schema.address.schema();
    let raise =
        |format: i32, least: i32| format!("UPDATE {name}.store SET format = {format}, least = {least}");
    administer(&servers::shared(), &raise(7, 2)).await;
    let refused = Postgres::open(&schema.address, options()).await.err().unwrap();
    assert!(
        matches!(
            refused,
            StoreError::Format {
                found: 7,
                reads: 1,
                ..
            }
        ),
        "{refused:?}"
    );
    administer(&servers::shared(), &raise(7, 1)).await;
    schema
        .open(&[])
        .await
        .write(Batch::new().put("k", Expect::Absent, "{}"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_database_that_is_not_fit_is_refused_with_what_to_do() {
    let server = servers::shared();
    let name = format!("unfit_{}", std::process::id());
    administer(
        &server,
        &format!(
            "CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        ),
    )
    .await;
    let refused = open_database(&name).await;
    assert_eq!(
        refused.to_string(),
        "the database has the encoding SQL_ASCII: create one with ENCODING 'UTF8'"
    );
    administer(&server, &format!("DROP DATABASE {name}")).await;
    administer(
        &server,
        &format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"),
    )
    .await;
    administer(
        &server,
        &format!("ALTER DATABASE {name} SET default_transaction_isolation = serializable"),
    )
    .await;
    let refused = open_database(&name).await;
    assert_eq!(
        refused.to_string(),
        "default_transaction_isolation is serializable: set it to 'read committed' for this role"
    );
    administer(&server, &format!("DROP DATABASE {name}")).await;
}

async fn open_database(name: &str) -> StoreError {
    let url = servers::shared()
        .replace("/postgres", &format!("/{name}"))
        .replace(&format!("//{name}"), "//postgres");
    let address = poolhouse_store::postgres::Address::parse(&url).unwrap();
    Postgres::open(&address, options()).await.err().unwrap()
}

#[tokio::test]
async fn every_node_is_told_the_time_by_the_database() {
    for url in [servers::shared(), servers::pooler()] {
        let schema = Schema::new(&url);
        let (one, other) = (schema.open(&[]).await, schema.open(&[]).await);
        let first = one.clock().await.unwrap().unwrap();
        let second = other.clock().await.unwrap().unwrap();
        // Milliseconds of this century, in the order in which they were asked for.
        assert!((1_700_000_000_000..=second).contains(&first), "{first}, {second}");
    }
}
