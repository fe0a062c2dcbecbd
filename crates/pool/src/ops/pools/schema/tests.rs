//! What a new pool's schema is, and what it cannot be.

use super::*;

fn entry(name: &str) -> SchemaAttributeType {
    SchemaAttributeType {
        name: Some(name.to_owned()),
        ..SchemaAttributeType::default()
    }
}

fn typed(name: &str) -> SchemaAttributeType {
    SchemaAttributeType {
        attribute_data_type: Some(AttributeDataType::String),
        ..entry(name)
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
        ..typed("plan")
    };
    let schema = of_new_pool(Some(vec![typed("plan"), dev])).unwrap();
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
        ..typed("plan")
    };
    let numbers = |min: &str, max: &str| {
        let (min_value, max_value) = (Some(min.to_owned()), Some(max.to_owned()));
        Some(NumberAttributeConstraintsType { min_value, max_value })
    };
    let cases = [
        (
            SchemaAttributeType {
                required: Some(true),
                ..typed("plan")
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
                ..typed("plan")
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
                ..typed("plan")
            },
            "String attributes cannot have a length of more than 2048",
        ),
        (
            SchemaAttributeType {
                string_attribute_constraints: lengths(Some("9"), Some("8")),
                ..typed("plan")
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
                ..typed("plan")
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
        of_new_pool(Some(vec![typed(name), typed(name)]))
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
    let mut schema = of_new_pool(Some(vec![typed("plan")])).unwrap();
    let added = extend(&mut schema, vec![typed("plan")]).unwrap_err();
    assert_eq!(
        added.message,
        "custom:plan: Existing attribute already has name custom:plan."
    );
}

#[test]
fn the_fifty_first_custom_attribute_is_refused() {
    let mut schema = of_new_pool(None).unwrap();
    let fifty = (0..50).map(|n| typed(&format!("a{n}"))).collect();
    extend(&mut schema, fifty).unwrap();
    let refused = extend(&mut schema, vec![typed("one_more")]).unwrap_err();
    assert_eq!(
        refused.message,
        "A user pool can have at most 50 custom attributes."
    );
}

#[test]
fn a_custom_attribute_says_of_which_type_it_is() {
    let sentence = "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.";
    assert_eq!(refusal(entry("plan")), sentence);
    let mut schema = of_new_pool(Some(vec![entry("email")])).unwrap();
    let refused = extend(&mut schema, vec![entry("plan")]).unwrap_err();
    assert_eq!((refused.message.as_str(), schema.len()), (sentence, 20));
    extend(&mut schema, vec![typed("plan")]).unwrap();
}
