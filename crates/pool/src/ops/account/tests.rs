//! What the tests of self-service begin with.

use serde_json::{Value, json};

use crate::testing::{Answer, TestPool};

/// The password of everybody who signs up.
pub const PASSWORD: &str = "Correct-Horse-9!";
/// Mara's address.
pub const EMAIL: &str = "mara@example.com";

/// A pool that verifies email addresses by itself, and an app client.
pub struct Scene {
    /// The server.
    pub server: TestPool,
    /// The pool's id.
    pub pool: String,
    /// The app client's id.
    pub client: String,
}

impl Scene {
    pub async fn new() -> Scene {
        Scene::of(json!({}), json!({})).await
    }

    /// A client that is not told who exists.
    pub async fn hiding() -> Scene {
        Scene::of(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await
    }

    /// The same with these members of CreateUserPool and CreateUserPoolClient.
    pub async fn of(pool: Value, client: Value) -> Scene {
        Scene::on(TestPool::new().await, pool, client).await
    }

    /// The same on this server.
    pub async fn on(server: TestPool, pool: Value, client: Value) -> Scene {
        let pool = with(json!({ "AutoVerifiedAttributes": ["email"] }), pool);
        let pool = server.pool_with(pool).await;
        let client = server.client_with(&pool, client).await;
        Scene {
            client: client["ClientId"].as_str().unwrap_or_default().to_owned(),
            server,
            pool,
        }
    }

    /// Calls an operation that names the client and a user.
    pub async fn call(&self, operation: &str, name: &str, members: Value) -> Answer {
        let body = with(json!({ "ClientId": self.client, "Username": name }), members);
        self.server.call(operation, body).await
    }

    /// Calls an administrator's operation on a user.
    pub async fn admin(&self, operation: &str, name: &str, members: Value) -> Answer {
        let body = with(json!({ "UserPoolId": self.pool, "Username": name }), members);
        self.server.call(operation, body).await
    }

    /// Signs a user up with these members over a password alone.
    pub async fn sign_up(&self, name: &str, members: Value) -> Answer {
        let members = with(json!({ "Password": PASSWORD }), members);
        self.call("SignUp", name, members).await
    }

    /// Signs Mara up and returns her code.
    pub async fn mara(&self) -> String {
        self.sign_up("mara", given(&[("email", EMAIL)])).await.ok();
        self.server.code_to(EMAIL).await
    }

    pub async fn confirm(&self, name: &str, code: &str) -> Answer {
        self.call("ConfirmSignUp", name, json!({ "ConfirmationCode": code }))
            .await
    }

    pub async fn sign_in(&self, name: &str) -> Answer {
        self.server.password_sign_in(&self.client, name, PASSWORD).await
    }

    /// The status of a user, and its attributes by name.
    pub async fn user(&self, name: &str) -> (String, Value) {
        let user = self.admin("AdminGetUser", name, json!({})).await.ok();
        let attributes = user["UserAttributes"].as_array().cloned().unwrap_or_default();
        let pair = |attribute: Value| {
            let name = attribute["Name"].as_str().unwrap_or_default().to_owned();
            (name, attribute["Value"].clone())
        };
        let status = user["UserStatus"].as_str().unwrap_or_default().to_owned();
        (status, attributes.into_iter().map(pair).collect())
    }

    /// The exact text of an answer.
    pub async fn text(&self, operation: &str, name: &str, members: Value) -> (u16, String) {
        let answer = self.call(operation, name, members).await;
        (answer.status, answer.text)
    }
}

/// `UserAttributes` of a request.
pub fn given(attributes: &[(&str, &str)]) -> Value {
    let list: Vec<Value> = attributes
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    json!({ "UserAttributes": list })
}

/// The first object with the members of the second over its own.
pub fn with(mut base: Value, over: Value) -> Value {
    if let (Some(base), Value::Object(over)) = (base.as_object_mut(), over) {
        base.extend(over);
    }
    base
}

/// Another code of the same form.
pub fn other_than(code: &str) -> String {
    let first = if code.starts_with('0') { "1" } else { "0" };
    format!("{first}{}", &code[1..])
}

/// What is said of a wrong code while another lives.
pub const MISMATCH: (&str, &str) = (
    "CodeMismatchException",
    "Invalid verification code provided, please try again.",
);
/// What is said where no code lives.
pub const ENDED: (&str, &str) = (
    "ExpiredCodeException",
    "Invalid code provided, please request a code again.",
);
/// What is said after too many calls or wrong codes.
pub const LIMIT: (&str, &str) = (
    "LimitExceededException",
    "Attempt limit exceeded, please try after some time.",
);
/// What a client on `LEGACY` is told of a name that nobody has.
pub const NOBODY: (&str, &str) = (
    "UserNotFoundException",
    "Username/client id combination not found.",
);

/// Asserts that it is this error.
#[track_caller]
pub fn refused(answer: &Answer, (name, sentence): (&str, &str)) {
    answer.assert_error(name, sentence);
}
