//! `AddUserPoolClientSecret`

use poolhouse_api::{ErrorCode, shapes};
use poolhouse_crypto::constant_time_eq;
use poolhouse_store::{Batch, CommitError};
use zeroize::Zeroizing;

use super::secret::{self, MOST, RACES};
use crate::auth::secret_hash;
use crate::base::error::ApiError;
use crate::records::{ClientSecret, RecordBatch};
use crate::request::Ctx;

/// Gives an app client a second secret beside the one it has, so that what uses the first can be changed to it one after
/// the other. Both are good from now on. The answer shows a secret that was made here.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client; `InvalidParameterException` for a public client, and for a
/// secret that the client has; `LimitExceededException` for a client with two; `TooManyRequestsException` after too many
/// lost races.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AddUserPoolClientSecretRequest,
) -> Result<shapes::AddUserPoolClientSecretResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let given = input.client_secret.map(Zeroizing::new);
    let is_generated = given.is_none();
    let text = given.unwrap_or_else(|| secret::generated(ctx));
    for _ in 0..RACES {
        let mut client = ctx.client(pool.id(), &input.client_id).await?.into_owned();
        secret::check_regular(&client.value)?;
        let held = secret_hash::client_secrets(ctx, &client.value)?;
        check(&held, &text)?;
        let id = client.value.id().to_owned();
        let added = secret::sealed(ctx, pool.id(), &id, &text, &client.value.secrets);
        client.value.secrets.push(added.clone());
        let batch = Batch::new().replace(&client, &client.value);
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(answer(&added, is_generated.then(|| text.to_string()))),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

fn answer(added: &ClientSecret, value: Option<String>) -> shapes::AddUserPoolClientSecretResponse {
    shapes::AddUserPoolClientSecretResponse {
        client_secret_descriptor: Some(secret::described(added, value)),
    }
}

fn check(held: &[String], text: &str) -> Result<(), ApiError> {
    if held.is_empty() {
        return Err(ApiError::invalid_parameter(
            "A public app client has no secret and gets none. Create another one with GenerateSecret.",
        ));
    }
    if held.len() >= MOST {
        return Err(ApiError::new(
            ErrorCode::LimitExceededException,
            format!("An app client can have at most {MOST} secrets."),
        ));
    }
    if held
        .iter()
        .any(|held| constant_time_eq(held.as_bytes(), text.as_bytes()))
    {
        return Err(ApiError::invalid_parameter(
            "The app client has this secret already.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::records::ClientRecord;
    use crate::testing::TestPool;

    struct Scene {
        server: TestPool,
        pool: String,
        client: Value,
    }

    impl Scene {
        async fn new() -> Scene {
            let server = TestPool::new().await;
            let pool = server.pool().await;
            let client = server.client_with(&pool, json!({ "GenerateSecret": true })).await;
            server.clock().advance_seconds(1);
            Scene { server, pool, client }
        }

        fn request(&self) -> Value {
            json!({ "UserPoolId": self.pool, "ClientId": self.client["ClientId"] })
        }

        fn id(&self, milliseconds: i64) -> String {
            format!("{}--{milliseconds}", self.client["ClientId"].as_str().unwrap())
        }
    }

    #[tokio::test]
    async fn a_generated_secret_is_shown_once_and_kept_sealed_beside_the_first() {
        let scene = Scene::new().await;
        let added = scene
            .server
            .call("AddUserPoolClientSecret", scene.request())
            .await
            .ok();
        let value = added["ClientSecretDescriptor"]["ClientSecretValue"]
            .as_str()
            .unwrap();
        assert!(
            value.len() == 52
                && value
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()),
            "{value}"
        );
        let second = json!({
            "ClientSecretId": scene.id(1_767_323_046_000),
            "ClientSecretCreateDate": 1_767_323_046,
        });
        let mut shown = second.clone();
        shown["ClientSecretValue"] = json!(value);
        assert_eq!(added, json!({ "ClientSecretDescriptor": shown }));
        let first = json!({
            "ClientSecretId": scene.id(1_767_323_045_000),
            "ClientSecretCreateDate": 1_767_323_045,
        });
        let listed = scene
            .server
            .call("ListUserPoolClientSecrets", scene.request())
            .await
            .ok();
        assert_eq!(listed, json!({ "ClientSecrets": [first, second] }));
        let described = scene
            .server
            .call("DescribeUserPoolClient", scene.request())
            .await
            .ok();
        assert_eq!(described["UserPoolClient"], scene.client);
        let key = ClientRecord::key(&scene.pool, scene.client["ClientId"].as_str().unwrap());
        let row = scene.server.store().get(key.as_str()).await.unwrap().unwrap();
        assert!(!row.body.contains(value));
    }

    #[tokio::test]
    async fn a_given_secret_is_not_repeated_and_two_of_one_moment_have_names_of_their_own() {
        let scene = Scene::new().await;
        let mut request = scene.request();
        request["ClientSecretId"] = json!(scene.id(1_767_323_045_000));
        request["ClientSecret"] = json!("a0".repeat(13));
        for milliseconds in [1_767_323_046_000_i64, 1_767_323_046_001] {
            let added = scene
                .server
                .call("AddUserPoolClientSecret", request.clone())
                .await
                .ok();
            let expected = json!({
                "ClientSecretId": scene.id(milliseconds),
                "ClientSecretCreateDate": 1_767_323_046,
            });
            assert_eq!(added, json!({ "ClientSecretDescriptor": expected }));
            scene
                .server
                .call("DeleteUserPoolClientSecret", request.clone())
                .await
                .ok();
            request["ClientSecretId"] = json!(scene.id(milliseconds));
            request["ClientSecret"] = json!("b1".repeat(13));
        }
    }

    #[tokio::test]
    async fn a_client_has_two_secrets_at_most_each_once_and_a_public_one_none() {
        let scene = Scene::new().await;
        let mut request = scene.request();
        request["ClientSecret"] = scene.client["ClientSecret"].clone();
        scene
            .server
            .call("AddUserPoolClientSecret", request.clone())
            .await
            .assert_error(
                "InvalidParameterException",
                "The app client has this secret already.",
            );
        scene
            .server
            .call("AddUserPoolClientSecret", scene.request())
            .await
            .ok();
        for request in [request, scene.request()] {
            let third = scene.server.call("AddUserPoolClientSecret", request).await;
            third.assert_error(
                "LimitExceededException",
                "An app client can have at most 2 secrets.",
            );
        }
        let public = scene.server.client(&scene.pool).await;
        let public = json!({ "UserPoolId": scene.pool, "ClientId": public });
        scene
            .server
            .call("AddUserPoolClientSecret", public.clone())
            .await
            .assert_error(
                "InvalidParameterException",
                "A public app client has no secret and gets none. Create another one with GenerateSecret.",
            );
        let listed = scene.server.call("ListUserPoolClientSecrets", public).await.ok();
        assert_eq!(listed, json!({ "ClientSecrets": [] }));
    }

    #[tokio::test]
    async fn an_update_of_the_client_keeps_both_secrets() {
        let scene = Scene::new().await;
        scene
            .server
            .call("AddUserPoolClientSecret", scene.request())
            .await
            .ok();
        let before = scene
            .server
            .call("ListUserPoolClientSecrets", scene.request())
            .await
            .ok();
        scene
            .server
            .call("UpdateUserPoolClient", scene.request())
            .await
            .ok();
        let after = scene
            .server
            .call("ListUserPoolClientSecrets", scene.request())
            .await
            .ok();
        assert_eq!(after, before);
        assert_eq!(after["ClientSecrets"].as_array().map(Vec::len), Some(2));
    }
}
