//! The triggers, and whether Cognito gets through to their functions.

use serde_json::Value;

use crate::doctor::facts::{Facts, Function};
use crate::doctor::finding::{Hit, Rule, Severity};
use crate::pool::Trigger;
use crate::pool::policy::{self, Access};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "triggers-missing",
        severity: Severity::Error,
        title: "Not all three triggers are set",
        why: "CUSTOM_AUTH fails, at the first step or half-way.",
        fix: "Run `poolhouse attach`.",
        fixable: false,
        check: missing,
    },
    Rule {
        id: "post-confirmation-missing",
        severity: Severity::Note,
        title: "A new password does not clear what wrong codes have locked",
        why: "Nothing runs 2fa-post-confirmation when a forgotten password is replaced. Whoever is locked out by a thief's wrong \
              codes stays so, whatever password they set, until the lock ends or an administrator opens it.",
        fix: "Deploy 2fa-post-confirmation (WithPostConfirmation of deploy/sam) and run `poolhouse attach`; it needs the \
              PostConfirmation trigger, and people need a way to replace a password (AccountRecoverySetting).",
        fixable: false,
        check: post_confirmation_missing,
    },
    Rule {
        id: "function-missing",
        severity: Severity::Error,
        title: "A trigger leads to a function that does not exist",
        why: "Every sign-in ends with \"invocation failed\".",
        fix: "Deploy the function, or run `poolhouse attach` with the right one.",
        fixable: false,
        check: function_missing,
    },
    Rule {
        id: "function-failed",
        severity: Severity::Error,
        title: "A function cannot run",
        why: "Lambda says that its state, or its last update, has failed.",
        fix: "Look at StateReason and LastUpdateStatusReason in `aws lambda get-function-configuration`, and deploy it again.",
        fixable: false,
        check: function_failed,
    },
    Rule {
        id: "invoke-denied",
        severity: Severity::Error,
        title: "Cognito may not invoke a function",
        why: "Every sign-in ends with \"AccessDeniedException\": the function's resource policy does not let this pool in.",
        fix: "Run `poolhouse attach` or `poolhouse doctor --fix`, which add the statement.",
        fixable: true,
        check: invoke_denied,
    },
    Rule {
        id: "invoke-open",
        severity: Severity::Warning,
        title: "Any user pool may invoke a function",
        why: "The statement names no source, so a pool of another account can call the function with events of its own making.",
        fix: "Replace the statement by one with SourceArn: remove it and run `poolhouse attach`.",
        fixable: false,
        check: invoke_open,
    },
];

fn missing(facts: &Facts) -> Vec<Hit> {
    let missing: Vec<&str> = Trigger::ALL
        .iter()
        .filter(|trigger| trigger.of(&facts.pool).is_none())
        .map(|trigger| trigger.member())
        .collect();
    match missing.len() {
        0 => Vec::new(),
        3 => vec![Hit::pool("none of the three triggers is set")],
        _ => vec![Hit::pool(format!("{} is not set", missing.join(" and ")))],
    }
}

/// Without a key nothing is kept that could be cleared; on a pool at home the pool itself clears it.
fn post_confirmation_missing(facts: &Facts) -> Vec<Hit> {
    let keeps = facts
        .environments()
        .any(|(_, environment)| environment.key.is_some());
    (keeps && Trigger::PostConfirmation.of(&facts.pool).is_none())
        .then(|| Hit::pool("PostConfirmation is not set"))
        .into_iter()
        .collect()
}

fn label(function: &Function) -> String {
    format!("{} ({})", function.trigger.member(), function.arn)
}

fn function_missing(facts: &Facts) -> Vec<Hit> {
    let gone = facts
        .functions
        .iter()
        .filter(|function| function.configuration.get() == Some(&None));
    gone.map(|function| Hit::new(label(function), "there is no such function"))
        .collect()
}

fn function_failed(facts: &Facts) -> Vec<Hit> {
    let found = facts.configurations().filter_map(|(function, configuration)| {
        let failed = ["State", "LastUpdateStatus"]
            .into_iter()
            .find(|member| configuration.get(*member).and_then(Value::as_str) == Some("Failed"))?;
        Some(Hit::new(label(function), format!("its {failed} is Failed")))
    });
    found.collect()
}

/// The functions that give Cognito this access.
pub(crate) fn with_access(facts: &Facts, access: Access) -> impl Iterator<Item = &Function> {
    facts
        .configurations()
        .map(|(function, _)| function)
        .filter(move |function| {
            function
                .statements
                .get()
                .is_some_and(|list| policy::access(list, facts.pool_arn()) == access)
        })
}

fn invoke_denied(facts: &Facts) -> Vec<Hit> {
    with_access(facts, Access::Denied)
        .map(|function| Hit::new(label(function), "its policy does not let this pool in"))
        .collect()
}

fn invoke_open(facts: &Facts) -> Vec<Hit> {
    with_access(facts, Access::ForAnyPool)
        .map(|function| {
            Hit::new(
                label(function),
                "its policy lets Cognito in without naming a pool",
            )
        })
        .collect()
}
