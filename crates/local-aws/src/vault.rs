//! Parameters of Systems Manager and secrets of Secrets Manager: what `[aws.parameters]` and `[aws.secrets]` say.

use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;

/// Values by name, as the settings list them.
type Values = [(String, String)];

/// `GetParameter` and `GetParameters`. A path is part of a parameter's name.
pub(crate) fn parameters(call: &Call<'_>) -> Result<Answer, Fault> {
    let settings = &call.ctx.app.settings;
    let values = settings.aws.parameters.as_slice();
    let body = call.json()?;
    let described = |name: &str| {
        found(values, name).map(|value| {
            json!({
                "Name": name, "Value": value, "Type": "SecureString", "Version": 1, "DataType": "text",
                "ARN": format!("arn:aws:ssm:{}:{}:parameter/{}", settings.region, settings.account, name.trim_start_matches('/')),
            })
        })
    };
    match call.target() {
        "GetParameter" => {
            let name = text(&body, "Name")?;
            let parameter = described(name).ok_or_else(|| {
                Fault::new(
                    "ParameterNotFound",
                    format!("[aws.parameters] in poolhouse.toml has no \"{name}\"."),
                )
            })?;
            Ok(Answer::Json(json!({ "Parameter": parameter })))
        }
        "GetParameters" => {
            let names = body.get("Names").and_then(Value::as_array);
            let names: Vec<&str> = names.into_iter().flatten().filter_map(Value::as_str).collect();
            let (there, missing): (Vec<&str>, Vec<&str>) =
                names.into_iter().partition(|name| found(values, name).is_some());
            let parameters: Vec<Value> = there.into_iter().filter_map(described).collect();
            Ok(Answer::Json(
                json!({ "Parameters": parameters, "InvalidParameters": missing }),
            ))
        }
        other => Err(Fault::unavailable(&format!("ssm:{other}"))),
    }
}

/// `GetSecretValue`, by the secret's name or its ARN.
pub(crate) fn secret(call: &Call<'_>) -> Result<Answer, Fault> {
    if call.target() != "GetSecretValue" {
        return Err(Fault::unavailable(&format!("secretsmanager:{}", call.target())));
    }
    let settings = &call.ctx.app.settings;
    let body = call.json()?;
    let id = text(&body, "SecretId")?;
    let name = id.split_once(":secret:").map_or(id, |(_, name)| name);
    let value = found(&settings.aws.secrets, name).ok_or_else(|| {
        Fault::new(
            "ResourceNotFoundException",
            format!("[aws.secrets] in poolhouse.toml has no \"{name}\"."),
        )
    })?;
    Ok(Answer::Json(json!({
        "ARN": format!("arn:aws:secretsmanager:{}:{}:secret:{name}", settings.region, settings.account),
        "Name": name, "SecretString": value, "VersionStages": ["AWSCURRENT"],
    })))
}

fn found<'a>(values: &'a Values, name: &str) -> Option<&'a str> {
    values
        .iter()
        .find(|(held, _)| held == name)
        .map(|(_, value)| value.as_str())
}

fn text<'a>(body: &'a Value, member: &str) -> Result<&'a str, Fault> {
    let text = body.get(member).and_then(Value::as_str);
    text.ok_or_else(|| Fault::new("ValidationException", format!("{member} is missing.")))
}
