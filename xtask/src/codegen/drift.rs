//! `cargo xtask codegen --check-drift`: what a newer botocore says of the service that the committed model does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{reduce, source};
use crate::{Outcome, console, root};

/// Facts of a shape that are one value each.
const FACTS: [&str; 11] = [
    "type",
    "min",
    "max",
    "pattern",
    "sensitive",
    "document",
    "error",
    "fault",
    "member",
    "key",
    "value",
];
/// Facts of the service itself.
const SERVICE: [&str; 5] = [
    "service",
    "api_version",
    "target_prefix",
    "protocol",
    "json_version",
];

/// Compares the model with a wheel of botocore or its description, by default with the newest that pip can get.
///
/// # Errors
/// If they differ, or if there is nothing to compare with.
pub fn run(file: Option<&str>) -> Outcome {
    let path = file.map_or_else(source::newest, |file| Ok(PathBuf::from(file)))?;
    let newer = reduce::reduce(&source::read(&path)?)?;
    let committed = serde_json::from_str(&fs::read_to_string(root::path("model/cognito-idp.json"))?)?;
    report(&name(&path), &changes(&committed, &newer), console::say)
}

fn report(name: &str, changes: &[String], mut say: impl FnMut(String) -> Outcome) -> Outcome {
    if changes.is_empty() {
        return say(format!("the model says what {name} says"));
    }
    for change in changes {
        say(change.clone())?;
    }
    Err(format!(
        "differences from {name}: {}; model/README.md tells how to refresh the model",
        changes.len()
    )
    .into())
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Every difference, a line each: `+` for what the newer one adds, `-` for what it no longer has, `~` for what it changes.
pub fn changes(committed: &Value, newer: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for fact in SERVICE {
        lines.extend(fact_change(fact, &committed[fact], &newer[fact]));
    }
    for (name, old, new) in pairs(&committed["operations"], &newer["operations"]) {
        operation(&mut lines, name, old, new);
    }
    for (name, old, new) in pairs(&committed["shapes"], &newer["shapes"]) {
        shape(&mut lines, name, old, new);
    }
    lines
}

fn operation(lines: &mut Vec<String>, name: &str, old: Option<&Value>, new: Option<&Value>) {
    let (Some(old), Some(new)) = (old, new) else {
        lines.push(format!("{} operation {name}", sign(new)));
        return;
    };
    for fact in ["input", "output", "auth"] {
        lines.extend(fact_change(
            &format!("operation {name}: {fact}"),
            &old[fact],
            &new[fact],
        ));
    }
    for (sign, error) in sets(&old["errors"], &new["errors"]) {
        lines.push(format!("{sign} operation {name}: error {error}"));
    }
}

fn shape(lines: &mut Vec<String>, name: &str, old: Option<&Value>, new: Option<&Value>) {
    let (Some(old), Some(new)) = (old, new) else {
        lines.push(format!("{} shape {name}", sign(new)));
        return;
    };
    for fact in FACTS {
        lines.extend(fact_change(&format!("{name}: {fact}"), &old[fact], &new[fact]));
    }
    for (member, old, new) in pairs(&old["members"], &new["members"]) {
        lines.extend(match (old, new) {
            (Some(old), Some(new)) => fact_change(&format!("member {name}.{member}"), old, new),
            (old, new) => Some(format!(
                "{} member {name}.{member}: {}",
                sign(new),
                text(new.or(old).unwrap_or(&Value::Null))
            )),
        });
    }
    for (sign, member) in sets(&old["required"], &new["required"]) {
        lines.push(format!("{sign} required {name}.{member}"));
    }
    for (sign, value) in sets(&old["enum"], &new["enum"]) {
        lines.push(format!("{sign} value of {name}: {value}"));
    }
}

fn sign(new: Option<&Value>) -> char {
    if new.is_some() { '+' } else { '-' }
}

/// The entries of two objects side by side, in the order of names.
fn pairs<'a>(
    old: &'a Value,
    new: &'a Value,
) -> impl Iterator<Item = (&'a String, Option<&'a Value>, Option<&'a Value>)> {
    let names: BTreeSet<&String> = [old, new]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|object| object.keys())
        .collect();
    names.into_iter().map(|name| (name, old.get(name), new.get(name)))
}

/// What one of two lists has and the other has not.
fn sets<'a>(old: &'a Value, new: &'a Value) -> Vec<(char, &'a str)> {
    let set = |list: &'a Value| -> BTreeSet<&'a str> {
        list.as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    };
    let (old, new) = (set(old), set(new));
    let added = new.difference(&old).map(|entry| ('+', *entry));
    added
        .chain(old.difference(&new).map(|entry| ('-', *entry)))
        .collect()
}

fn fact_change(what: &str, old: &Value, new: &Value) -> Option<String> {
    (old != new).then(|| format!("~ {what}: {} → {}", text(old), text(new)))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A description as botocore has it, of one operation.
    fn description() -> Value {
        json!({
            "metadata": { "serviceId": "S", "apiVersion": "1", "targetPrefix": "P", "protocol": "json", "jsonVersion": "1.1" },
            "operations": {
                "SignIn": {
                    "input": { "shape": "SignInRequest" },
                    "output": { "shape": "SignInResponse" },
                    "errors": [{ "shape": "Refused" }],
                    "authtype": "none",
                },
            },
            "shapes": {
                "Refused": { "type": "structure", "members": {}, "exception": true },
                "SignInRequest": {
                    "type": "structure",
                    "required": ["Flow"],
                    "members": { "Flow": { "shape": "FlowType" }, "Name": { "shape": "NameType" } },
                },
                "SignInResponse": { "type": "structure", "members": {} },
                "FlowType": { "type": "string", "enum": ["A", "B"] },
                "NameType": { "type": "string", "min": 1, "max": 10 },
            },
        })
    }

    fn drift(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut newer = description();
        change(&mut newer);
        let reduced = |service: &Value| reduce::reduce(service).unwrap();
        changes(&reduced(&description()), &reduced(&newer))
    }

    #[test]
    fn the_same_facts_are_no_drift_however_they_are_worded() {
        assert_eq!(drift(|_| ()), [""; 0]);
        let reworded = drift(|newer| {
            newer["shapes"]["NameType"]["documentation"] = json!("A name, told better.");
            newer["shapes"]["FlowType"]["enum"] = json!(["B", "A"]);
        });
        assert_eq!(reworded, [""; 0]);
    }

    #[test]
    fn what_a_newer_description_adds_is_named() {
        let added = drift(|newer| {
            newer["operations"]["SignOut"] = json!({ "input": { "shape": "SignOutRequest" } });
            newer["operations"]["SignIn"]["errors"] = json!([{ "shape": "Refused" }, { "shape": "Busy" }]);
            newer["shapes"]["SignOutRequest"] = json!({ "type": "structure", "members": {} });
            newer["shapes"]["SignInRequest"]["members"]["Device"] = json!({ "shape": "NameType" });
            newer["shapes"]["SignInRequest"]["required"] = json!(["Flow", "Name"]);
            newer["shapes"]["FlowType"]["enum"] = json!(["A", "B", "C"]);
            newer["shapes"]["NameType"]["pattern"] = json!("[a-z]+");
        });
        let expected = [
            "+ operation SignIn: error Busy",
            "+ operation SignOut",
            "+ value of FlowType: C",
            "~ NameType: pattern: none → [a-z]+",
            "+ member SignInRequest.Device: NameType",
            "+ required SignInRequest.Name",
            "+ shape SignOutRequest",
        ];
        assert_eq!(added, expected);
    }

    #[test]
    fn what_a_newer_description_changes_or_drops_is_named() {
        let changed = drift(|newer| {
            newer["metadata"]["apiVersion"] = json!("2");
            newer["operations"]["SignIn"]["authtype"] = json!("v4");
            newer["operations"]["SignIn"]["output"] = Value::Null;
            newer["operations"]["SignIn"]["errors"] = json!([]);
            newer["shapes"]["SignInRequest"]["members"] = json!({ "Flow": { "shape": "NameType" } });
            newer["shapes"]["SignInRequest"]["required"] = json!([]);
            newer["shapes"]["FlowType"]["enum"] = json!(["A"]);
            newer["shapes"]["NameType"]["max"] = json!(12);
            newer["shapes"]["NameType"]["sensitive"] = json!(true);
            newer["shapes"]
                .as_object_mut()
                .unwrap()
                .shift_remove("SignInResponse");
        });
        let expected = [
            "~ api_version: 1 → 2",
            "~ operation SignIn: output: SignInResponse → none",
            "~ operation SignIn: auth: none → sigv4",
            "- operation SignIn: error Refused",
            "- value of FlowType: B",
            "~ NameType: max: 10 → 12",
            "~ NameType: sensitive: none → true",
            "~ member SignInRequest.Flow: FlowType → NameType",
            "- member SignInRequest.Name: NameType",
            "- required SignInRequest.Flow",
            "- shape SignInResponse",
        ];
        assert_eq!(changed, expected);
    }

    #[test]
    fn drift_fails_and_none_passes() {
        let mut said = Vec::new();
        let mut say = |line| {
            said.push(line);
            Ok(())
        };
        report("botocore-2.whl", &[], &mut say).unwrap();
        let error = report("botocore-2.whl", &["+ operation SignOut".to_owned()], &mut say).unwrap_err();
        assert_eq!(
            error.to_string(),
            "differences from botocore-2.whl: 1; model/README.md tells how to refresh the model"
        );
        assert_eq!(
            said,
            ["the model says what botocore-2.whl says", "+ operation SignOut"]
        );
    }
}
