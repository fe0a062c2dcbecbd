//! The steps of a sign-in, as its session notes them and the audit log tells them.

use serde_json::{Value, json};

use crate::base::clock::Millis;

/// The most steps of a sign-in that are kept; the first go first.
pub const MOST_STEPS: usize = 24;

/// One function that was asked, and how long it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The trigger's name.
    pub trigger: String,
    /// How long it took, its further attempts counted in, in milliseconds.
    pub took: i64,
    /// `answered`, `refused` or `failed`.
    pub outcome: String,
}

/// One step of a sign-in: what was answered, and what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditStep {
    /// When.
    pub at: Millis,
    /// The challenge that was answered, or the flow that was begun.
    pub what: String,
    /// `right`, `wrong`, `begun`, or the verdict on a code.
    pub result: String,
    /// The functions that were asked meanwhile, in order.
    pub asked: Vec<Asked>,
    /// What became of the mail with the code that the step asked for.
    pub mail: Option<String>,
}

/// Steps as the rows of sign-ins and of the log hold them.
pub fn steps_to_json(steps: &[AuditStep]) -> Value {
    let step = |step: &AuditStep| {
        json!([
            step.at.0,
            step.what,
            step.result,
            asked_to_json(&step.asked),
            step.mail
        ])
    };
    steps.iter().map(step).collect::<Vec<_>>().into()
}

/// The steps in such a row; none where it has none.
pub fn steps_from_json(steps: Option<&Value>) -> Option<Vec<AuditStep>> {
    let Some(steps) = steps else {
        return Some(Vec::new());
    };
    let step = |step: &Value| {
        Some(AuditStep {
            at: Millis(step.get(0)?.as_i64()?),
            what: step.get(1)?.as_str()?.to_owned(),
            result: step.get(2)?.as_str()?.to_owned(),
            asked: asked_from_json(step.get(3))?,
            mail: step.get(4).and_then(Value::as_str).map(str::to_owned),
        })
    };
    steps.as_array()?.iter().map(step).collect()
}

/// Functions, in the same form.
pub fn asked_to_json(asked: &[Asked]) -> Value {
    let one = |asked: &Asked| json!([asked.trigger, asked.took, asked.outcome]);
    asked.iter().map(one).collect::<Vec<_>>().into()
}

/// The functions in such a row; none where it has none.
pub fn asked_from_json(asked: Option<&Value>) -> Option<Vec<Asked>> {
    let Some(asked) = asked else {
        return Some(Vec::new());
    };
    let one = |asked: &Value| {
        Some(Asked {
            trigger: asked.get(0)?.as_str()?.to_owned(),
            took: asked.get(1)?.as_i64()?,
            outcome: asked.get(2)?.as_str()?.to_owned(),
        })
    };
    asked.as_array()?.iter().map(one).collect()
}
