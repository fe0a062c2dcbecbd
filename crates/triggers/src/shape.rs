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

/// Checks that an answer is the whole event with a response of the right form.
///
/// The service wants the event back, not only the response, and takes neither unknown members in the response nor
/// other types. It does not mind what became of the request on the way: functions with typed events leave out members
/// that their types do not know, and write null where there was nothing.
///
/// # Errors
/// `InvalidLambdaResponseException`: `Invalid lambda function output : Invalid JSON` for a function that answered
/// nothing, `Unrecognizable lambda output` for every other answer that is not one.
pub fn check_reply(trigger: Trigger, event: &Value, reply: Value) -> Result<Value, TriggerError> {
    if trigger.takes_any_answer() {
        return Ok(reply);
    }
    if reply.is_null() {
        return Err(TriggerError::invalid_json());
    }
    let unrecognizable = TriggerError::unrecognizable;
    let answered = reply.as_object().ok_or_else(unrecognizable)?;
    let envelope = ENVELOPE
        .iter()
        .all(|member| answered.get(*member) == event.get(*member));
    let request = answered.get("request").is_some_and(Value::is_object);
    let response = answered.get("response").ok_or_else(unrecognizable)?;
    if !(envelope && request) {
        return Err(unrecognizable());
    }
    check_response(trigger, response)?;
    Ok(reply)
}

/// The same of an answer's `response` alone, for functions that hand back nothing else.
///
/// # Errors
/// `InvalidLambdaResponseException`: `Unrecognizable lambda output`.
pub fn check_response(trigger: Trigger, response: &Value) -> Result<(), TriggerError> {
    let is_understood = match response {
        Value::Object(response) => understands(trigger.response_members(), response),
        // A function without anything to say may leave its response null.
        Value::Null => trigger.response_members().is_empty(),
        _ => false,
    };
    is_understood
        .then_some(())
        .ok_or_else(TriggerError::unrecognizable)
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
        (Kind::Scalar, scalar) => is_scalar(scalar),
        (Kind::ScalarMap, Value::Object(map)) => {
            map.values().all(|value| value.is_null() || is_scalar(value))
        }
        (Kind::Object(members), Value::Object(object)) => understands(members, object),
        _ => false,
    }
}

/// Whether there is a text for the value that nobody has to guess at. Lists and objects have none.
fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

#[cfg(test)]
mod tests;
