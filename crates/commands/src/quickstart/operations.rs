//! The steps of docs/guides/sign-in-with-a-code.md, by the operations themselves.

use std::sync::Arc;

use poolhouse_api::{ErrorCode, Operation};
use poolhouse_crypto::uuid_v4;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::ops;
use poolhouse_pool::ops::pools::safeguards;
use poolhouse_pool::records::Safeguards;
use poolhouse_pool::request::{App, Asker, Ctx};
use serde_json::{Value, json};

use crate::error::CliError;

const POOL_NAME: &str = "quickstart";
const CLIENT_NAME: &str = "sign-in page";
/// What the functions' ARNs begin with; the server runs those with these names itself.
const FUNCTIONS: &str = "arn:aws:lambda:us-east-1:000000000000:function";
/// How long a sign-in waits for its code, in minutes: longer than the code lives, so that another can be sent.
const SESSION_MINUTES: u64 = 15;

/// Calls operations as somebody with an access key may.
pub(super) struct Operator<'a> {
    app: &'a Arc<App>,
}

impl Operator<'_> {
    pub fn new(app: &Arc<App>) -> Operator<'_> {
        Operator { app }
    }

    /// A request of its own.
    pub fn ctx(&self) -> Ctx {
        Ctx::new(
            self.app.clone(),
            uuid_v4(&*self.app.platform.entropy),
            self.app.platform.now(),
            Asker::default(),
        )
    }

    async fn call(&self, operation: Operation, input: Value) -> Result<Value, ApiError> {
        operation.validate(&input)?;
        ops::dispatch(operation, &self.ctx(), input).await
    }

    async fn must(&self, operation: Operation, input: Value) -> Result<Value, CliError> {
        self.call(operation, input)
            .await
            .map_err(|error| failed(operation, error))
    }

    /// Whether what an operation describes is there.
    async fn is_there(&self, operation: Operation, input: Value) -> Result<bool, CliError> {
        match self.call(operation, input).await {
            Ok(_) => Ok(true),
            Err(error) if is_absence(error.code) => Ok(false),
            Err(error) => Err(failed(operation, error)),
        }
    }

    /// The pool with this id, or a new one.
    pub async fn pool(&self, known: Option<&str>) -> Result<String, CliError> {
        if let Some(id) = known {
            let pool = json!({ "UserPoolId": id });
            if self.is_there(Operation::DescribeUserPool, pool).await? {
                return Ok(id.to_owned());
            }
        }
        let made = self.must(Operation::CreateUserPool, pool_request()).await?;
        let id = text(&made["UserPool"]["Id"])?;
        let protected = safeguards::change(&self.app.platform, &id, Safeguards::protect).await;
        protected.map_err(|error| CliError::new("the pool's safeguards were not set").caused_by(error))?;
        Ok(id)
    }

    /// The pool's app client with this id, or a new one.
    pub async fn client(&self, pool_id: &str, known: Option<&str>) -> Result<String, CliError> {
        if let Some(id) = known {
            let client = json!({ "UserPoolId": pool_id, "ClientId": id });
            if self.is_there(Operation::DescribeUserPoolClient, client).await? {
                return Ok(id.to_owned());
            }
        }
        let made = self
            .must(Operation::CreateUserPoolClient, client_request(pool_id))
            .await?;
        text(&made["UserPoolClient"]["ClientId"])
    }

    /// The user; a new one gets this password.
    pub async fn user(&self, pool_id: &str, name: &str, password: &str) -> Result<(), CliError> {
        let user = json!({ "UserPoolId": pool_id, "Username": name });
        match self.call(Operation::AdminGetUser, user.clone()).await {
            // A run that ended between the two steps below left a user without a password of its own.
            Ok(found) if found["UserStatus"] != "FORCE_CHANGE_PASSWORD" => return Ok(()),
            Ok(_) => {}
            Err(error) if is_absence(error.code) => {
                let mut new = user.clone();
                new["MessageAction"] = json!("SUPPRESS");
                new["UserAttributes"] = json!([
                    { "Name": "email", "Value": name },
                    { "Name": "email_verified", "Value": "true" },
                    { "Name": "name", "Value": "Ada" },
                ]);
                self.must(Operation::AdminCreateUser, new).await?;
            }
            Err(error) => return Err(failed(Operation::AdminGetUser, error)),
        }
        let mut with_password = user;
        with_password["Password"] = json!(password);
        with_password["Permanent"] = json!(true);
        self.must(Operation::AdminSetUserPassword, with_password)
            .await
            .map(drop)
    }
}

fn is_absence(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ResourceNotFoundException | ErrorCode::UserNotFoundException
    )
}

fn failed(operation: Operation, error: ApiError) -> CliError {
    CliError::new(format!("{} was refused", operation.name())).caused_by(error)
}

fn pool_request() -> Value {
    json!({
        "PoolName": POOL_NAME,
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": false },
        "AutoVerifiedAttributes": ["email"],
        // Codes go to no address that is not verified: who mistypes a new one would be shut out.
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        // A password that is reset by a mail to the same mailbox would leave the mailbox as the only factor.
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] },
        "Schema": [{ "Name": "authChallenge", "AttributeDataType": "String", "Mutable": true }],
        "LambdaConfig": {
            "DefineAuthChallenge": format!("{FUNCTIONS}:2faDefine"),
            "CreateAuthChallenge": format!("{FUNCTIONS}:2faCreate"),
            "VerifyAuthChallengeResponse": format!("{FUNCTIONS}:2faVerify"),
        },
    })
}

fn client_request(pool_id: &str) -> Value {
    json!({
        "UserPoolId": pool_id,
        "ClientName": CLIENT_NAME,
        "AuthSessionValidity": SESSION_MINUTES,
        "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "ReadAttributes": ["email", "email_verified", "name"],
        // A person who may write the address chooses where the next code goes.
        "WriteAttributes": ["name"],
    })
}

fn text(value: &Value) -> Result<String, CliError> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| CliError::new("an answer of the pool has no id"))
}
