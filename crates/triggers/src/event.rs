//! Events: what a function is handed, and whether what it hands back is an answer to it.

use serde_json::{Value, json};

use crate::error::TriggerError;
use crate::trigger::Trigger;

/// What the caller knows of an event.
#[derive(Clone, Copy)]
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
    pub request: &'a Value,
}

/// The event as the function gets it, members in the service's order.
pub fn build(event: &Event<'_>) -> Value {
    json!({
        "version": event.trigger.event_version(),
        "region": event.region,
        "userPoolId": event.user_pool_id,
        "userName": event.user_name,
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": event.client_id.unwrap_or("CLIENT_ID_NOT_APPLICABLE"),
        },
        "triggerSource": event.source,
        "request": event.request,
        "response": event.trigger.preset_response(),
    })
}

/// The members that a function must hand back as it got them. The service is strict about the whole event being there;
/// it does not mind what a function did to `request`.
const ENVELOPE: &[&str] = &["version", "region", "userPoolId", "userName", "triggerSource"];

/// Lets an answer pass that is the whole event with a response of the right form.
///
/// # Errors
/// `InvalidLambdaResponseException` `Unrecognizable lambda output`.
pub fn check_reply(trigger: Trigger, event: &Value, reply: Value) -> Result<Value, TriggerError> {
    let whole = ENVELOPE.iter().all(|member| reply.get(member) == event.get(member))
        && reply.get("callerContext").is_some_and(Value::is_object)
        && reply.get("request").is_some_and(Value::is_object);
    let response = match reply.get("response") {
        Some(Value::Object(response)) => response,
        // A function without anything to say may leave the response empty or null.
        Some(Value::Null) if trigger.response_members().is_empty() => {
            return if whole { Ok(reply) } else { Err(TriggerError::unrecognizable()) };
        }
        _ => return Err(TriggerError::unrecognizable()),
    };
    let members = trigger.response_members();
    let understood = response.iter().all(|(name, value)| {
        members.iter().any(|(member, kind)| member == name && kind.admits(value))
    });
    if whole && understood { Ok(reply) } else { Err(TriggerError::unrecognizable()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn define() -> Value {
        build(&Event {
            trigger: Trigger::DefineAuthChallenge,
            source: "DefineAuthChallenge_Authentication",
            region: "us-east-1",
            user_pool_id: "us-east-1_AbCd12345",
            user_name: "mara",
            client_id: Some("3n4b5urk1ft4fl3mg5e62d9ado"),
            request: &json!({"userAttributes": {}, "session": []}),
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
        let event = build(&Event {
            trigger: Trigger::PreSignUp,
            source: "PreSignUp_AdminCreateUser",
            region: "us-east-1",
            user_pool_id: "us-east-1_AbCd12345",
            user_name: "mara",
            client_id: None,
            request: &json!({}),
        });
        assert_eq!(event["callerContext"]["clientId"], "CLIENT_ID_NOT_APPLICABLE");
        assert_eq!(event["response"]["autoConfirmUser"], false);
    }

    #[test]
    fn the_event_with_its_response_filled_is_an_answer() {
        let mut reply = define();
        reply["response"] = json!({"challengeName": "CUSTOM_CHALLENGE", "issueTokens": false});
        assert!(check_reply(Trigger::DefineAuthChallenge, &define(), reply).is_ok());
    }

    #[test]
    fn anything_less_than_the_whole_event_is_not_recognised() {
        let mut without_caller = define();
        without_caller["callerContext"] = Value::Null;
        let mut of_another_user = define();
        of_another_user["userName"] = json!("noel");
        let mut wrong_type = define();
        wrong_type["response"]["issueTokens"] = json!("true");
        let mut unknown_member = define();
        unknown_member["response"]["answerCorrect"] = json!(true);
        let only_the_response = json!({"response": {"issueTokens": true}});
        let replies =
            [json!({}), Value::Null, only_the_response, without_caller, of_another_user, wrong_type, unknown_member];
        for reply in replies {
            let error = check_reply(Trigger::DefineAuthChallenge, &define(), reply.clone()).unwrap_err();
            assert_eq!(error.to_string(), "Unrecognizable lambda output", "{reply}");
        }
    }
}
