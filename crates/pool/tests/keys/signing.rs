//! Rotations of the keys that sign tokens.

use std::sync::Arc;

use poolhouse_crypto::jwt::KeyBits;
use poolhouse_pool::keyring::KeySource;
use poolhouse_pool::keyring::signing::{self, Begins, FreshKeys, PUBLISHED_AFTER, PUBLISHED_FIRST, Rotated};
use poolhouse_pool::testing::TestPool;
use serde_json::{Value, json};

use crate::{PASSWORD, Scene, work};

async fn rotate(scene: &Scene, bits: KeyBits, begins: Begins) -> Rotated {
    let source: Arc<dyn KeySource> = Arc::new(FreshKeys);
    let platform = &scene.server.app().platform;
    let rotated = signing::rotate(platform, &source, bits, begins, &scene.pool).await;
    rotated.unwrap().unwrap()
}

/// The `kid`s that verifiers are told of.
async fn published(scene: &Scene) -> Vec<String> {
    let app = scene.server.app();
    let jwks = app
        .signing_keys
        .of(&scene.pool)
        .await
        .unwrap()
        .unwrap()
        .jwks(app.platform.now());
    let keys = jwks["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &Value) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = token.as_str().unwrap().split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_pair_is_published_before_it_signs_and_the_old_one_until_its_last_token_is_over() {
    let a_day = json!({ "AccessTokenValidity": 24, "IdTokenValidity": 24 });
    let scene = Scene::with_client(a_day).await;
    let mut rotation = scene.rotation();
    let first = published(&scene).await;
    assert_eq!(first.len(), 2);
    let before = scene.sign_in("mara").await;
    rotate(&scene, KeyBits::Rsa2048, Begins::Announced).await;
    work(&mut rotation).await;
    let both = published(&scene).await;
    assert_eq!((both.len(), &both[..2]), (4, &first[..]));

    scene.server.clock().advance_seconds(PUBLISHED_FIRST - 1);
    let last = scene.sign_in("mara").await;
    assert_eq!([kid(&last["IdToken"]), kid(&last["AccessToken"])], first[..]);
    scene.server.clock().advance_seconds(1);
    let after = scene.sign_in("mara").await;
    assert_eq!([kid(&after["IdToken"]), kid(&after["AccessToken"])], both[2..]);
    for tokens in [&before, &last, &after] {
        scene.get_user(&tokens["AccessToken"]).await.ok();
    }
    assert_eq!(published(&scene).await, both);

    scene.server.clock().advance_seconds(24 * 3600 - 2);
    scene.get_user(&last["AccessToken"]).await.ok();
    scene.server.clock().advance_seconds(PUBLISHED_AFTER);
    assert_eq!(published(&scene).await, both[2..]);
    // The next rotation takes the oldest pair out of the database, too.
    rotate(&scene, KeyBits::Rsa2048, Begins::Announced).await;
    work(&mut rotation).await;
    let row = format!("p/{}/signing-keys", scene.pool);
    let row = scene.server.app().platform.get(&row).await.unwrap().unwrap();
    let document: Value = serde_json::from_str(&row.body).unwrap();
    assert_eq!(document["pairs"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_pair_that_waits_is_not_pushed_out_by_another() {
    let scene = Scene::new().await;
    let signs_from = rotate(&scene, KeyBits::Rsa2048, Begins::Announced).await;
    let Rotated::SignsFrom(from) = signs_from else {
        panic!("{signs_from:?}");
    };
    assert_eq!(
        rotate(&scene, KeyBits::Rsa2048, Begins::Announced).await,
        Rotated::Waits(from)
    );
}

#[tokio::test]
async fn keys_in_the_wrong_hands_are_good_for_nothing_at_once() {
    let scene = Scene::new().await;
    let mut rotation = scene.rotation();
    let before = scene.sign_in("mara").await;
    rotate(&scene, KeyBits::Rsa2048, Begins::AtOnce).await;
    work(&mut rotation).await;
    let refused = scene.get_user(&before["AccessToken"]).await;
    refused.assert_error(
        "NotAuthorizedException",
        "Could not verify signature for Access Token",
    );
    let after = scene.sign_in("mara").await;
    scene.get_user(&after["AccessToken"]).await.ok();
    assert_eq!(
        published(&scene).await,
        [kid(&after["IdToken"]), kid(&after["AccessToken"])]
    );
}

#[tokio::test]
async fn a_pool_signs_with_3072_bits_where_the_settings_say_so_and_after_a_rotation_to_them() {
    let bytes = |token: &Value| {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let signature = token.as_str().unwrap().rsplit('.').next().unwrap();
        URL_SAFE_NO_PAD.decode(signature).unwrap().len()
    };
    let server = TestPool::with(|settings| settings.signing_key_bits = KeyBits::Rsa3072).await;
    let pool = server.pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", PASSWORD).await;
    let tokens = server.password_sign_in(&client, "mara", PASSWORD).await.ok();
    let access = &tokens["AuthenticationResult"]["AccessToken"];
    assert_eq!(bytes(access), 384);
    server
        .call("GetUser", json!({ "AccessToken": access }))
        .await
        .ok();

    let scene = Scene::new().await;
    assert_eq!(bytes(&scene.sign_in("mara").await["AccessToken"]), 256);
    rotate(&scene, KeyBits::Rsa3072, Begins::AtOnce).await;
    work(&mut scene.rotation()).await;
    let tokens = scene.sign_in("mara").await;
    assert_eq!(bytes(&tokens["AccessToken"]), 384);
    scene.get_user(&tokens["AccessToken"]).await.ok();
}
