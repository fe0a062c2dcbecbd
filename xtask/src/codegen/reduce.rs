//! `cargo xtask model`: reduces botocore's description of the service, in a wheel or by itself, to its facts.
//!
//! Documentation, examples and HTTP bindings (all alike for this protocol) are left behind.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::source;
use crate::{Outcome, root};

/// Facts of a shape that are carried over by name when present.
const SCALAR_FACTS: [&str; 6] = ["min", "max", "pattern", "enum", "sensitive", "document"];

/// Reads the file named by the only argument and writes `model/cognito-idp.json`.
pub fn run(arguments: &[String]) -> Outcome {
    let [file] = arguments else {
        return Err("usage: cargo xtask model WHEEL|SERVICE_2_JSON".into());
    };
    let mut text = serde_json::to_string_pretty(&reduce(&source::read(Path::new(file))?)?)?;
    text.push('\n');
    fs::write(root::path("model/cognito-idp.json"), text)?;
    Ok(())
}

/// The facts of a description.
///
/// # Errors
/// If it is no description of a service.
pub fn reduce(service: &Value) -> Result<Value, String> {
    let metadata = &service["metadata"];
    Ok(json!({
        "service": metadata["serviceId"],
        "api_version": metadata["apiVersion"],
        "target_prefix": metadata["targetPrefix"],
        "protocol": metadata["protocol"],
        "json_version": metadata["jsonVersion"],
        "operations": each(service, "operations", operation)?,
        "shapes": each(service, "shapes", shape)?,
    }))
}

/// Applies `reduce_one` to every entry of an object member, in the order of names.
fn each(service: &Value, member: &str, reduce_one: fn(&Value) -> Value) -> Result<Value, String> {
    let entries = service[member]
        .as_object()
        .ok_or_else(|| format!("the source has no {member}"))?;
    let mut names: Vec<&String> = entries.keys().collect();
    names.sort();
    Ok(Value::Object(
        names
            .into_iter()
            .map(|name| (name.clone(), reduce_one(&entries[name])))
            .collect(),
    ))
}

fn operation(source: &Value) -> Value {
    let mut facts = Map::new();
    facts.insert("input".into(), source["input"]["shape"].clone());
    if let Some(output) = source["output"].get("shape") {
        facts.insert("output".into(), output.clone());
    }
    let errors = source["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    facts.insert(
        "errors".into(),
        errors.iter().map(|error| error["shape"].clone()).collect(),
    );
    let auth = if source["authtype"] == "none" {
        "none"
    } else {
        "sigv4"
    };
    facts.insert("auth".into(), auth.into());
    Value::Object(facts)
}

fn shape(source: &Value) -> Value {
    let mut facts = Map::new();
    facts.insert("type".into(), source["type"].clone());
    for (role, error) in [("exception", "error"), ("fault", "fault")] {
        if source[role] == true {
            facts.insert(error.into(), true.into());
        }
    }
    for name in SCALAR_FACTS {
        if let Some(fact) = source.get(name) {
            facts.insert(name.into(), fact.clone());
        }
    }
    for name in ["member", "key", "value"] {
        if let Some(target) = source[name].get("shape") {
            facts.insert(name.into(), target.clone());
        }
    }
    if let Some(members) = source["members"].as_object() {
        let targets = members
            .iter()
            .map(|(name, member)| (name.clone(), member["shape"].clone()));
        facts.insert("members".into(), Value::Object(targets.collect()));
    }
    if let Some(required) = source.get("required") {
        facts.insert("required".into(), required.clone());
    }
    Value::Object(facts)
}
