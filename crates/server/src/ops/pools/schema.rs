//! The schema of a new pool: the standard attributes, as a request changes them, and custom ones.

use poolhouse_api::shapes::{
    AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType, StringAttributeConstraintsType,
};

use crate::auth::attribute_value::number;
use crate::error::ApiError;

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
    added: Option<Vec<SchemaAttributeType>>,
) -> Result<(), ApiError> {
    add_custom(schema, added.unwrap_or_default(), |name| {
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
    let kind = asked.attribute_data_type.unwrap_or(AttributeDataType::String);
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
mod tests {
    use super::*;

    fn entry(name: &str) -> SchemaAttributeType {
        SchemaAttributeType {
            name: Some(name.to_owned()),
            ..SchemaAttributeType::default()
        }
    }

    fn lengths(min: Option<&str>, max: Option<&str>) -> Option<StringAttributeConstraintsType> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Some(StringAttributeConstraintsType {
            min_length: own(min),
            max_length: own(max),
        })
    }

    fn refusal(asked: SchemaAttributeType) -> String {
        of_new_pool(Some(vec![asked])).unwrap_err().message
    }

    #[test]
    fn a_pool_that_asks_for_nothing_has_the_twenty_standard_attributes() {
        let schema = of_new_pool(None).unwrap();
        let names: Vec<&str> = schema.iter().filter_map(|entry| entry.name.as_deref()).collect();
        assert_eq!(names, STANDARD.map(|(name, _)| name));
        let birthdate = &schema[13];
        assert_eq!(
            birthdate.string_attribute_constraints,
            lengths(Some("10"), Some("10"))
        );
        assert_eq!((birthdate.required, birthdate.mutable), (Some(false), Some(true)));
        assert_eq!((schema[0].required, schema[0].mutable), (Some(true), Some(false)));
    }

    #[test]
    fn a_standard_attribute_can_be_made_required_immutable_and_short() {
        let asked = SchemaAttributeType {
            required: Some(true),
            mutable: Some(false),
            string_attribute_constraints: lengths(None, Some("64")),
            ..entry("nickname")
        };
        let schema = of_new_pool(Some(vec![asked])).unwrap();
        let nickname = schema
            .iter()
            .find(|entry| entry.name.as_deref() == Some("nickname"))
            .unwrap();
        assert_eq!((nickname.required, nickname.mutable), (Some(true), Some(false)));
        assert_eq!(
            nickname.string_attribute_constraints,
            lengths(Some("0"), Some("64"))
        );
    }

    #[test]
    fn the_sub_stays_what_it_is() {
        let asked = SchemaAttributeType {
            mutable: Some(true),
            required: Some(false),
            ..entry("sub")
        };
        assert_eq!(
            of_new_pool(Some(vec![asked])).unwrap()[0],
            of_new_pool(None).unwrap()[0]
        );
    }

    #[test]
    fn a_custom_attribute_gets_its_prefix_and_says_everything() {
        let dev = SchemaAttributeType {
            developer_only_attribute: Some(true),
            ..entry("plan")
        };
        let schema = of_new_pool(Some(vec![entry("plan"), dev])).unwrap();
        let plan = SchemaAttributeType {
            name: Some("custom:plan".to_owned()),
            attribute_data_type: Some(AttributeDataType::String),
            developer_only_attribute: Some(false),
            mutable: Some(true),
            required: Some(false),
            number_attribute_constraints: None,
            string_attribute_constraints: lengths(None, None),
        };
        assert_eq!(schema[20], plan);
        assert_eq!(schema[21].name.as_deref(), Some("dev:custom:plan"));
    }

    #[test]
    fn what_a_schema_cannot_have_is_refused_in_the_services_words() {
        let of = |kind| SchemaAttributeType {
            attribute_data_type: Some(kind),
            ..entry("plan")
        };
        let numbers = |min: &str, max: &str| {
            let (min_value, max_value) = (Some(min.to_owned()), Some(max.to_owned()));
            Some(NumberAttributeConstraintsType { min_value, max_value })
        };
        let cases = [
            (
                SchemaAttributeType {
                    required: Some(true),
                    ..entry("plan")
                },
                "Required custom attributes are not supported currently.",
            ),
            (
                SchemaAttributeType {
                    attribute_data_type: Some(AttributeDataType::Number),
                    ..entry("email")
                },
                "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
            ),
            (
                SchemaAttributeType {
                    string_attribute_constraints: lengths(Some("x"), None),
                    ..entry("plan")
                },
                "Invalid StringAttributeConstraints for schema attribute plan",
            ),
            (
                SchemaAttributeType {
                    string_attribute_constraints: lengths(Some("1"), None),
                    ..of(AttributeDataType::Boolean)
                },
                "Invalid StringAttributeConstraints for schema attribute plan",
            ),
            (
                SchemaAttributeType {
                    string_attribute_constraints: lengths(None, Some("2049")),
                    ..entry("plan")
                },
                "String attributes cannot have a length of more than 2048",
            ),
            (
                SchemaAttributeType {
                    string_attribute_constraints: lengths(Some("9"), Some("8")),
                    ..entry("plan")
                },
                "Attribute custom:plan cannot have a max length shorter than it's min length",
            ),
            (
                SchemaAttributeType {
                    number_attribute_constraints: numbers("5", "4.5"),
                    ..of(AttributeDataType::Number)
                },
                "Attribute custom:plan cannot have a max value smaller than it's min value",
            ),
            (
                SchemaAttributeType {
                    number_attribute_constraints: numbers("1", "2"),
                    ..entry("plan")
                },
                "Invalid NumberAttributeConstraints for schema attribute plan",
            ),
            (
                SchemaAttributeType::default(),
                "A schema attribute must have a name.",
            ),
        ];
        for (asked, sentence) in cases {
            assert_eq!(refusal(asked), sentence);
        }
    }

    #[test]
    fn one_name_is_one_attribute() {
        let twice = |name: &str| {
            of_new_pool(Some(vec![entry(name), entry(name)]))
                .unwrap_err()
                .message
        };
        assert_eq!(
            twice("plan"),
            "Duplicate custom attribute names custom:plan are not allowed in a user pool schema."
        );
        assert_eq!(
            twice("email"),
            "Duplicate custom attribute names email are not allowed in a user pool schema."
        );
        let mut schema = of_new_pool(Some(vec![entry("plan")])).unwrap();
        let added = extend(&mut schema, Some(vec![entry("plan")])).unwrap_err();
        assert_eq!(
            added.message,
            "custom:plan: Existing attribute already has name custom:plan."
        );
    }

    #[test]
    fn the_fifty_first_custom_attribute_is_refused() {
        let mut schema = of_new_pool(None).unwrap();
        let fifty = (0..50).map(|n| entry(&format!("a{n}"))).collect();
        extend(&mut schema, Some(fifty)).unwrap();
        let refused = extend(&mut schema, Some(vec![entry("one_more")])).unwrap_err();
        assert_eq!(
            refused.message,
            "A user pool can have at most 50 custom attributes."
        );
    }
}
