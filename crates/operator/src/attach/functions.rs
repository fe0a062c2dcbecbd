//! The functions as Lambda has them, or as a pool elsewhere calls them.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use crate::arn::FunctionArn;
use crate::aws::{AwsError, Functions, Service, is_ours};
use crate::pool::{Trigger, USUAL_SESSION_MINUTES, policy};

/// A function, found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) trigger: Trigger,
    pub(crate) arn: FunctionArn,
    /// What Lambda says; `None` where no Lambda is around the pool.
    pub(crate) on_lambda: Option<OnLambda>,
}

/// What Lambda says of a function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OnLambda {
    pub(crate) access: policy::Access,
    /// `SESSION_MINUTES`, or what counts without it; `None` for a function of others, to which it means nothing.
    pub(crate) session_minutes: Option<u64>,
    /// The attribute that the ledger is kept in by its settings; `None` for a function of others.
    pub(crate) attribute: Option<String>,
}

/// Finds the functions that the operator named, each by name or ARN. Names are looked up on Lambda if there is one
/// around the pool; otherwise they stand for the function of that name beside it.
///
/// # Errors
/// A function that does not exist, an ARN that is none, or a Lambda that does not answer.
pub(crate) async fn resolve(
    functions: Functions<'_>,
    pool_arn: &str,
    named: &[(Trigger, String)],
) -> Result<Vec<Function>, FunctionsError> {
    let mut found = Vec::with_capacity(named.len());
    for (trigger, name) in named {
        found.push(resolve_one(functions, pool_arn, *trigger, name).await?);
    }
    Ok(found)
}

/// The function of the usual name for a trigger, if there is one on Lambda.
///
/// # Errors
/// A Lambda that does not answer.
pub(crate) async fn find_usual(
    functions: Functions<'_>,
    pool_arn: &str,
    trigger: Trigger,
) -> Result<Option<Function>, FunctionsError> {
    if !functions.0.has(Service::Functions) {
        return Ok(None);
    }
    match resolve_one(functions, pool_arn, trigger, trigger.usual_function()).await {
        Ok(function) => Ok(Some(function)),
        Err(FunctionsError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn resolve_one(
    functions: Functions<'_>,
    pool_arn: &str,
    trigger: Trigger,
    name: &str,
) -> Result<Function, FunctionsError> {
    let unusable = || FunctionsError::NoArn(name.to_owned());
    let given = match name.starts_with("arn:") {
        true => Some(FunctionArn::parse(name).ok_or_else(unusable)?),
        false => None,
    };
    if !functions.0.has(Service::Functions) {
        let arn = given
            .or_else(|| FunctionArn::beside(pool_arn, name))
            .ok_or_else(unusable)?;
        return Ok(Function {
            trigger,
            arn,
            on_lambda: None,
        });
    }
    let configuration = functions
        .configuration(name)
        .await
        .map_err(FunctionsError::Lambda)?;
    let configuration = configuration.ok_or_else(|| FunctionsError::Missing {
        trigger,
        name: name.to_owned(),
    })?;
    let arn = configuration
        .get("FunctionArn")
        .and_then(Value::as_str)
        .and_then(FunctionArn::parse);
    let arn = given.or(arn).ok_or_else(unusable)?;
    let statements = functions.policy(&arn).await.map_err(FunctionsError::Lambda)?;
    let on_lambda = OnLambda {
        access: policy::access(&statements, pool_arn),
        session_minutes: is_ours(&configuration).then(|| told_minutes(&configuration)),
        attribute: is_ours(&configuration).then(|| told_attribute(&configuration)),
    };
    Ok(Function {
        trigger,
        arn,
        on_lambda: Some(on_lambda),
    })
}

/// What a function takes the app client's session to be. The doctor names a value that is none.
fn told_minutes(configuration: &Value) -> u64 {
    let told = configuration
        .pointer("/Environment/Variables/SESSION_MINUTES")
        .and_then(Value::as_str);
    told.and_then(|text| text.trim().parse().ok())
        .unwrap_or(USUAL_SESSION_MINUTES)
}

/// Where a function keeps the ledger.
fn told_attribute(configuration: &Value) -> String {
    let told = configuration
        .pointer("/Environment/Variables/CUSTOM_ATTRIBUTES")
        .and_then(Value::as_str)
        .map(str::trim);
    told.filter(|told| !told.is_empty())
        .unwrap_or("custom:authChallenge")
        .to_owned()
}

/// Why a function was not found.
#[derive(Debug)]
pub(crate) enum FunctionsError {
    /// There is no such function.
    Missing { trigger: Trigger, name: String },
    /// What was given is no function's ARN.
    NoArn(String),
    /// Lambda did not answer the question.
    Lambda(AwsError),
}

impl FunctionsError {
    /// What to do next.
    pub(crate) fn advice(&self) -> Option<String> {
        match self {
            FunctionsError::Missing { trigger, .. } => Some(format!(
                "Deploy the functions first (deploy/sam), or name yours: --{} NAME-OR-ARN.",
                flag(*trigger)
            )),
            FunctionsError::NoArn(_) => Some(
                "An ARN looks like arn:aws:lambda:eu-central-1:123456789012:function:2faDefine.".to_owned(),
            ),
            FunctionsError::Lambda(error) => error.advice(),
        }
    }
}

fn flag(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Define => "define",
        Trigger::Create => "create",
        Trigger::Verify => "verify",
        Trigger::PostConfirmation => "post-confirmation",
    }
}

impl fmt::Display for FunctionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FunctionsError::Missing { trigger, name } => {
                write!(f, "there is no function {name} for {}", trigger.member())
            }
            FunctionsError::NoArn(text) => write!(f, "{text:?} is no function's ARN"),
            FunctionsError::Lambda(_) => f.write_str("the functions cannot be looked up"),
        }
    }
}

impl Error for FunctionsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            FunctionsError::Lambda(source) => Some(source),
            _ => None,
        }
    }
}
