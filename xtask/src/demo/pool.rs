//! The demo's pool, app client and user, made by the steps of `docs/guides/sign-in-with-a-code.md`.

use serde_json::{Value, json};

use crate::Outcome;
use crate::system::pool_api::{PoolApi, Refusal};
use crate::system::random;

/// The person who signs in.
pub const USER: &str = "ada@example.com";

/// How long a sign-in of a new client waits for its code: longer than the code lives, so that another can be sent.
pub const SESSION_MINUTES: u64 = 15;

const POOL_NAME: &str = "demo";
const CLIENT_NAME: &str = "sign-in page";
const FUNCTIONS: &str = "arn:aws:lambda:us-east-1:000000000000:function";
/// How many pools or clients a listing may return at most.
const PAGE: u32 = 60;

/// The pool and the app client that the page signs in with.
pub struct Pool {
    pub id: String,
    pub client_id: String,
    /// The client's `AuthSessionValidity`, which no event tells the functions.
    pub session_minutes: u64,
}

/// The demo's pool and client; makes what is missing.
///
/// # Errors
/// If the server refuses a step.
pub fn ensure(api: &PoolApi) -> Outcome<Pool> {
    let pools = api.call("ListUserPools", &json!({ "MaxResults": PAGE }))?;
    let id = match find(&pools["UserPools"], "Name", POOL_NAME, "Id") {
        Some(id) => id,
        None => create_pool(api)?,
    };
    let clients = api.call(
        "ListUserPoolClients",
        &json!({ "UserPoolId": id, "MaxResults": PAGE }),
    )?;
    let client_id = match find(&clients["UserPoolClients"], "ClientName", CLIENT_NAME, "ClientId") {
        Some(client_id) => client_id,
        None => create_client(api, &id)?,
    };
    let client = api.call(
        "DescribeUserPoolClient",
        &json!({ "UserPoolId": id, "ClientId": client_id }),
    )?;
    let minutes = client["UserPoolClient"]["AuthSessionValidity"].as_u64();
    Ok(Pool {
        id,
        client_id,
        session_minutes: minutes.ok_or("the app client has no AuthSessionValidity")?,
    })
}

fn create_pool(api: &PoolApi) -> Outcome<String> {
    let pool = api.call("CreateUserPool", &pool_request())?;
    let id = text(&pool["UserPool"]["Id"])?;
    let attribute = json!({ "Name": "authChallenge", "AttributeDataType": "String", "Mutable": true });
    api.call(
        "AddCustomAttributes",
        &json!({ "UserPoolId": id, "CustomAttributes": [attribute] }),
    )?;
    Ok(id)
}

/// The pool's settings. It lacks `AttributesRequireVerificationBeforeUpdate`, which Poolhouse refuses.
fn pool_request() -> Value {
    json!({
        "PoolName": POOL_NAME,
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": false },
        "AutoVerifiedAttributes": ["email"],
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        "LambdaConfig": {
            "DefineAuthChallenge": format!("{FUNCTIONS}:2faDefine"),
            "CreateAuthChallenge": format!("{FUNCTIONS}:2faCreate"),
            "VerifyAuthChallengeResponse": format!("{FUNCTIONS}:2faVerify"),
        },
    })
}

fn create_client(api: &PoolApi, pool_id: &str) -> Outcome<String> {
    let client = api.call("CreateUserPoolClient", &client_request(pool_id))?;
    text(&client["UserPoolClient"]["ClientId"])
}

fn client_request(pool_id: &str) -> Value {
    json!({
        "UserPoolId": pool_id,
        "ClientName": CLIENT_NAME,
        "AuthSessionValidity": SESSION_MINUTES,
        "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "ReadAttributes": ["custom:authChallenge", "email", "email_verified", "name"],
        "WriteAttributes": ["custom:authChallenge", "email", "name"],
    })
}

/// The demo's user, with a new password, which is returned.
///
/// # Errors
/// If the server refuses a step.
pub fn ensure_user(api: &PoolApi, pool: &Pool) -> Outcome<String> {
    let user = json!({ "UserPoolId": pool.id, "Username": USER });
    match api.call("AdminGetUser", &user) {
        Ok(_) => {}
        Err(error) if is(&*error, "UserNotFoundException") => {
            let mut user = user.clone();
            user["MessageAction"] = json!("SUPPRESS");
            user["UserAttributes"] =
                json!([{ "Name": "email", "Value": USER }, { "Name": "email_verified", "Value": "true" }]);
            api.call("AdminCreateUser", &user)?;
        }
        Err(error) => return Err(error),
    }
    let password = random::password()?;
    let mut with_password = user;
    with_password["Password"] = json!(password);
    with_password["Permanent"] = json!(true);
    api.call("AdminSetUserPassword", &with_password)?;
    Ok(password)
}

fn is(error: &(dyn std::error::Error + 'static), code: &str) -> bool {
    error
        .downcast_ref::<Refusal>()
        .is_some_and(|refusal| refusal.code == code)
}

/// In a list of objects, the member `wanted` of the one whose `member` is `value`.
fn find(list: &Value, member: &str, value: &str, wanted: &str) -> Option<String> {
    let found = list.as_array()?.iter().find(|object| object[member] == value)?;
    found[wanted].as_str().map(str::to_owned)
}

fn text(value: &Value) -> Outcome<String> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| "the server's answer has no id".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_found_by_its_name() {
        let pools = json!([{ "Name": "other", "Id": "a" }, { "Name": "demo", "Id": "b" }]);
        assert_eq!(find(&pools, "Name", "demo", "Id").as_deref(), Some("b"));
        assert_eq!(find(&pools, "Name", "gone", "Id"), None);
    }

    #[test]
    fn the_person_signs_in_however_the_address_is_cased_and_has_time_to_find_the_mail() {
        assert_eq!(
            pool_request()["UsernameConfiguration"],
            json!({ "CaseSensitive": false })
        );
        assert_eq!(client_request("p")["AuthSessionValidity"], 15);
    }
}
