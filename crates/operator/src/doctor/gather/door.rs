//! The door of a pool on a Poolhouse server. The API that it shares with AWS does not describe it, so it is tried: a flow
//! without a code is begun for a name that is nobody's, and the door refuses it before it looks at the name.

use poolhouse_outbound::aws::Effect;
use serde_json::{Value, json};

use crate::attach::open_doors;
use crate::aws::{Aws, Service};
use crate::pool::Client;
use crate::pool::flows::Flow;

/// A name that is nobody's, and one half of an exchange with it.
const NOBODY: &str = "poolhouse-doctor-looks-at-the-door";
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
    let target = "AWSCognitoIdentityProviderService";
    let answer = aws
        .json(Service::UserPools, target, operation, Effect::Reads, &body)
        .await;
    answer.is_err_and(|error| error.message().ends_with(REFUSED))
}
