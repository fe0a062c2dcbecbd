//! Which name a `SECRET_HASH` is made of.

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::{PASSWORD, claims};

const ADDRESS: &str = "mara@example.com";

/// A pool that signs in by address, a client with a secret, and Mara, whose username is this.
struct WithSecret {
    server: TestPool,
    pool: String,
    client: String,
    secret: String,
    username: String,
}

impl WithSecret {
    async fn new() -> WithSecret {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
        let client = server.client_with(&pool, json!({ "GenerateSecret": true })).await;
        let body = json!({ "UserPoolId": pool, "Username": ADDRESS, "MessageAction": "SUPPRESS" });
        let user = server.call("AdminCreateUser", body).await.ok()["User"].clone();
        let body =
            json!({ "UserPoolId": pool, "Username": ADDRESS, "Password": PASSWORD, "Permanent": true });
        server.call("AdminSetUserPassword", body).await.ok();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        WithSecret {
            client: text(&client["ClientId"]),
            secret: text(&client["ClientSecret"]),
            username: text(&user["Username"]),
            server,
            pool,
        }
    }

    fn hash(&self, name: &str) -> String {
        poolhouse_crypto::secret_hash(&self.secret, name, &self.client)
    }

    async fn initiate(&self, flow: &str, parameters: Value) -> Answer {
        let body = json!({ "AuthFlow": flow, "ClientId": self.client, "AuthParameters": parameters });
        self.server.call("InitiateAuth", body).await
    }

    fn unverified(&self) -> String {
        format!("Unable to verify secret hash for client {}", self.client)
    }
}

#[tokio::test]
async fn a_secret_hash_is_of_the_name_beside_it_and_of_no_other_of_the_user() {
    let scene = WithSecret::new().await;
    let names = [ADDRESS, scene.username.as_str()];
    let srp = SrpClient::new(&scene.pool, PASSWORD);
    for name in names {
        for hashed in names {
            let hash = scene.hash(hashed);
            let password = json!({ "USERNAME": name, "PASSWORD": PASSWORD, "SECRET_HASH": hash });
            let by_srp = json!({ "USERNAME": name, "SRP_A": srp.public_a(), "SECRET_HASH": hash });
            // The proof, by this name and hash, to a challenge that was asked for as it must be.
            let asked =
                json!({ "USERNAME": ADDRESS, "SRP_A": srp.public_a(), "SECRET_HASH": scene.hash(ADDRESS) });
            let asked = scene.initiate("USER_SRP_AUTH", asked).await.ok();
            let mut responses = srp.responses(&asked["ChallengeParameters"], scene.server.clock().now());
            responses["USERNAME"] = json!(name);
            responses["SECRET_HASH"] = json!(hash);
            let proof = json!({
                "ChallengeName": "PASSWORD_VERIFIER",
                "ClientId": scene.client,
                "ChallengeResponses": responses,
            });
            for answer in [
                scene.initiate("USER_PASSWORD_AUTH", password).await,
                scene.initiate("USER_SRP_AUTH", by_srp).await,
                scene.server.call("RespondToAuthChallenge", proof).await,
            ] {
                if name == hashed {
                    answer.ok();
                } else {
                    answer.assert_error("NotAuthorizedException", &scene.unverified());
                }
            }
        }
    }
}

#[tokio::test]
async fn a_refresh_takes_the_hash_of_the_username_and_of_no_alias() {
    let scene = WithSecret::new().await;
    let password = json!({ "USERNAME": ADDRESS, "PASSWORD": PASSWORD, "SECRET_HASH": scene.hash(ADDRESS) });
    let tokens = scene.initiate("USER_PASSWORD_AUTH", password).await.ok()["AuthenticationResult"].clone();
    assert_eq!(claims(&tokens["AccessToken"])["username"], scene.username);
    let refresh = async |name: &str, hash: String| {
        let parameters =
            json!({ "USERNAME": name, "REFRESH_TOKEN": tokens["RefreshToken"], "SECRET_HASH": hash });
        scene.initiate("REFRESH_TOKEN_AUTH", parameters).await
    };
    refresh(ADDRESS, scene.hash(&scene.username)).await.ok();
    refresh(ADDRESS, scene.hash(ADDRESS)).await.assert_error(
        "NotAuthorizedException",
        &format!("SecretHash does not match for the client: {}", scene.client),
    );
}

#[tokio::test]
async fn a_hash_for_a_client_without_a_secret_is_not_ignored() {
    let scene = WithSecret::new().await;
    let client = scene.server.client(&scene.pool).await;
    let hash = poolhouse_crypto::secret_hash("a guess", ADDRESS, &client);
    for parameters in [
        json!({ "USERNAME": ADDRESS, "PASSWORD": PASSWORD, "SECRET_HASH": hash }),
        json!({ "REFRESH_TOKEN": "made.up.token", "SECRET_HASH": hash }),
    ] {
        let flow = if parameters.get("PASSWORD").is_some() {
            "USER_PASSWORD_AUTH"
        } else {
            "REFRESH_TOKEN_AUTH"
        };
        let body = json!({ "AuthFlow": flow, "ClientId": client, "AuthParameters": parameters });
        scene.server.call("InitiateAuth", body).await.assert_error(
            "NotAuthorizedException",
            &format!("Unable to verify secret hash for client {client}"),
        );
    }
}

#[tokio::test]
async fn either_of_two_secrets_is_good_everywhere_until_it_is_deleted() {
    let mut scene = WithSecret::new().await;
    let first = scene.secret.clone();
    let mut of_client = json!({ "UserPoolId": scene.pool, "ClientId": scene.client });
    let added = scene
        .server
        .call("AddUserPoolClientSecret", of_client.clone())
        .await
        .ok();
    let second = added["ClientSecretDescriptor"]["ClientSecretValue"]
        .as_str()
        .unwrap()
        .to_owned();
    let parameters = json!({ "USERNAME": ADDRESS, "PASSWORD": PASSWORD });
    let sign_in = async |scene: &WithSecret| {
        let mut parameters = parameters.clone();
        parameters["SECRET_HASH"] = json!(scene.hash(ADDRESS));
        scene.initiate("USER_PASSWORD_AUTH", parameters).await
    };
    let mut tokens = Vec::new();
    for secret in [&first, &second] {
        scene.secret.clone_from(secret);
        tokens.push(sign_in(&scene).await.ok()["AuthenticationResult"]["RefreshToken"].clone());
    }
    // What was begun with one goes on with the other.
    for (secret, token) in [(&first, &tokens[1]), (&second, &tokens[0])] {
        scene.secret.clone_from(secret);
        let username = scene.username.clone();
        let by_hash = json!({ "REFRESH_TOKEN": token, "SECRET_HASH": scene.hash(&username) });
        scene.initiate("REFRESH_TOKEN_AUTH", by_hash).await.ok();
        let in_clear = json!({ "ClientId": scene.client, "ClientSecret": secret, "RefreshToken": token });
        scene
            .server
            .call("GetTokensFromRefreshToken", in_clear)
            .await
            .ok();
    }

    let listed = scene
        .server
        .call("ListUserPoolClientSecrets", of_client.clone())
        .await
        .ok();
    of_client["ClientSecretId"] = listed["ClientSecrets"][0]["ClientSecretId"].clone();
    scene
        .server
        .call("DeleteUserPoolClientSecret", of_client)
        .await
        .ok();
    let (client, token) = (scene.client.clone(), &tokens[0]);
    let with = |secret: &str| json!({ "ClientId": client, "ClientSecret": secret, "RefreshToken": token, "Token": token });
    for (operation, code) in [
        ("GetTokensFromRefreshToken", "NotAuthorizedException"),
        ("RevokeToken", "UnauthorizedException"),
    ] {
        let refused = scene.server.call(operation, with(&first)).await;
        refused.assert_error(code, "Invalid client secret.");
        scene.server.call(operation, with(&second)).await.ok();
    }
    scene.secret = first;
    let refused = sign_in(&scene).await;
    refused.assert_error("NotAuthorizedException", &scene.unverified());
    scene.secret = second;
    sign_in(&scene).await.ok();
}
