//! A pool with the confirm-code functions, and people who sign in to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_pool::testing::srp::SrpClient;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::http::{Answer, Connection};
use super::mail::Mail;
use super::now;
use super::server::{METRICS, Server};
use crate::attack::{Arena, Outcome};

/// Everybody's password.
pub const PASSWORD: &str = "Correct-Horse-9!";
const FUNCTIONS: &str = "arn:aws:lambda:us-east-1:000000000000:function";

/// A server with a pool, an app client for every flow that hides who exists, and a mailbox for everybody.
pub struct Scene {
    pub server: Server,
    pub mail: Mail,
    pub pool: String,
    pub client: String,
    pub srp: Arc<SrpClient>,
}

/// A pool and its client, beside the first.
pub struct Pool {
    pub id: String,
    pub client: String,
    pub srp: SrpClient,
}

impl Scene {
    /// With the default settings.
    pub async fn new(arena: &Arena) -> Outcome<Scene> {
        Scene::with(arena, "", json!({})).await
    }

    /// With settings beside the mail's, and members of the app client.
    pub async fn with(arena: &Arena, settings: &str, client: Value) -> Outcome<Scene> {
        let mail = Mail::open().await?;
        let server = Server::start(arena, &settings_of(mail.address, settings)).await?;
        Scene::on(server, mail, client).await
    }

    /// On a server that runs.
    pub async fn on(server: Server, mail: Mail, client: Value) -> Outcome<Scene> {
        let pool = make_pool(&server, json!({}), client).await?;
        Ok(Scene {
            server,
            mail,
            pool: pool.id,
            client: pool.client,
            srp: Arc::new(pool.srp),
        })
    }

    /// Calls an operation with the operator's signature.
    pub async fn operate(&self, operation: &str, body: &Value) -> Outcome<Value> {
        operate(&self.server, operation, body).await
    }

    /// Makes a user with a verified address and the password.
    pub async fn user(&self, name: &str) -> Outcome {
        make_users(&self.server, &self.pool, std::slice::from_ref(&name.to_owned())).await
    }

    /// Makes users `PREFIX-0`, `PREFIX-1`, ….
    pub async fn users(&self, prefix: &str, count: usize) -> Outcome<Vec<String>> {
        let names: Vec<String> = (0..count).map(|number| format!("{prefix}-{number}")).collect();
        make_users(&self.server, &self.pool, &names).await?;
        Ok(names)
    }

    /// Opens the pool by name for sign-ins without a code.
    pub async fn open_door(&self) -> Outcome {
        let arguments = ["door", "open", "--user-pool-id", &self.pool];
        self.server.run(&arguments).await.map(drop)
    }

    /// Begins CUSTOM_AUTH and returns the challenge for the password.
    pub async fn begin(&self, on: &mut Connection, name: &str) -> Outcome<Value> {
        begin(on, &self.client, &self.srp, name).await
    }

    /// Begins CUSTOM_AUTH and proves the password; returns the challenge for the code.
    pub async fn challenge(&self, on: &mut Connection, name: &str) -> Outcome<Value> {
        challenge(on, &self.client, &self.srp, name).await
    }

    /// Asks for a code; how long the answer to the password took.
    pub async fn timed_challenge(&self, name: &str) -> Outcome<Duration> {
        let mut on = self.server.connect().await?;
        let asked = self.begin(&mut on, name).await?;
        let begun = Instant::now();
        let answer = prove(&mut on, &self.client, &self.srp, &asked).await?;
        let taken = begun.elapsed();
        match answer.ok()?["ChallengeName"] == json!("CUSTOM_CHALLENGE") {
            true => Ok(taken),
            false => Err("no challenge for a code".into()),
        }
    }

    /// Answers the challenge for the code.
    pub async fn answer(
        &self,
        on: &mut Connection,
        name: &str,
        session: &Value,
        code: &str,
    ) -> Outcome<Answer> {
        on.call("RespondToAuthChallenge", &self.code_answer(name, session, code))
            .await
    }

    /// The request that answers the challenge for the code.
    pub fn code_answer(&self, name: &str, session: &Value, code: &str) -> Value {
        json!({
            "ClientId": self.client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": session,
            "ChallengeResponses": { "USERNAME": name, "ANSWER": code },
        })
    }

    /// The first code that was mailed to a user.
    pub async fn code(&self, name: &str) -> Outcome<String> {
        self.mail.code(&address(name), 0).await
    }

    /// The whole sign-in with a code; returns the tokens.
    pub async fn sign_in(&self, on: &mut Connection, name: &str) -> Outcome<Value> {
        let mailed = self.mail.codes(&address(name)).len();
        let asked = self.challenge(on, name).await?;
        let code = self.mail.code(&address(name), mailed).await?;
        let answer = self.answer(on, name, &asked["Session"], &code).await?.ok()?;
        match answer.get("AuthenticationResult") {
            Some(tokens) => Ok(tokens.clone()),
            None => Err(format!("no tokens but {answer}").into()),
        }
    }
}

/// The settings of a server whose mail goes there.
pub fn settings_of(relay: SocketAddr, more: &str) -> String {
    format!(
        "{}[mail]\nrelays = [\"smtp://{relay}\"]\nfrom = \"Attack <no-reply@example.com>\"\n\n{more}",
        METRICS
    )
}

/// Where a user's mail goes.
pub fn address(name: &str) -> String {
    format!("{name}@example.com")
}

/// Calls an operation with the operator's signature.
pub async fn operate(server: &Server, operation: &str, body: &Value) -> Outcome<Value> {
    let answer = server
        .connect()
        .await?
        .signed(&server.key, operation, body)
        .await?;
    answer
        .ok()
        .map_err(|error| format!("{operation}: {error}").into())
}

/// Makes a pool with these members more, and an app client with these.
pub async fn make_pool(server: &Server, pool: Value, client: Value) -> Outcome<Pool> {
    let functions = json!({
        "PoolName": "attack",
        "Schema": [{ "Name": "authChallenge", "AttributeDataType": "String", "Mutable": true }],
        "LambdaConfig": {
            "DefineAuthChallenge": format!("{FUNCTIONS}:2faDefine"),
            "CreateAuthChallenge": format!("{FUNCTIONS}:2faCreate"),
            "VerifyAuthChallengeResponse": format!("{FUNCTIONS}:2faVerify"),
        },
    });
    let made = operate(server, "CreateUserPool", &merged(functions, pool)).await?;
    let id = text(&made["UserPool"]["Id"])?;
    let client = make_client(server, &id, client).await?;
    Ok(Pool {
        srp: SrpClient::new(&id, PASSWORD),
        id,
        client,
    })
}

/// Makes an app client for every flow that hides who exists, with these members more; returns its id.
pub async fn make_client(server: &Server, pool: &str, more: Value) -> Outcome<String> {
    let client = json!({
        "UserPoolId": pool,
        "ClientName": "attack",
        "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": [
            "ALLOW_CUSTOM_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_USER_AUTH",
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ],
    });
    let made = operate(server, "CreateUserPoolClient", &merged(client, more)).await?;
    text(&made["UserPoolClient"]["ClientId"])
}

/// Makes users with verified addresses and the password.
pub async fn make_users(server: &Server, pool: &str, names: &[String]) -> Outcome {
    let mut on = server.connect().await?;
    for name in names {
        let user = json!({
            "UserPoolId": pool,
            "Username": name,
            "MessageAction": "SUPPRESS",
            "UserAttributes": [
                { "Name": "email", "Value": address(name) },
                { "Name": "email_verified", "Value": "true" },
            ],
        });
        on.signed(&server.key, "AdminCreateUser", &user).await?.ok()?;
        let password =
            json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
        on.signed(&server.key, "AdminSetUserPassword", &password)
            .await?
            .ok()?;
    }
    Ok(())
}

/// Begins CUSTOM_AUTH and returns the challenge for the password.
pub async fn begin(on: &mut Connection, client: &str, srp: &SrpClient, name: &str) -> Outcome<Value> {
    let parameters = json!({ "USERNAME": name, "CHALLENGE_NAME": "SRP_A", "SRP_A": srp.public_a() });
    let body = json!({ "AuthFlow": "CUSTOM_AUTH", "ClientId": client, "AuthParameters": parameters });
    on.call("InitiateAuth", &body).await?.ok()
}

/// Answers the challenge for the password.
pub async fn prove(on: &mut Connection, client: &str, srp: &SrpClient, asked: &Value) -> Outcome<Answer> {
    let body = json!({
        "ClientId": client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "Session": asked["Session"],
        "ChallengeResponses": srp.responses(&asked["ChallengeParameters"], now()?),
    });
    on.call("RespondToAuthChallenge", &body).await
}

/// Begins CUSTOM_AUTH and proves the password; returns the challenge for the code.
pub async fn challenge(on: &mut Connection, client: &str, srp: &SrpClient, name: &str) -> Outcome<Value> {
    let asked = begin(on, client, srp, name).await?;
    let asked = prove(on, client, srp, &asked).await?.ok()?;
    match asked["ChallengeName"].as_str() {
        Some("CUSTOM_CHALLENGE") => Ok(asked),
        _ => Err(format!("no challenge for a code but {asked}").into()),
    }
}

/// Signs in by USER_PASSWORD_AUTH.
pub async fn password_sign_in(
    on: &mut Connection,
    client: &str,
    name: &str,
    password: &str,
) -> Outcome<Answer> {
    let parameters = json!({ "USERNAME": name, "PASSWORD": password });
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": parameters });
    on.call("InitiateAuth", &body).await
}

fn merged(mut base: Value, over: Value) -> Value {
    if let (Some(base), Value::Object(over)) = (base.as_object_mut(), over) {
        base.extend(over);
    }
    base
}

fn text(value: &Value) -> Outcome<String> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| "an answer without an id".into())
}
