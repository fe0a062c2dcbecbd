//! Whether what a function hands back is an answer to what it was handed.

use serde_json::{Map, Value};

use crate::error::TriggerError;
use crate::trigger::{Kind, Trigger};

/// The members that a function must hand back as it got them.
const ENVELOPE: &[&str] = &[
    "version",
    "region",
    "userPoolId",
    "userName",
    "callerContext",
    "triggerSource",
];

/// Lets an answer pass that is the whole event with a response of the right form.
///
/// The service wants the event back, not only the response, and takes neither unknown members nor other types. It does
/// not mind what a function did to the values in `request`, but members that got lost there, or that appeared as null,
/// are the mark of a function whose event types do not fit (typed Rust and Java functions), and it refuses them.
///
/// # Errors
/// `InvalidLambdaResponseException` `Unrecognizable lambda output`.
pub fn check_reply(trigger: Trigger, event: &Value, reply: Value) -> Result<Value, TriggerError> {
    let unrecognizable = TriggerError::unrecognizable;
    let answered = reply.as_object().ok_or_else(unrecognizable)?;
    let envelope = ENVELOPE
        .iter()
        .all(|member| answered.get(*member) == event.get(*member));
    let request = is_returned(event.get("request"), answered.get("request"));
    let response = match answered.get("response") {
        Some(Value::Object(response)) => understands(trigger.response_members(), response),
        // A function without anything to say may leave its response null.
        Some(Value::Null) => trigger.response_members().is_empty(),
        _ => false,
    };
    if envelope && request && response {
        Ok(reply)
    } else {
        Err(unrecognizable())
    }
}

/// Whether the request came back with the members it had.
fn is_returned(sent: Option<&Value>, returned: Option<&Value>) -> bool {
    let (Some(Value::Object(sent)), Some(Value::Object(returned))) = (sent, returned) else {
        return false;
    };
    let all_are_there = sent.iter().all(|(name, value)| {
        returned
            .get(name)
            .is_some_and(|returned| returned.is_null() == value.is_null())
    });
    all_are_there
        && returned
            .iter()
            .all(|(name, value)| sent.contains_key(name) || !value.is_null())
}

/// Whether the object has known members only, each of its kind.
fn understands(members: &[(&str, Kind)], object: &Map<String, Value>) -> bool {
    object.iter().all(|(name, value)| {
        members
            .iter()
            .any(|(member, kind)| member == name && admits(*kind, value))
    })
}

/// Whether the value is of this kind. Null stands for "not given" in every member.
fn admits(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (_, Value::Null)
        | (Kind::Bool, Value::Bool(_))
        | (Kind::Text, Value::String(_))
        | (Kind::Map, Value::Object(_)) => true,
        (Kind::Texts, Value::Array(list)) => list.iter().all(Value::is_string),
        (Kind::TextMap, Value::Object(map)) => map.values().all(Value::is_string),
        (Kind::Object(members), Value::Object(object)) => understands(members, object),
        _ => false,
    }
}
