//! Lambda, as far as a trigger's configuration and who may invoke it; and the retention of its log.

use hyper::Method;
use poolhouse_outbound::aws::{Call, Effect};
use poolhouse_text::percent;
use serde_json::{Value, json};

use super::client::Aws;
use super::error::AwsError;
use super::service::Service;
use crate::arn::FunctionArn;

/// Lambda around the pool.
#[derive(Clone, Copy)]
pub(crate) struct Functions<'a>(pub(crate) &'a Aws);

impl Functions<'_> {
    /// `GetFunctionConfiguration`. `function` is a name or an ARN; `None` if there is no such function.
    pub(crate) async fn configuration(&self, function: &str) -> Result<Option<Value>, AwsError> {
        let path = format!(
            "/2015-03-31/functions/{}/configuration",
            percent::encode(function)
        );
        existing(
            self.rest("GetFunctionConfiguration", Method::GET, path, None, None)
                .await,
        )
    }

    /// `GetPolicy`: the statements of who may invoke the function; empty if nobody was given anything.
    pub(crate) async fn policy(&self, function: &FunctionArn) -> Result<Vec<Value>, AwsError> {
        let answer = self
            .rest(
                "GetPolicy",
                Method::GET,
                policy_path(function),
                query(function),
                None,
            )
            .await;
        let policy = existing(answer)?.unwrap_or_default();
        let policy = policy.get("Policy").and_then(Value::as_str).unwrap_or("{}");
        let policy: Value = serde_json::from_str(policy).unwrap_or_default();
        Ok(match policy.get("Statement") {
            Some(Value::Array(statements)) => statements.clone(),
            Some(statement) => vec![statement.clone()],
            None => Vec::new(),
        })
    }

    /// `AddPermission`: lets Cognito invoke the function for this pool.
    pub(crate) async fn allow(
        &self,
        function: &FunctionArn,
        statement_id: &str,
        pool_arn: &str,
    ) -> Result<(), AwsError> {
        let body = json!({
            "StatementId": statement_id,
            "Action": "lambda:InvokeFunction",
            "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": pool_arn,
        });
        let path = policy_path(function);
        self.rest("AddPermission", Method::POST, path, query(function), Some(&body))
            .await
            .map(drop)
    }

    /// `RemovePermission`. That the statement is gone already is as good.
    pub(crate) async fn disallow(&self, function: &FunctionArn, statement_id: &str) -> Result<(), AwsError> {
        let path = format!("{}/{}", policy_path(function), percent::encode(statement_id));
        existing(
            self.rest("RemovePermission", Method::DELETE, path, query(function), None)
                .await,
        )
        .map(drop)
    }

    /// Days that the function's log is kept: `None` without a log group, `Some(None)` without an end.
    pub(crate) async fn log_retention(&self, log_group: &str) -> Result<Option<Option<u64>>, AwsError> {
        let body = json!({ "logGroupNamePrefix": log_group });
        let target = "Logs_20140328";
        let answer = self
            .0
            .json(Service::Logs, target, "DescribeLogGroups", Effect::Reads, &body)
            .await?;
        let groups = answer.get("logGroups").and_then(Value::as_array);
        let named = |group: &&Value| group.get("logGroupName").and_then(Value::as_str) == Some(log_group);
        let group = groups.and_then(|groups| groups.iter().find(named));
        Ok(group.map(|group| group.get("retentionInDays").and_then(Value::as_u64)))
    }

    async fn rest(
        &self,
        operation: &'static str,
        method: Method,
        path: String,
        query: Option<String>,
        body: Option<&Value>,
    ) -> Result<Value, AwsError> {
        let effect = if method == Method::GET {
            Effect::Reads
        } else {
            Effect::Writes
        };
        let body = body.map(Value::to_string).unwrap_or_default();
        let call = Call {
            method,
            query: query.unwrap_or_default(),
            ..Call::post(path, "application/json", body)
        };
        self.0.value(Service::Functions, operation, effect, &call).await
    }
}

/// A function's runtime by its configuration; the empty text for a container image.
pub(crate) fn runtime(configuration: &Value) -> &str {
    configuration
        .get("Runtime")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Whether this is one of Poolhouse's functions: a program, and not a script or a container image.
pub(crate) fn is_ours(configuration: &Value) -> bool {
    runtime(configuration).starts_with("provided")
}

fn policy_path(function: &FunctionArn) -> String {
    format!(
        "/2015-03-31/functions/{}/policy",
        percent::encode(function.unqualified())
    )
}

/// Versions and aliases have policies of their own.
fn query(function: &FunctionArn) -> Option<String> {
    function
        .qualifier()
        .map(|qualifier| format!("Qualifier={}", percent::encode(qualifier)))
}

fn existing(answer: Result<Value, AwsError>) -> Result<Option<Value>, AwsError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
