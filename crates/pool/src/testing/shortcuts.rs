//! What most tests begin with.

use serde_json::{Value, json};

use super::srp::SrpClient;
use super::{Answer, TestPool};
use crate::base::clock::Clock;
use crate::ops::pools::door;

impl TestPool {
    /// Makes a pool and returns its id.
    pub async fn pool(&self) -> String {
        self.pool_with(json!({})).await
    }

    /// Makes a pool with these members of CreateUserPool and returns its id.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn pool_with(&self, members: Value) -> String {
        let body = merged(json!({ "PoolName": "pool" }), members);
        text(&self.call("CreateUserPool", body).await.ok()["UserPool"]["Id"])
    }

    /// Makes a pool whose sign-in asks for a code by email, with the three functions in process.
    pub async fn confirm_pool(&self) -> String {
        let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
        self.pool_with(json!({
            "Schema": [{ "Name": "authChallenge", "AttributeDataType": "String", "Mutable": true }],
            "LambdaConfig": {
                "DefineAuthChallenge": arn("2faDefine"),
                "CreateAuthChallenge": arn("2faCreate"),
                "VerifyAuthChallengeResponse": arn("2faVerify"),
            },
        }))
        .await
    }

    /// As [`confirm_pool`](Self::confirm_pool), opened by name for sign-ins that need no code.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn open_confirm_pool(&self) -> String {
        let pool = self.confirm_pool().await;
        self.require_code(&pool, None, false).await;
        pool
    }

    /// Decides by name whether sign-ins to a pool, or by one of its app clients, need a code.
    ///
    /// # Panics
    /// If there is no such pool.
    pub async fn require_code(&self, pool: &str, client: Option<&str>, required: bool) {
        let decided = door::decide(&self.app().platform, pool, client, required).await;
        assert!(
            decided.expect("the store works").is_some(),
            "there is a pool {pool}"
        );
    }

    /// Makes an app client with these members of CreateUserPoolClient, all flows allowed unless they say otherwise, and
    /// returns the whole description.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn client_with(&self, pool: &str, members: Value) -> Value {
        let body = json!({
            "UserPoolId": pool,
            "ClientName": "client",
            "ExplicitAuthFlows": [
                "ALLOW_CUSTOM_AUTH",
                "ALLOW_USER_SRP_AUTH",
                "ALLOW_USER_PASSWORD_AUTH",
                "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
            ],
        });
        self.call("CreateUserPoolClient", merged(body, members))
            .await
            .ok()["UserPoolClient"]
            .clone()
    }

    /// Makes an app client that allows all flows and returns its id.
    pub async fn client(&self, pool: &str) -> String {
        text(&self.client_with(pool, json!({})).await["ClientId"])
    }

    /// Makes a confirmed user with a verified email address `NAME@example.com` and returns the `sub`.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn user(&self, pool: &str, username: &str, password: &str) -> String {
        let attributes = json!([
            { "Name": "email", "Value": format!("{username}@example.com") },
            { "Name": "email_verified", "Value": "true" },
        ]);
        let body = json!({
            "UserPoolId": pool,
            "Username": username,
            "MessageAction": "SUPPRESS",
            "UserAttributes": attributes,
        });
        let user = self.call("AdminCreateUser", body).await.ok()["User"].clone();
        let body =
            json!({ "UserPoolId": pool, "Username": username, "Password": password, "Permanent": true });
        self.call("AdminSetUserPassword", body).await.ok();
        let attributes = user["Attributes"].as_array().into_iter().flatten();
        let sub = attributes
            .filter(|attribute| attribute["Name"] == "sub")
            .map(|sub| text(&sub["Value"]))
            .next();
        sub.expect("every user has a sub")
    }

    /// Signs in by USER_PASSWORD_AUTH.
    pub async fn password_sign_in(&self, client: &str, username: &str, password: &str) -> Answer {
        let parameters = json!({ "USERNAME": username, "PASSWORD": password });
        let body =
            json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": parameters });
        self.call("InitiateAuth", body).await
    }

    /// Signs in by USER_SRP_AUTH and returns the answer to the proof, or to the first step if that fails.
    pub async fn srp_sign_in(&self, pool: &str, client: &str, username: &str, password: &str) -> Answer {
        let srp = SrpClient::new(pool, password);
        let parameters = json!({ "USERNAME": username, "SRP_A": srp.public_a() });
        self.prove(
            &srp,
            client,
            json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters }),
        )
        .await
    }

    /// Begins CUSTOM_AUTH with a password proved by SRP and returns the answer to the proof, or to the first step if
    /// that fails.
    pub async fn custom_sign_in(&self, pool: &str, client: &str, username: &str, password: &str) -> Answer {
        self.custom_sign_in_with(pool, client, username, password, Value::Null)
            .await
    }

    /// The same with `ClientMetadata` beside the password answer.
    pub async fn custom_sign_in_with(
        &self,
        pool: &str,
        client: &str,
        username: &str,
        password: &str,
        metadata: Value,
    ) -> Answer {
        let srp = SrpClient::new(pool, password);
        let parameters = json!({ "USERNAME": username, "SRP_A": srp.public_a(), "CHALLENGE_NAME": "SRP_A" });
        let mut begin = json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": parameters });
        if !metadata.is_null() {
            begin["ClientMetadata"] = metadata;
        }
        self.prove(&srp, client, begin).await
    }

    async fn prove(&self, srp: &SrpClient, client: &str, begin: Value) -> Answer {
        let metadata = begin.get("ClientMetadata").cloned();
        let first = self
            .call("InitiateAuth", merged(begin, json!({ "ClientId": client })))
            .await;
        if first["ChallengeName"] != "PASSWORD_VERIFIER" {
            return first;
        }
        let mut body = json!({
            "ChallengeName": "PASSWORD_VERIFIER",
            "ClientId": client,
            "ChallengeResponses": srp.responses(&first["ChallengeParameters"], self.clock().now()),
        });
        if first["Session"].is_string() {
            body["Session"] = first["Session"].clone();
        }
        if let Some(metadata) = metadata {
            body["ClientMetadata"] = metadata;
        }
        self.call("RespondToAuthChallenge", body).await
    }
}

/// The first object with the members of the second over its own.
fn merged(mut base: Value, over: Value) -> Value {
    if let (Some(base), Value::Object(over)) = (base.as_object_mut(), over) {
        base.extend(over);
    }
    base
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
