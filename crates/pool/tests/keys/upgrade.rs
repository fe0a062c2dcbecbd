//! A data folder of the version in which one key sealed everything and nothing was rotated.

use std::sync::Arc;

use poolhouse_crypto::secret_hash;
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::key_ring::RootKey;
use poolhouse_pool::base::key_text;
use poolhouse_pool::keyring::access;
use poolhouse_pool::run::Rotation;
use poolhouse_pool::testing::{KeptKeys, TestPool};
use poolhouse_store::testing::fresh_version;
use poolhouse_store::{Batch, Expect, Memory, Store};
use serde_json::{Value, json};

use crate::{announce, older_rows, outlive, work};

/// What that version wrote for a pool with a client, a user, a refresh token and an access key, and what of it was told
/// to whom.
const BEFORE: &str = include_str!("before.json");

async fn store(before: &Value) -> Arc<dyn Store> {
    let store = Memory::new();
    let rows = before["rows"].as_array().unwrap().iter();
    let batch = rows.fold(Batch::new(), |batch, row| {
        let (key, body) = (row["key"].as_str().unwrap(), row["body"].as_str().unwrap());
        match row["expires"].as_i64() {
            Some(expires) => batch.put_until(key, Expect::Absent, body, expires),
            None => batch.put(key, Expect::Absent, body),
        }
    });
    store.commit(batch, fresh_version()).await.unwrap();
    Arc::new(store)
}

#[tokio::test]
async fn an_older_data_folder_works_is_sealed_again_and_can_be_rotated() {
    let before: Value = serde_json::from_str(BEFORE).unwrap();
    let text = |member: &str| before[member].as_str().unwrap();
    let ring = key_text::read(text("masterKey")).unwrap();
    let server = TestPool::with_keys(store(&before).await, 7, ring.clone());
    server.clock().set(Millis(before["now"].as_i64().unwrap()));
    let platform = &server.app().platform;
    let hash = secret_hash(text("clientSecret"), "mara", text("client"));
    let works = async || {
        let parameters = json!({ "USERNAME": "mara", "PASSWORD": text("password"), "SECRET_HASH": hash });
        let sign_in = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": text("client"), "AuthParameters": parameters });
        server.call("InitiateAuth", sign_in).await.ok();
        let parameters = json!({ "REFRESH_TOKEN": text("refreshToken"), "SECRET_HASH": hash });
        let refresh = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": text("client"), "AuthParameters": parameters });
        server.call("InitiateAuth", refresh).await.ok();
        let key = access::find(platform, text("accessKey")).await.unwrap().unwrap();
        assert_eq!(*key.secret, text("accessSecret"));
        assert!(key.policy.is_everything(), "it may do what it always could");
    };
    works().await;
    assert!(older_rows(&server).await.len() >= 5);

    let keys = Arc::new(KeptKeys::new(ring));
    let mut rotation = Rotation::new(server.app(), keys.clone());
    work(&mut rotation).await;
    assert_eq!(older_rows(&server).await, Vec::<String>::new());
    assert_eq!(keys.changes(), 0, "the key stays what it was");
    works().await;
    keys.command(|ring| announce(ring, RootKey::Master, 2));
    work(&mut rotation).await;
    outlive(&server, &mut rotation).await;
    assert!(keys.ring().master.before.is_none());
    works().await;
}
