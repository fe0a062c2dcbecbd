//! The schema of a new pool: the standard attributes, as a request changes them, and custom ones.

use poolhouse_api::shapes::{
    AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType, StringAttributeConstraintsType,
};

use crate::base::error::ApiError;
use crate::users::attribute_value::number;

/// The most custom attributes that a pool can have.
const CUSTOM_ATTRIBUTES: usize = 50;
/// The most characters that any attribute can have.
const LONGEST_VALUE: usize = 2048;

/// The standard attributes in the service's order, those with a string for a value by their name alone.
const STANDARD: [(&str, AttributeDataType); 20] = [
    ("sub", AttributeDataType::String),
    ("name", AttributeDataType::String),
    ("given_name", AttributeDataType::String),
    ("family_name", AttributeDataType::String),
    ("middle_name", AttributeDataType::String),
    ("nickname", AttributeDataType::String),
    ("preferred_username", AttributeDataType::String),
    ("profile", AttributeDataType::String),
    ("picture", AttributeDataType::String),
    ("website", AttributeDataType::String),
    ("email", AttributeDataType::String),
    ("email_verified", AttributeDataType::Boolean),
    ("gender", AttributeDataType::String),
    ("birthdate", AttributeDataType::String),
    ("zoneinfo", AttributeDataType::String),
    ("locale", AttributeDataType::String),
    ("phone_number", AttributeDataType::String),
    ("phone_number_verified", AttributeDataType::Boolean),
    ("address", AttributeDataType::String),
    ("updated_at", AttributeDataType::Number),
];

/// The schema of a new pool whose creation asks for these entries.
///
/// # Errors
/// `InvalidParameterException` in the service's words for an entry that it does not take.
pub fn of_new_pool(asked: Option<Vec<SchemaAttributeType>>) -> Result<Vec<SchemaAttributeType>, ApiError> {
    let mut schema: Vec<SchemaAttributeType> = STANDARD
        .iter()
        .map(|(name, kind)| standard(name, *kind))
        .collect();
    let mut changed: Vec<String> = Vec::new();
    let mut custom = Vec::new();
    for entry in asked.into_iter().flatten() {
        let name = entry.name.clone().unwrap_or_default();
        match schema
            .iter_mut()
            .find(|standard| standard.name.as_deref() == Some(name.as_str()))
        {
            Some(_) if changed.contains(&name) => return Err(duplicate(&name)),
            Some(standard) => {
                change_standard(standard, entry)?;
                changed.push(name);
            }
            None => custom.push(entry),
        }
    }
    add_custom(&mut schema, custom, duplicate)?;
    Ok(schema)
}

/// Adds custom attributes to a pool's schema. They are given without the prefix that they are known by.
///
/// # Errors
/// `InvalidParameterException` in the service's words for an entry that it does not take.
pub fn extend(
    schema: &mut Vec<SchemaAttributeType>,
    added: Vec<SchemaAttributeType>,
) -> Result<(), ApiError> {
    add_custom(schema, added, |name| {
        ApiError::invalid_parameter(format!("{name}: Existing attribute already has name {name}."))
    })
}

fn add_custom(
    schema: &mut Vec<SchemaAttributeType>,
    added: Vec<SchemaAttributeType>,
    in_use: impl Fn(&str) -> ApiError,
) -> Result<(), ApiError> {
    for entry in added {
        let entry = custom(entry)?;
        let name = entry.name.as_deref().unwrap_or_default();
        if schema.iter().any(|held| held.name.as_deref() == Some(name)) {
            return Err(in_use(name));
        }
        schema.push(entry);
    }
    if schema.len() - STANDARD.len() > CUSTOM_ATTRIBUTES {
        return Err(ApiError::invalid_parameter(format!(
            "A user pool can have at most {CUSTOM_ATTRIBUTES} custom attributes."
        )));
    }
    Ok(())
}

fn duplicate(name: &str) -> ApiError {
    ApiError::invalid_parameter(format!(
        "Duplicate custom attribute names {name} are not allowed in a user pool schema."
    ))
}

/// A standard attribute as it is unless a pool's creation says otherwise.
fn standard(name: &str, kind: AttributeDataType) -> SchemaAttributeType {
    let lengths = match name {
        "sub" => ("1", "2048"),
        "birthdate" => ("10", "10"),
        _ => ("0", "2048"),
    };
    SchemaAttributeType {
        name: Some(name.to_owned()),
        attribute_data_type: Some(kind),
        developer_only_attribute: Some(false),
        mutable: Some(name != "sub"),
        required: Some(name == "sub"),
        number_attribute_constraints: (kind == AttributeDataType::Number).then(|| {
            NumberAttributeConstraintsType {
                min_value: Some("0".to_owned()),
                max_value: None,
            }
        }),
        string_attribute_constraints: (kind == AttributeDataType::String).then(|| {
            StringAttributeConstraintsType {
                min_length: Some(lengths.0.to_owned()),
                max_length: Some(lengths.1.to_owned()),
            }
        }),
    }
}

/// A pool may make a standard attribute required or immutable and narrow its values, but not make it another thing.
fn change_standard(standard: &mut SchemaAttributeType, asked: SchemaAttributeType) -> Result<(), ApiError> {
    check_constraints(
        &asked,
        asked.name.as_deref().unwrap_or_default(),
        standard.attribute_data_type,
    )?;
    let other_kind = asked
        .attribute_data_type
        .is_some_and(|kind| Some(kind) != standard.attribute_data_type);
    if other_kind || asked.developer_only_attribute == Some(true) {
        return Err(ApiError::invalid_parameter(format!(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {}",
            asked.name.unwrap_or_default()
        )));
    }
    // The `sub` stays what it is, whatever a request that lists the whole schema says.
    if standard.name.as_deref() == Some("sub") {
        return Ok(());
    }
    standard.mutable = Some(asked.mutable.unwrap_or(true));
    standard.required = Some(asked.required.unwrap_or(false));
    if let (Some(held), Some(asked)) = (
        &mut standard.string_attribute_constraints,
        asked.string_attribute_constraints,
    ) {
        held.min_length = asked.min_length.or(held.min_length.take());
        held.max_length = asked.max_length.or(held.max_length.take());
    }
    if let (Some(held), Some(asked)) = (
        &mut standard.number_attribute_constraints,
        asked.number_attribute_constraints,
    ) {
        held.min_value = asked.min_value.or(held.min_value.take());
        held.max_value = asked.max_value.or(held.max_value.take());
    }
    Ok(())
}

/// A custom attribute as the pool keeps it: under its prefixed name, with everything said that the request left out.
fn custom(asked: SchemaAttributeType) -> Result<SchemaAttributeType, ApiError> {
    let given = asked.name.as_deref().filter(|name| !name.is_empty());
    let given = given.ok_or_else(|| ApiError::invalid_parameter("A schema attribute must have a name."))?;
    if asked.required == Some(true) {
        return Err(ApiError::invalid_parameter(
            "Required custom attributes are not supported currently.",
        ));
    }
    let developer_only = asked.developer_only_attribute.unwrap_or(false);
    let name = if developer_only {
        format!("dev:custom:{given}")
    } else {
        format!("custom:{given}")
    };
    let kind = asked.attribute_data_type.ok_or_else(|| {
        ApiError::invalid_parameter(
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        )
    })?;
    check_constraints(&asked, &name, Some(kind))?;
    let is = |this: AttributeDataType| kind == this;
    Ok(SchemaAttributeType {
        number_attribute_constraints: is(AttributeDataType::Number)
            .then(|| asked.number_attribute_constraints.clone().unwrap_or_default()),
        string_attribute_constraints: is(AttributeDataType::String)
            .then(|| asked.string_attribute_constraints.clone().unwrap_or_default()),
        name: Some(name),
        attribute_data_type: Some(kind),
        developer_only_attribute: Some(developer_only),
        mutable: Some(asked.mutable.unwrap_or(true)),
        required: Some(false),
    })
}

/// Constraints are numbers written as text, and each kind has its own.
fn check_constraints(
    asked: &SchemaAttributeType,
    name: &str,
    kind: Option<AttributeDataType>,
) -> Result<(), ApiError> {
    let given = asked.name.as_deref().unwrap_or_default();
    let invalid =
        |which: &str| ApiError::invalid_parameter(format!("Invalid {which} for schema attribute {given}"));
    if let Some(lengths) = &asked.string_attribute_constraints {
        let read = |text: &Option<String>| match text {
            Some(text) => text
                .parse::<usize>()
                .map(Some)
                .map_err(|_| invalid("StringAttributeConstraints")),
            None => Ok(None),
        };
        let (least, most) = (read(&lengths.min_length)?, read(&lengths.max_length)?);
        let says_nothing = least.is_none() && most.is_none();
        if kind != Some(AttributeDataType::String) && !says_nothing {
            return Err(invalid("StringAttributeConstraints"));
        }
        if least.max(most).is_some_and(|length| length > LONGEST_VALUE) {
            return Err(ApiError::invalid_parameter(
                "String attributes cannot have a length of more than 2048",
            ));
        }
        if matches!((least, most), (Some(least), Some(most)) if least > most) {
            return Err(ApiError::invalid_parameter(format!(
                "Attribute {name} cannot have a max length shorter than it's min length"
            )));
        }
    }
    if let Some(bounds) = &asked.number_attribute_constraints {
        let read = |text: &Option<String>| match text {
            Some(text) => number(text)
                .map(Some)
                .ok_or_else(|| invalid("NumberAttributeConstraints")),
            None => Ok(None),
        };
        let (least, most) = (read(&bounds.min_value)?, read(&bounds.max_value)?);
        let says_nothing = least.is_none() && most.is_none();
        if kind != Some(AttributeDataType::Number) && !says_nothing {
            return Err(invalid("NumberAttributeConstraints"));
        }
        if matches!((least, most), (Some(least), Some(most)) if least > most) {
            return Err(ApiError::invalid_parameter(format!(
                "Attribute {name} cannot have a max value smaller than it's min value"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
