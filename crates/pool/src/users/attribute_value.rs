//! What the schema takes as the value of an attribute.

use poolhouse_api::shapes::{AttributeDataType, SchemaAttributeType};

use super::schema;
use crate::records::PoolRecord;
use crate::records::user_index::signs_in_by;

/// Digits of the longest phone number taken, country code included. The standard (E.164) has 15; some plans exceed it.
const PHONE_DIGITS: usize = 20;

/// What is wrong with a value, after the attribute's name.
pub fn fault(pool: &PoolRecord, name: &str, value: &str) -> Option<String> {
    let Some(entry) = schema::entry(pool, name) else {
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

#[cfg(test)]
mod tests {
    use poolhouse_api::shapes::{
        AliasAttributeType, NumberAttributeConstraintsType, StringAttributeConstraintsType, UserPoolType,
    };

    use super::*;

    fn pool() -> PoolRecord {
        let entry = |name: &str, kind| SchemaAttributeType {
            name: Some(name.to_owned()),
            attribute_data_type: Some(kind),
            number_attribute_constraints: Some(NumberAttributeConstraintsType {
                min_value: Some("-1.5".to_owned()),
                max_value: Some("10".to_owned()),
            }),
            string_attribute_constraints: Some(StringAttributeConstraintsType {
                min_length: Some("2".to_owned()),
                max_length: Some("3".to_owned()),
            }),
            ..SchemaAttributeType::default()
        };
        let schema = vec![
            entry("string", AttributeDataType::String),
            entry("number", AttributeDataType::Number),
            entry("boolean", AttributeDataType::Boolean),
            entry("date", AttributeDataType::DateTime),
        ];
        let settings = UserPoolType {
            schema_attributes: Some(schema),
            ..UserPoolType::default()
        };
        PoolRecord::new(settings, String::new())
    }

    #[test]
    fn values_inside_the_constraints_pass() {
        let values = [
            ("string", "äöü"),
            ("number", "-1.5"),
            ("number", "10"),
            ("number", "0.25"),
            ("boolean", "true"),
            ("boolean", "false"),
            ("date", "2026-01-02"),
            ("date", "2026-01-02T03:04:05"),
            ("date", "2026-01-02T03:04:05.678Z"),
            ("date", "2026-01-02T03:04:05+01:00"),
            ("date", "1767323045"),
        ];
        for (name, value) in values {
            assert_eq!(fault(&pool(), name, value), None, "{name} = {value}");
        }
    }

    #[test]
    fn values_outside_are_named_with_the_reason() {
        let values = [
            ("string", "a", "Attribute must have at least 2 characters."),
            ("string", "abcd", "Attribute must have at most 3 characters."),
            ("number", "-1.6", "Attribute must be at least -1.5."),
            ("number", "11", "Attribute must be at most 10."),
            ("number", "1e3", "Attribute must be a number."),
            ("number", "nan", "Attribute must be a number."),
            ("number", "", "Attribute must be a number."),
            ("number", ".5", "Attribute must be a number."),
            ("number", "5.", "Attribute must be a number."),
            ("number", "1.2.3", "Attribute must be a number."),
            ("boolean", "yes", "Attribute must be true or false."),
            ("date", "yesterday", "Attribute must be a date and time."),
            ("missing", "x", "Attribute does not exist in the schema."),
        ];
        for (name, value, reason) in values {
            assert_eq!(
                fault(&pool(), name, value),
                Some(format!("{name}: {reason}")),
                "{value}"
            );
        }
    }

    #[test]
    fn a_phone_number_is_a_plus_and_digits() {
        for number in ["+1", "+4915112345678", "+01115551212"] {
            assert!(is_phone_number(number), "{number}");
        }
        for number in [
            "",
            "+",
            "4915112345678",
            "+49 151",
            "+49-151",
            "++49",
            "+٤٩",
            "+123456789012345678901",
        ] {
            assert!(!is_phone_number(number), "{number}");
        }
    }

    #[test]
    fn a_preferred_username_that_signs_in_can_be_typed_as_a_username() {
        let mut pool = pool();
        let entry = SchemaAttributeType {
            name: Some("preferred_username".to_owned()),
            attribute_data_type: Some(AttributeDataType::String),
            ..SchemaAttributeType::default()
        };
        pool.settings
            .schema_attributes
            .iter_mut()
            .for_each(|schema| schema.push(entry.clone()));
        let longest = "ä".repeat(128);
        let too_long = "ä".repeat(129);
        let values = ["berg", &longest, &too_long, "two words", "bell\u{7}", "tab\t"];
        let taken =
            |pool: &PoolRecord| values.map(|value| fault(pool, "preferred_username", value).is_none());
        assert_eq!(taken(&pool), [true; 6], "no name to sign in with");
        pool.settings.alias_attributes = Some(vec![AliasAttributeType::PreferredUsername]);
        assert_eq!(taken(&pool), [true, true, false, false, false, false]);
    }
}
