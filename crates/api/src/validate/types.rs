//! The first walk: does every value have the JSON type that the model gives it?
//!
//! The texts are those of the framework behind the service (see `model/observed.json`). Where it converts (a string to
//! a boolean, a fraction to an integer), we refuse: a typed client never sends such a value, and a guess could be wrong.

use serde_json::Value;

use super::sentence::shorten;
use crate::constraint::{Node, Rule};

/// Finds the first value of a wrong type.
pub(super) fn check(value: &Value, node: &Node) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    match (&node.rule, value) {
        (Rule::Structure(members), Value::Object(object)) => members
            .iter()
            .filter_map(|member| Some((object.get(member.name)?, member.node)))
            .try_for_each(|(value, node)| check(value, node)),
        (Rule::List { element, .. }, Value::Array(elements)) => {
            elements.iter().try_for_each(|value| check(value, element))
        }
        (Rule::Map { value: node, .. }, Value::Object(entries)) => {
            entries.values().try_for_each(|value| check(value, node))
        }
        (Rule::Text { .. } | Rule::Enum(_), Value::String(_))
        | (Rule::Boolean, Value::Bool(_))
        | (Rule::Timestamp, Value::Number(_)) => Ok(()),
        (Rule::Integer { .. }, Value::Number(number)) if number.as_i64().is_some_and(fits_32_bits) => Ok(()),
        (Rule::Blob { .. }, Value::String(text)) => base64(text)
            .map(|_| ())
            .map_err(|problem| format!("'{}' can not be converted to a Blob: {problem}", shorten(text))),
        (Rule::Document, _) => Ok(()),
        (rule, value) => Err(mismatch(rule, value)),
    }
}

fn fits_32_bits(number: i64) -> bool {
    i32::try_from(number).is_ok()
}

fn mismatch(rule: &Rule, value: &Value) -> String {
    let class = match value {
        Value::Array(_) => return "Start of list found where not expected".into(),
        Value::Object(_) => return "Start of structure or map found where not expected.".into(),
        Value::String(_) | Value::Null => "java.lang.String",
        Value::Bool(_) => "java.lang.Boolean",
        Value::Number(_) => "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
    };
    let target = match rule {
        Rule::List { .. } => return "Expected list or null".into(),
        Rule::Map { .. } => return "Expected map or null".into(),
        Rule::Structure(_) | Rule::Document => return "Expected null".into(),
        Rule::Text { .. } | Rule::Enum(_) => "an String",
        Rule::Integer { .. } => "an Integer",
        Rule::Blob { .. } => "a Blob",
        Rule::Timestamp => "a Timestamp",
        Rule::Boolean => match value.as_str() {
            Some(text) => {
                return format!(
                    "'{}' can not be converted to an Boolean",
                    shorten(&text.to_uppercase())
                );
            }
            None => "an Boolean",
        },
    };
    format!("class {class} can not be converted to {target}")
}

/// How many bytes a base64 text stands for, or what is wrong with it.
pub(super) fn base64(text: &str) -> Result<usize, String> {
    if !text.len().is_multiple_of(4) {
        let length = text.len();
        return Err(format!(
            "Base64 encoded length is expected a multiple of 4 bytes but found: {length}"
        ));
    }
    let digits = text
        .strip_suffix("==")
        .or_else(|| text.strip_suffix('='))
        .unwrap_or(text);
    let is_digit = |letter: char| letter.is_ascii_alphanumeric() || letter == '+' || letter == '/';
    if let Some(stranger) = digits.chars().find(|letter| !is_digit(*letter)) {
        return Err(format!("Invalid Base64 character: '{stranger}'"));
    }
    // Of the last digit before padding, the bits that belong to no byte must be zero.
    let last = digits.chars().last().unwrap_or('A');
    let spare_bits_are_zero = match text.len() - digits.len() {
        1 => "AEIMQUYcgkosw048".contains(last),
        2 => "AQgw".contains(last),
        _ => true,
    };
    if !spare_bits_are_zero {
        return Err("Invalid last non-pad Base64 character dectected".into());
    }
    Ok(digits.len() * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_measured_in_bytes() {
        for (text, bytes) in [
            ("", 0),
            ("QQ==", 1),
            ("QUI=", 2),
            ("QUJD", 3),
            ("QUJDRA==", 4),
            ("+/+/", 3),
        ] {
            assert_eq!(base64(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn broken_base64_is_named() {
        let table = [
            (
                "23456",
                "Base64 encoded length is expected a multiple of 4 bytes but found: 5",
            ),
            ("=+/=", "Invalid Base64 character: '='"),
            ("A-_A", "Invalid Base64 character: '-'"),
            ("====", "Invalid Base64 character: '='"),
            ("+/+=", "Invalid last non-pad Base64 character dectected"),
            ("QR==", "Invalid last non-pad Base64 character dectected"),
        ];
        for (text, problem) in table {
            assert_eq!(base64(text), Err(problem.to_owned()), "{text}");
        }
    }
}
