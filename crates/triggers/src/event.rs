//! Events: what a function is handed.

use serde_json::{Map, Value, json};

use crate::trigger::Trigger;

/// What the caller knows of an event.
pub struct Event<'a> {
    /// The trigger.
    pub trigger: Trigger,
    /// `triggerSource`, for example `DefineAuthChallenge_Authentication`.
    pub source: &'a str,
    /// `region`
    pub region: &'a str,
    /// `userPoolId`
    pub user_pool_id: &'a str,
    /// `userName`: the real username, or the name typed where no such user exists.
    pub user_name: &'a str,
    /// `callerContext.clientId`; `None` for administrators' calls without a client.
    pub client_id: Option<&'a str>,
    /// `request`
    pub request: Map<String, Value>,
}

/// The event as the function gets it, members in the service's order.
pub fn build(event: Event<'_>) -> Value {
    let caller_context = json!({
        "awsSdkVersion": "aws-sdk-unknown-unknown",
        "clientId": event.client_id.unwrap_or("CLIENT_ID_NOT_APPLICABLE"),
    });
    let members = [
        ("version", event.trigger.event_version().into()),
        ("region", event.region.into()),
        ("userPoolId", event.user_pool_id.into()),
        ("userName", event.user_name.into()),
        ("callerContext", caller_context),
        ("triggerSource", event.source.into()),
        // Moved, for it is the most of an event.
        ("request", Value::Object(event.request)),
        ("response", event.trigger.preset_response()),
    ];
    Value::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(members: &Value) -> Map<String, Value> {
        members.as_object().unwrap().clone()
    }

    fn define() -> Value {
        build(Event {
            trigger: Trigger::DefineAuthChallenge,
            source: "DefineAuthChallenge_Authentication",
            region: "us-east-1",
            user_pool_id: "us-east-1_AbCd12345",
            user_name: "mara",
            client_id: Some("3n4b5urk1ft4fl3mg5e62d9ado"),
            request: request(&json!({"userAttributes": {}, "session": []})),
        })
    }

    #[test]
    fn an_event_reads_as_the_service_writes_it() {
        let expected = concat!(
            r#"{"version":"1","region":"us-east-1","userPoolId":"us-east-1_AbCd12345","userName":"mara","#,
            r#""callerContext":{"awsSdkVersion":"aws-sdk-unknown-unknown","clientId":"3n4b5urk1ft4fl3mg5e62d9ado"},"#,
            r#""triggerSource":"DefineAuthChallenge_Authentication","request":{"userAttributes":{},"session":[]},"#,
            r#""response":{"challengeName":null,"issueTokens":null,"failAuthentication":null}}"#
        );
        assert_eq!(define().to_string(), expected);
    }

    #[test]
    fn an_event_without_a_client_says_so() {
        let event = build(Event {
            trigger: Trigger::PreSignUp,
            source: "PreSignUp_AdminCreateUser",
            region: "us-east-1",
            user_pool_id: "us-east-1_AbCd12345",
            user_name: "mara",
            client_id: None,
            request: Map::new(),
        });
        assert_eq!(event["callerContext"]["clientId"], "CLIENT_ID_NOT_APPLICABLE");
        assert_eq!(event["response"]["autoConfirmUser"], false);
    }
}
