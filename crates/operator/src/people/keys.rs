//! The key of the functions, where their settings say that it is.

use poolhouse_outbound::aws::Effect;
use serde_json::json;

use crate::aws::{Aws, AwsError, Service};

/// Why a reference gave no value.
#[derive(Debug)]
pub(crate) enum NoValue {
    /// It is a file of the function's.
    InTheFunction,
    /// The secret has no such member.
    NoMember,
    /// The service said no.
    Aws(AwsError),
}

/// What a setting stands for: itself, or the secret that it names (`secretsmanager:ID[?stage=STAGE][#MEMBER]`, `ssm:NAME`,
/// `@/path`).
pub(super) async fn value_of(aws: &Aws, text: &str) -> Result<String, NoValue> {
    if text.starts_with('@') {
        return Err(NoValue::InTheFunction);
    }
    if let Some(name) = text.strip_prefix("ssm:") {
        let body = json!({ "Name": name, "WithDecryption": true });
        return read(
            aws,
            Service::Parameters,
            "AmazonSSM",
            "GetParameter",
            &body,
            "/Parameter/Value",
        )
        .await;
    }
    let Some(rest) = text.strip_prefix("secretsmanager:") else {
        return Ok(text.to_owned());
    };
    let (rest, member) = cut(rest, "#");
    let (id, stage) = cut(rest, "?stage=");
    let mut body = json!({ "SecretId": id });
    if let Some(stage) = stage {
        body["VersionStage"] = json!(stage);
    }
    let secret = read(
        aws,
        Service::Secrets,
        "secretsmanager",
        "GetSecretValue",
        &body,
        "/SecretString",
    )
    .await?;
    match member {
        None => Ok(secret),
        Some(member) => {
            let whole: serde_json::Value = serde_json::from_str(&secret).unwrap_or_default();
            let value = whole.get(member).and_then(serde_json::Value::as_str);
            value.map(str::to_owned).ok_or(NoValue::NoMember)
        }
    }
}

fn cut<'a>(text: &'a str, mark: &str) -> (&'a str, Option<&'a str>) {
    text.split_once(mark)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}

async fn read(
    aws: &Aws,
    service: Service,
    target: &str,
    operation: &'static str,
    body: &serde_json::Value,
    pointer: &str,
) -> Result<String, NoValue> {
    let answer = aws
        .json(service, target, operation, Effect::Reads, body)
        .await
        .map_err(NoValue::Aws)?;
    let value = answer.pointer(pointer).and_then(serde_json::Value::as_str);
    value
        .map(|value| value.trim().to_owned())
        .ok_or_else(|| NoValue::Aws(aws.not_the_service(service, 200)))
}
