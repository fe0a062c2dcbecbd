//! What a pool on a Poolhouse server has beside the API that it shares with AWS, which does not describe it, so it is tried
//! with a name that is nobody's. The door refuses a flow without a code, and a pool that wants another factor refuses to have
//! a password reset, before they look at the name.

use poolhouse_outbound::aws::Effect;
use serde_json::{Value, json};

use crate::attach::open_doors;
use crate::aws::{Aws, Service};
use crate::pool::Client;
use crate::pool::flows::Flow;

/// A name that is nobody's, and one half of an exchange with it.
const NOBODY: &str = "poolhouse-doctor-looks-at-the-door";
const TARGET: &str = "AWSCognitoIdentityProviderService";
/// What is said where administrators alone reset passwords.
const BY_ADMINISTRATORS: &str = "Contact administrator to reset password.";
/// How the door's sentence ends.
const REFUSED: &str = "Use CUSTOM_AUTH.";

/// The ids of those of the app clients that list flows without a code which the door refuses.
pub(super) async fn refused(aws: &Aws, clients: &[Client]) -> Vec<String> {
    let mut refused = Vec::new();
    for client in clients {
        if is_refused(aws, client).await {
            refused.push(client.id.clone());
        }
    }
    refused
}

/// Whether no password of the pool is reset by mail.
pub(super) async fn keeps_recovery_apart(aws: &Aws, pool_id: &str) -> bool {
    let body = json!({ "UserPoolId": pool_id, "Username": NOBODY });
    let (target, operation) = (TARGET, "AdminResetUserPassword");
    let answer = aws
        .json(Service::UserPools, target, operation, Effect::Reads, &body)
        .await;
    answer.is_err_and(|error| error.message() == BY_ADMINISTRATORS)
}

async fn is_refused(aws: &Aws, client: &Client) -> bool {
    let open = open_doors(&client.description);
    let (operation, flow) = match () {
        () if open.contains(&Flow::Srp) => ("InitiateAuth", "USER_SRP_AUTH"),
        () if open.contains(&Flow::Password) => ("InitiateAuth", "USER_PASSWORD_AUTH"),
        () if open.contains(&Flow::Choice) => ("InitiateAuth", "USER_AUTH"),
        () if open.contains(&Flow::Admin) => ("AdminInitiateAuth", "ADMIN_USER_PASSWORD_AUTH"),
        () => return false,
    };
    let mut body = json!({
        "AuthFlow": flow, "ClientId": client.id,
        "AuthParameters": { "USERNAME": NOBODY, "SRP_A": "abcdef", "PASSWORD": NOBODY },
    });
    if operation == "AdminInitiateAuth" {
        body["UserPoolId"] = client
            .description
            .get("UserPoolId")
            .cloned()
            .unwrap_or(Value::Null);
    }
    let answer = aws
        .json(Service::UserPools, TARGET, operation, Effect::Reads, &body)
        .await;
    answer.is_err_and(|error| error.message().ends_with(REFUSED))
}
