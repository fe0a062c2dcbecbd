//! The custom attribute that carries the ledger.

use serde_json::{Value, json};

/// How many characters the ledger may need. It stays well below.
pub(crate) const LEDGER_LENGTH: u64 = 256;
/// How many characters the attribute gets: the most that Cognito allows.
const LENGTH: u64 = 2048;
/// How many custom attributes a pool may have.
pub(crate) const MOST_ATTRIBUTES: usize = 50;

/// What is wrong with an attribute that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is no string.
    NotText,
    /// It can be written once only.
    Immutable,
    /// The ledger does not fit.
    TooShort {
        /// The most characters it takes.
        length: u64,
    },
}

/// The attribute of this name without `custom:`, as the pool describes it.
pub(crate) fn find<'a>(pool: &'a Value, name: &str) -> Option<&'a Value> {
    let full = format!("custom:{name}");
    let attributes = pool.get("SchemaAttributes")?.as_array()?;
    attributes
        .iter()
        .find(|attribute| attribute.get("Name").and_then(Value::as_str) == Some(&full))
}

/// Why the attribute cannot carry the ledger, if so.
pub(crate) fn flaw(attribute: &Value) -> Option<Flaw> {
    if attribute
        .get("AttributeDataType")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind != "String")
    {
        return Some(Flaw::NotText);
    }
    if attribute.get("Mutable").and_then(Value::as_bool) == Some(false) {
        return Some(Flaw::Immutable);
    }
    let length = attribute.pointer("/StringAttributeConstraints/MaxLength")?;
    let length = length
        .as_str()
        .and_then(|text| text.parse().ok())
        .or(length.as_u64())?;
    (length < LEDGER_LENGTH).then_some(Flaw::TooShort { length })
}

/// What an app client may do with attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usual {
    Readable,
    Writable,
}

impl Usual {
    /// Both, with the members of an app client that list them.
    pub(crate) const LISTS: [(&'static str, Usual); 2] = [
        ("ReadAttributes", Usual::Readable),
        ("WriteAttributes", Usual::Writable),
    ];
}

/// What a client without a list of its own may read or write, as a list: every attribute that is not developer-only;
/// writing leaves out those that only the service sets.
pub(crate) fn usual(pool: &Value, usual: Usual) -> Vec<Value> {
    let attributes = pool.get("SchemaAttributes").and_then(Value::as_array);
    let names = attributes.into_iter().flatten();
    let names = names.filter_map(|attribute| attribute.get("Name")?.as_str());
    let open = names.filter(|name| !name.starts_with("dev:") && !matches!(*name, "sub" | "identities"));
    let permitted = open.filter(|name| usual == Usual::Readable || !name.ends_with("_verified"));
    permitted.map(|name| json!(name)).collect()
}

/// The definition that `AddCustomAttributes` takes.
pub(crate) fn definition(name: &str) -> Value {
    json!({
        "Name": name,
        "AttributeDataType": "String",
        "Mutable": true,
        "StringAttributeConstraints": { "MinLength": "0", "MaxLength": LENGTH.to_string() },
    })
}

/// How many custom attributes the pool has.
pub(crate) fn count(pool: &Value) -> usize {
    let attributes = pool
        .get("SchemaAttributes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let names = attributes.filter_map(|attribute| attribute.get("Name")?.as_str());
    names
        .filter(|name| name.starts_with("custom:") || name.starts_with("dev:"))
        .count()
}

/// The pool's description without this attribute.
pub(crate) fn without(pool: &Value, name: &str) -> Value {
    let full = format!("custom:{name}");
    let mut pool = pool.clone();
    if let Some(attributes) = pool.get_mut("SchemaAttributes").and_then(Value::as_array_mut) {
        attributes.retain(|attribute| attribute.get("Name").and_then(Value::as_str) != Some(&full));
    }
    pool
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(attribute: Value) -> Value {
        json!({ "SchemaAttributes": [{ "Name": "email", "AttributeDataType": "String" }, attribute] })
    }

    #[test]
    fn what_the_tools_add_has_no_flaw_and_can_be_taken_out_of_a_description() {
        let mut ours = definition("authChallenge");
        ours["Name"] = json!("custom:authChallenge");
        let pool = pool(ours);
        assert_eq!(flaw(find(&pool, "authChallenge").unwrap()), None);
        assert_eq!(count(&pool), 1);
        assert_eq!(find(&without(&pool, "authChallenge"), "authChallenge"), None);
        assert_eq!(find(&pool, "other"), None);
    }

    #[test]
    fn an_attribute_that_cannot_carry_the_ledger_is_told_why() {
        let with = |member: &str, value: Value| {
            let mut attribute = json!({ "Name": "custom:a", "AttributeDataType": "String", "Mutable": true });
            attribute[member] = value;
            flaw(&attribute)
        };
        assert_eq!(with("AttributeDataType", json!("Number")), Some(Flaw::NotText));
        assert_eq!(with("Mutable", json!(false)), Some(Flaw::Immutable));
        let short = json!({ "MinLength": "0", "MaxLength": "255" });
        assert_eq!(
            with("StringAttributeConstraints", short),
            Some(Flaw::TooShort { length: 255 })
        );
        assert_eq!(
            with("StringAttributeConstraints", json!({ "MaxLength": "256" })),
            None
        );
        assert_eq!(with("StringAttributeConstraints", json!({})), None);
    }
}
