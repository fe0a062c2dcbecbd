//! What the schema takes as the value of an attribute.

use poolhouse_api::shapes::{AttributeDataType, SchemaAttributeType};

use super::attributes::schema;
use crate::ctx::signs_in_by;
use crate::records::PoolRecord;

/// Digits of the longest phone number taken, country code included. The standard (E.164) has 15; some plans exceed it.
const PHONE_DIGITS: usize = 20;

/// What is wrong with a value, after the attribute's name.
pub fn fault(pool: &PoolRecord, name: &str, value: &str) -> Option<String> {
    let Some(entry) = schema(pool, name) else {
        return Some(format!("{name}: Attribute does not exist in the schema."));
    };
    if name == "sub" {
        return Some("sub: Attribute cannot be updated.".to_owned());
    }
    if name == "preferred_username" && signs_in_by(pool, name) && !is_sign_in_name(value) {
        return Some(format!("{name}: Attribute must have the form of a username."));
    }
    let reason = match entry.attribute_data_type.unwrap_or(AttributeDataType::String) {
        AttributeDataType::String => string_fault(entry, value),
        AttributeDataType::Number => number_fault(entry, value),
        AttributeDataType::Boolean => {
            (!matches!(value, "true" | "false")).then(|| "Attribute must be true or false.".to_owned())
        }
        AttributeDataType::DateTime => {
            (!is_date_time(value)).then(|| "Attribute must be a date and time.".to_owned())
        }
    };
    reason.map(|reason| format!("{name}: {reason}"))
}

fn string_fault(entry: &SchemaAttributeType, value: &str) -> Option<String> {
    let bounds = entry.string_attribute_constraints.as_ref()?;
    let length = value.chars().count();
    let bound = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<usize>().ok());
    if let Some(least) = bound(&bounds.min_length).filter(|least| length < *least) {
        return Some(format!("Attribute must have at least {least} characters."));
    }
    let most = bound(&bounds.max_length).filter(|most| length > *most)?;
    Some(format!("Attribute must have at most {most} characters."))
}

fn number_fault(entry: &SchemaAttributeType, value: &str) -> Option<String> {
    let Some(number) = number(value) else {
        return Some("Attribute must be a number.".to_owned());
    };
    let bounds = entry.number_attribute_constraints.as_ref()?;
    let bound = |text: &Option<String>| text.as_deref().and_then(self::number);
    if let Some(least) = bound(&bounds.min_value).filter(|least| number < *least) {
        return Some(format!("Attribute must be at least {least}."));
    }
    let most = bound(&bounds.max_value).filter(|most| number > *most)?;
    Some(format!("Attribute must be at most {most}."))
}

/// A decimal number. The words that Rust also reads as floats (`inf`, `nan`, `1e3`) are none.
pub fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain =
        digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.starts_with(|c: char| c != '.');
    if plain && !digits.ends_with('.') {
        text.parse().ok()
    } else {
        None
    }
}

/// Seconds since the epoch, or a date with or without time and zone in ISO 8601.
fn is_date_time(value: &str) -> bool {
    number(value).is_some()
        || value.parse::<jiff::Timestamp>().is_ok()
        || value.parse::<jiff::civil::DateTime>().is_ok()
}

/// What a username may be: up to 128 characters, none of them white space or a control character.
fn is_sign_in_name(value: &str) -> bool {
    value.chars().count() <= 128 && !value.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// A `+` and digits.
pub fn is_phone_number(value: &str) -> bool {
    value.strip_prefix('+').is_some_and(|digits| {
        (1..=PHONE_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}
