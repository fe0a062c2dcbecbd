//! Requests for contract tests, made from the model: valid ones, and broken ones with the exact text that each must be
//! answered with.
//!
//! The texts are written here a second time, apart from the validator, so that the two can disagree. Only the tables
//! and the matching of patterns are shared.

mod broken;
mod sample;

use serde_json::Value;

use crate::generated::operations::Operation;

/// Bodies larger than this are not made: a server refuses them for their size before it looks at them.
const LARGEST_BODY: usize = 1 << 20;

/// A request that breaks the model in one place.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What is broken, such as `UserAttributes.1.Name: too long`.
    pub what: String,
    /// The whole request body.
    pub body: Value,
    /// The text of the `InvalidParameterException` that the body must be answered with.
    pub text: String,
}

/// A valid request with the required members and no others.
pub fn minimal_body(operation: Operation) -> Value {
    sample::value(operation.input(), sample::Members::Required)
}

/// A valid request with every member of every structure.
pub fn full_body(operation: Operation) -> Value {
    sample::value(operation.input(), sample::Members::All)
}

/// For every member, however deep: a request without it if it is required, and one for each of its constraints that
/// breaks it. Everything else in the request is minimal and valid.
pub fn violations(operation: Operation) -> Vec<Violation> {
    let broken = broken::values(operation.input(), false);
    broken
        .into_iter()
        .filter(|broken| size(&broken.value) <= LARGEST_BODY)
        .map(finish)
        .collect()
}

fn finish(broken: broken::Broken) -> Violation {
    let faults: Vec<String> = broken.faults.iter().map(broken::Fault::text).collect();
    let number = match faults.len() {
        1 => "1 validation error".to_owned(),
        more => format!("{more} validation errors"),
    };
    Violation {
        what: broken.what,
        body: broken.value,
        text: format!("{number} detected: {}", faults.join("; ")),
    }
}

fn size(body: &Value) -> usize {
    body.to_string().len()
}

#[cfg(test)]
mod tests;
