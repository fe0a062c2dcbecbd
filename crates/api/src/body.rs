//! From the bytes of a request to JSON, within bounds.
//!
//! The reader walks the model's tables beside the text and keeps what the model knows: members of structures that it
//! does not know are read past, and so is what lies inside a value of the wrong type. What a stranger sends costs no
//! more memory than the request that it could have been.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::constraint::{Member, Node, Rule};
use crate::generated::operations::Operation;
use crate::operation::Auth;
use crate::validate::Rejection;

/// How deep a body may nest. The deepest modelled request nests 5 levels; free-form documents get the rest.
const DEEPEST: usize = 32;
/// How many values a body may hold, arrays, objects and what is read past included: of an operation that anybody may call.
/// A user with every attribute that a pool can have is 250.
const MOST_VALUES: usize = 2_000;
/// The same of an operation that AWS signs, where free-form documents come.
const MOST_VALUES_SIGNED: usize = 10_000;

/// Reads the body of a request for an operation: one JSON object of at most 32 levels and 2,000 values, or 10,000 where AWS
/// signs. Members that the model does not know are left out.
///
/// An empty body is refused like any other text that is not JSON: clients send at least `{}`. Of a key that is given
/// twice the last value counts. The caller limits the size.
///
/// # Errors
/// [`Rejection::Serialization`] when the bytes are not such an object.
pub fn parse_body(operation: Operation, body: &[u8]) -> Result<Value, Rejection> {
    let most_values = match operation.auth() {
        Auth::SigV4 => MOST_VALUES_SIGNED,
        Auth::None | Auth::AccessToken | Auth::AccessTokenOrSession | Auth::SecretOrSigV4 => MOST_VALUES,
    };
    let spent = Spent {
        most_values,
        values: Cell::new(0),
        exceeded: Cell::new(None),
    };
    let whole = Keep::Known(operation.input());
    let mut text = serde_json::Deserializer::from_slice(body);
    let read = Reader::new(whole, &spent).deserialize(&mut text);
    match read.and_then(|value| text.end().map(|()| value)) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(refused("The request body is not a JSON object.")),
        Err(_) => Err(match spent.exceeded.get() {
            Some(Bound::Depth) => {
                let text = format!("The request body is nested more than {DEEPEST} levels deep.");
                Rejection::Serialization(text)
            }
            Some(Bound::Values) => {
                let text = format!("The request body holds more than {most_values} values.");
                Rejection::Serialization(text)
            }
            None => refused("The request body is not valid JSON."),
        }),
    }
}

fn refused(text: &str) -> Rejection {
    Rejection::Serialization(text.to_owned())
}

/// What a body has used of its bounds so far.
struct Spent {
    most_values: usize,
    values: Cell<usize>,
    exceeded: Cell<Option<Bound>>,
}

#[derive(Clone, Copy)]
enum Bound {
    Depth,
    Values,
}

impl Spent {
    /// Counts one value more.
    fn value<E: Error>(&self) -> Result<(), E> {
        self.values.set(self.values.get() + 1);
        self.within(self.values.get() <= self.most_values, Bound::Values)
    }

    /// Notes which bound ends the reading, for the parser's own error cannot carry it.
    fn within<E: Error>(&self, is_within: bool, bound: Bound) -> Result<(), E> {
        if is_within {
            return Ok(());
        }
        self.exceeded.set(Some(bound));
        Err(E::custom("out of bounds"))
    }
}

/// What is kept of a value.
#[derive(Clone, Copy)]
enum Keep {
    /// What the model knows.
    Known(&'static Node),
    /// Everything.
    All,
    /// Nothing.
    Nothing,
}

impl Keep {
    /// Of the elements of an array in its place.
    fn of_elements(self) -> Keep {
        match self {
            Keep::Known(Node {
                rule: Rule::List { element, .. },
                ..
            }) => Keep::Known(element),
            Keep::Known(Node {
                rule: Rule::Document, ..
            })
            | Keep::All => Keep::All,
            // The array is no less wrong here for being empty.
            Keep::Known(_) | Keep::Nothing => Keep::Nothing,
        }
    }

    /// Of an object's member of this name.
    fn of_member(self, name: &str) -> Keep {
        match self {
            Keep::Known(Node {
                rule: Rule::Structure(members),
                ..
            }) => member(members, name),
            Keep::Known(Node {
                rule: Rule::Map { value, .. },
                ..
            }) => Keep::Known(value),
            Keep::Known(Node {
                rule: Rule::Document, ..
            })
            | Keep::All => Keep::All,
            Keep::Known(_) | Keep::Nothing => Keep::Nothing,
        }
    }
}

fn member(members: &'static [Member], name: &str) -> Keep {
    let known = members.iter().find(|member| member.name == name);
    known.map_or(Keep::Nothing, |member| Keep::Known(member.node))
}

/// Reads one value.
#[derive(Clone, Copy)]
struct Reader<'a> {
    keep: Keep,
    /// Levels of arrays and objects around it.
    level: usize,
    spent: &'a Spent,
}

impl<'a> Reader<'a> {
    fn new(keep: Keep, spent: &'a Spent) -> Reader<'a> {
        Reader {
            keep,
            level: 0,
            spent,
        }
    }

    /// The reader of what lies inside.
    fn inner<E: Error>(self) -> Result<Reader<'a>, E> {
        let level = self.level + 1;
        self.spent.within(level <= DEEPEST, Bound::Depth)?;
        Ok(Reader { level, ..self })
    }

    fn keeping(self, keep: Keep) -> Reader<'a> {
        Reader { keep, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Value, D::Error> {
        self.spent.value()?;
        text.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(match self.keep {
            Keep::Nothing => Value::Null,
            Keep::Known(_) | Keep::All => value.into(),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut text: A) -> Result<Value, A::Error> {
        let inner = self.inner()?.keeping(self.keep.of_elements());
        let mut elements = Vec::new();
        while let Some(element) = text.next_element_seed(inner)? {
            if !matches!(inner.keep, Keep::Nothing) {
                elements.push(element);
            }
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut text: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut members = Map::new();
        while let Some((name, keep)) = text.next_key_seed(Name(self.keep))? {
            let value = text.next_value_seed(inner.keeping(keep))?;
            if let Some(name) = name {
                members.insert(name, value);
            }
        }
        Ok(Value::Object(members))
    }
}

/// Reads the name of an object's member, which is kept if its value is.
struct Name(Keep);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = (Option<String>, Keep);

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Self::Value, D::Error> {
        text.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = (Option<String>, Keep);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let keep = self.0.of_member(name);
        let is_kept = !matches!(keep, Keep::Nothing);
        Ok((is_kept.then(|| name.to_owned()), keep))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Has a free-form document, `Settings`, and text, `UserPoolId`.
    const OPERATION: Operation = Operation::CreateManagedLoginBranding;

    fn refused(body: &[u8]) -> String {
        match parse_body(OPERATION, body) {
            Err(Rejection::Serialization(text)) => text,
            other => panic!("expected a serialization error, got {other:?}"),
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let broken: [&[u8]; 8] = [
            b"",
            b"{",
            b"{}x",
            b"\xff",
            b"{\"a\":1e999}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"UserPoolId\":\"\\ud800\"}",
            b"{\"a\":[1,]}",
        ];
        for body in broken {
            assert_eq!(refused(body), "The request body is not valid JSON.", "{body:?}");
        }
    }

    #[test]
    fn json_that_is_not_an_object_is_refused() {
        for body in [&b"null"[..], b"[]", b"1", b"\"{}\"", b"[[],[]]"] {
            assert_eq!(refused(body), "The request body is not a JSON object.");
        }
    }

    #[test]
    fn nesting_is_limited_to_32_levels_whether_or_not_the_model_knows_it() {
        for name in ["Settings", "a"] {
            let nested = |levels: usize| {
                let (open, close) = ("{\"a\":".repeat(levels - 1), "}".repeat(levels));
                format!("{{\"{name}\":{open}1{close}")
            };
            assert!(parse_body(OPERATION, nested(32).as_bytes()).is_ok());
            for levels in [33, 100_000] {
                assert_eq!(
                    refused(nested(levels).as_bytes()),
                    "The request body is nested more than 32 levels deep."
                );
            }
        }
    }

    #[test]
    fn the_number_of_values_is_limited_wherever_they_stand() {
        for (operation, most) in [(OPERATION, 10_000), (Operation::InitiateAuth, 2_000)] {
            let text = format!("The request body holds more than {most} values.");
            let read = |body: String| parse_body(operation, body.as_bytes());
            let refused = |body: String| match read(body) {
                Err(Rejection::Serialization(text)) => text,
                other => panic!("expected a serialization error, got {other:?}"),
            };
            for name in ["Settings", "UserPoolId", "ClientId", "a"] {
                // The object and the array are two of them.
                let filled = |count: usize| format!("{{\"{name}\":[{}]}}", vec!["[]"; count - 2].join(","));
                assert!(read(filled(most)).is_ok(), "{name}");
                for count in [most + 1, 300_000] {
                    assert_eq!(refused(filled(count)), text, "{name}");
                }
            }
            let members = format!("{{{}}}", vec!["\"a\":0"; most].join(","));
            assert_eq!(refused(members), text);
        }
    }

    #[test]
    fn what_the_model_does_not_know_is_left_out() {
        let body = json!({
            "UserPoolId": "us-east-1_a",
            "Unknown": { "Settings": [1, 2] },
            "Settings": { "free": [{ "form": null }] },
            "Assets": [{ "Category": "FAVICON_ICO", "Strange": ["x"] }],
        });
        let kept = json!({
            "UserPoolId": "us-east-1_a",
            "Settings": { "free": [{ "form": null }] },
            "Assets": [{ "Category": "FAVICON_ICO" }],
        });
        assert_eq!(parse_body(OPERATION, body.to_string().as_bytes()).unwrap(), kept);
    }

    #[test]
    fn a_value_of_the_wrong_type_is_kept_without_what_lies_inside() {
        let body = json!({ "UserPoolId": [["x"], {}], "ClientId": { "a": 1 }, "Assets": "none", "ReturnMergedResources": 1.5 });
        let kept = json!({ "UserPoolId": [], "ClientId": {}, "Assets": "none" });
        assert_eq!(parse_body(OPERATION, body.to_string().as_bytes()).unwrap(), kept);
    }

    #[test]
    fn keys_of_maps_are_the_callers() {
        let body = br#"{"ClientMetadata": {"any": "thing", "UserPoolId": "x"}}"#;
        let read = parse_body(Operation::InitiateAuth, body).unwrap();
        assert_eq!(
            read,
            json!({ "ClientMetadata": { "any": "thing", "UserPoolId": "x" } })
        );
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let body = br#"{"UserPoolId": "a", "UserPoolId": "b"}"#;
        assert_eq!(parse_body(OPERATION, body).unwrap(), json!({ "UserPoolId": "b" }));
    }
}
