//! A trigger's function, as Lambda and CloudWatch Logs have it.

use serde_json::Value;

use super::known::{known, unknown};
use crate::arn::FunctionArn;
use crate::aws::{Aws, AwsError, Functions, is_ours};
use crate::doctor::environment::Environment;
use crate::doctor::facts::{Function, Known};
use crate::pool::Trigger;

/// Reads what there is about the function with this ARN.
pub(super) async fn read(aws: &Aws, trigger: Trigger, arn: &str) -> Function {
    let is_aws = aws.endpoints.is_aws();
    let functions = Functions(aws);
    let configuration = known(functions.configuration(arn).await, is_aws);
    let nothing = |known: &Known<Option<Value>>| match known {
        Known::Yes(_) => "there is no such function".to_owned(),
        Known::NotHere(why) | Known::No(why) => why.clone(),
    };
    let Some(Some(found)) = configuration.get() else {
        let why = nothing(&configuration);
        return Function {
            trigger,
            arn: arn.to_owned(),
            configuration,
            statements: Known::NotHere(why.clone()),
            retention: Known::NotHere(why.clone()),
            environment: Known::NotHere(why),
        };
    };
    let statements = match FunctionArn::parse(arn) {
        Some(arn) => known(functions.policy(&arn).await, is_aws),
        None => Known::No(format!("{arn} is no function's ARN")),
    };
    let retention = match functions.log_retention(&log_group(found, arn)).await {
        // A server that stands for AWS in part need not have logs.
        Err(error @ AwsError::NotTheService { .. }) => unknown(&error, is_aws),
        other => known(other, is_aws),
    };
    let environment = environment(found);
    Function {
        trigger,
        arn: arn.to_owned(),
        configuration,
        statements,
        retention,
        environment,
    }
}

fn log_group(configuration: &Value, arn: &str) -> String {
    let named = configuration
        .pointer("/LoggingConfig/LogGroup")
        .and_then(Value::as_str);
    let name = FunctionArn::parse(arn)
        .map(|arn| arn.name().to_owned())
        .unwrap_or_default();
    named.map_or_else(|| format!("/aws/lambda/{name}"), str::to_owned)
}

fn environment(configuration: &Value) -> Known<Environment> {
    if !is_ours(configuration) {
        return Known::NotHere("a function that is not Poolhouse's has variables of its own".to_owned());
    }
    if let Some(error) = configuration
        .pointer("/Environment/Error/ErrorCode")
        .and_then(Value::as_str)
    {
        return Known::No(format!(
            "Lambda cannot decrypt it for these credentials ({error})"
        ));
    }
    Known::Yes(Environment::read(
        configuration
            .pointer("/Environment/Variables")
            .unwrap_or(&Value::Null),
    ))
}
