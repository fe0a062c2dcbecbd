//! What a provider says of somebody, in the form that mappings take.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Claims as texts. What is no text, number, flag or list of such is written as JSON; nothing is what is not there.
pub fn texts(said: &Map<String, Value>) -> BTreeMap<String, Vec<String>> {
    let pair = |(name, value): (&String, &Value)| Some((name.clone(), values(value)?));
    said.iter().filter_map(pair).collect()
}

fn values(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => None,
        Value::Array(members) => Some(members.iter().filter_map(one).collect()),
        value => one(value).map(|text| vec![text]),
    }
}

fn one(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

/// What the ID token says, and over it what `userInfo` says. An address and whether it is verified are one statement: what the one says
/// of an address is not taken for what the other says.
pub fn merged(mut token: Map<String, Value>, info: Map<String, Value>) -> Map<String, Value> {
    for (address, flag) in [
        ("email", "email_verified"),
        ("phone_number", "phone_number_verified"),
    ] {
        if info.contains_key(address) {
            token.remove(flag);
        } else if info.contains_key(flag) {
            token.remove(address);
        }
    }
    token.extend(info);
    token
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn claims_of_every_kind_are_texts() {
        let said = json!({
            "name": "Mara", "email_verified": true, "updated_at": 7, "nothing": null,
            "groups": ["a", 1, null], "address": { "formatted": "x" }, "none": [],
        });
        let texts = texts(&object(said));
        let of = |name: &str| texts.get(name).map(|values| values.join("|"));
        assert_eq!(of("name").as_deref(), Some("Mara"));
        assert_eq!(of("email_verified").as_deref(), Some("true"));
        assert_eq!(of("updated_at").as_deref(), Some("7"));
        assert_eq!(of("nothing"), None);
        assert_eq!(of("groups").as_deref(), Some("a|1"));
        assert_eq!(of("address").as_deref(), Some(r#"{"formatted":"x"}"#));
        assert_eq!(of("none").as_deref(), Some(""));
    }

    #[test]
    fn o_34_an_address_of_one_answer_is_not_verified_by_another() {
        let token = || object(json!({ "sub": "1", "email": "own@a.example", "email_verified": true }));
        let other = merged(
            token(),
            object(json!({ "sub": "1", "email": "victim@b.example" })),
        );
        assert_eq!(json!(other), json!({ "sub": "1", "email": "victim@b.example" }));
        let flag = merged(token(), object(json!({ "email_verified": true })));
        assert_eq!(json!(flag), json!({ "sub": "1", "email_verified": true }));
        let name = merged(token(), object(json!({ "name": "Mara" })));
        assert_eq!(name.get("email_verified"), Some(&json!(true)));
        assert_eq!(name.get("name"), Some(&json!("Mara")));
    }
}
