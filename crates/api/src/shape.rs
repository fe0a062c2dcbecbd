//! What every generated type shares: how it is read from JSON, written to JSON and shown without its secrets.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Number, Value};

use crate::generated::operations::Operation;

/// A structure of the API.
pub trait Shape: Sized {
    /// Reads what is there. Total: a missing member, a null and a value of the wrong type all read as `None`, so call
    /// [`Operation::validate`] first, which refuses the wrong types.
    fn from_json(value: &Value) -> Self;

    /// Writes the members that are there; absent ones are left out, never null.
    fn to_json(&self) -> Value;
}

/// Ties an operation to the types of its request and its answer.
pub trait Call {
    /// The request.
    type Input: Shape;
    /// The answer; [`Nothing`] where the service answers with an empty body.
    type Output: Shape;
    /// The operation itself.
    const OPERATION: Operation;
}

/// The answer of an operation that has none: the body is empty, not `{}` (see [`Operation::has_output`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nothing;

impl Shape for Nothing {
    fn from_json(_value: &Value) -> Self {
        Self
    }

    fn to_json(&self) -> Value {
        Value::Object(Map::new())
    }
}

/// Seconds since 1970-01-01T00:00:00Z, written as a JSON number with at most three decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Timestamp(pub f64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub fn from_millis(millis: i64) -> Self {
        // Exact below 2^53 ms, which is the year 287396.
        Self(millis as f64 / 1000.0)
    }
}

/// Bytes, kept as the base64 text that carries them on the wire.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(pub String);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} characters of base64)", self.0.len())
    }
}

/// Whatever can stand as the value of a member.
pub trait Field: Sized {
    /// The value, or `None` when the JSON is null or of another type.
    fn read(value: &Value) -> Option<Self>;
    /// The JSON that `read` understands.
    fn write(&self) -> Value;
}

impl<S: Shape> Field for S {
    fn read(value: &Value) -> Option<Self> {
        value.is_object().then(|| S::from_json(value))
    }

    fn write(&self) -> Value {
        self.to_json()
    }
}

impl Field for String {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Field for bool {
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Field for i64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_i64()
    }

    fn write(&self) -> Value {
        Value::Number((*self).into())
    }
}

impl Field for f64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_f64()
    }

    fn write(&self) -> Value {
        // JSON has no words for the infinite and the undefined.
        Number::from_f64(*self).map_or(Value::Null, Value::Number)
    }
}

impl Field for Timestamp {
    fn read(value: &Value) -> Option<Self> {
        value.as_f64().map(Self)
    }

    fn write(&self) -> Value {
        let millis = (self.0 * 1000.0).round();
        if millis % 1000.0 == 0.0 && millis.abs() < 9e15 {
            // A whole second is written without a fraction.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole and within i64 by the check above"
            )]
            return Value::Number(((millis / 1000.0) as i64).into());
        }
        (millis / 1000.0).write()
    }
}

impl Field for Blob {
    fn read(value: &Value) -> Option<Self> {
        String::read(value).map(Self)
    }

    fn write(&self) -> Value {
        self.0.write()
    }
}

impl Field for Value {
    fn read(value: &Value) -> Option<Self> {
        (!value.is_null()).then(|| value.clone())
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(value: &Value) -> Option<Self> {
        Some(value.as_array()?.iter().filter_map(T::read).collect())
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn read(value: &Value) -> Option<Self> {
        Some(
            value
                .as_object()?
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), T::read(value)?)))
                .collect(),
        )
    }

    fn write(&self) -> Value {
        Value::Object(
            self.iter()
                .map(|(key, value)| (key.clone(), value.write()))
                .collect(),
        )
    }
}

/// Reads one member of an object.
pub(crate) fn member<T: Field>(object: &Value, name: &str) -> Option<T> {
    object.get(name).and_then(T::read)
}

/// Writes one member when it is there.
pub(crate) fn put<T: Field>(object: &mut Map<String, Value>, name: &str, value: &Option<T>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.write());
    }
}

/// The `Debug` of every structure.
pub(crate) fn debug(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    members: &[(&str, &dyn fmt::Debug)],
) -> fmt::Result {
    let mut structure = f.debug_struct(name);
    for (name, value) in members {
        structure.field(name, value);
    }
    structure.finish()
}

/// Stands for a secret member in `Debug`: says whether it is there, not what it is.
pub(crate) fn hidden<T>(value: &Option<T>) -> &'static dyn fmt::Debug {
    if value.is_some() {
        &Some("…")
    } else {
        &None::<&str>
    }
}

/// Defines an enum for a string shape with a closed set of values.
macro_rules! closed_set {
    ($name:ident { $($variant:ident = $text:literal,)+ }) => {
        #[doc = concat!("`", stringify!($name), "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`.")] $variant,)+
        }

        impl $name {
            /// Every value, in the model's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The value's text on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value with that text; `None` when the set has no such value.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl $crate::shape::Field for $name {
            fn read(value: &::serde_json::Value) -> Option<Self> {
                value.as_str().and_then(Self::parse)
            }

            fn write(&self) -> ::serde_json::Value {
                self.as_str().into()
            }
        }
    };
}
pub(crate) use closed_set;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::shapes::{
        AdminSetUserPasswordRequest, AttributeType, AuthFlowType, CompleteWebAuthnRegistrationRequest,
        DescribeUserPoolResponse, InitiateAuthRequest, UserPoolType, UserType,
    };

    #[test]
    fn timestamps_have_at_most_three_decimals() {
        let table = [
            (1_754_300_000_123, "1754300000.123"),
            (1_754_300_000_120, "1754300000.12"),
            (1_754_300_000_000, "1754300000"),
            (0, "0"),
            (-1_500, "-1.5"),
        ];
        for (millis, text) in table {
            assert_eq!(Timestamp::from_millis(millis).write().to_string(), text);
        }
        assert_eq!(Timestamp(1.000_4).write().to_string(), "1");
        assert_eq!(Timestamp(f64::NAN).write(), Value::Null);
    }

    #[test]
    fn absent_members_are_left_out_and_null_ones_are_absent() {
        let user = UserType::from_json(
            &json!({"Username": "a", "Enabled": null, "Attributes": [null, {"Name": "x"}]}),
        );
        assert_eq!(
            user.to_json(),
            json!({"Username": "a", "Attributes": [{"Name": "x"}]})
        );
        let request = InitiateAuthRequest::from_json(&json!({"ClientMetadata": {"a": null, "b": "c"}}));
        assert_eq!(request.to_json(), json!({"ClientMetadata": {"b": "c"}}));
        let request = CompleteWebAuthnRegistrationRequest::from_json(&json!({"Credential": null}));
        assert_eq!(request.credential, None);
    }

    #[test]
    fn nested_shapes_are_written_in_the_model_s_order() {
        let response = DescribeUserPoolResponse {
            user_pool: Some(UserPoolType {
                creation_date: Some(Timestamp(1.5)),
                id: Some("eu-west-1_abc".into()),
                ..UserPoolType::default()
            }),
        };
        let text = response.to_json().to_string();
        assert_eq!(text, r#"{"UserPool":{"Id":"eu-west-1_abc","CreationDate":1.5}}"#);
    }

    #[test]
    fn a_value_of_the_wrong_type_reads_as_absent() {
        let request = InitiateAuthRequest::from_json(&json!({
            "AuthFlow": "NO_SUCH_FLOW", "ClientId": 7, "AuthParameters": {"USERNAME": "u", "X": 1}, "ClientMetadata": []
        }));
        assert_eq!(request.to_json(), json!({"AuthParameters": {"USERNAME": "u"}}));
        assert_eq!(
            InitiateAuthRequest::from_json(&json!([1])),
            InitiateAuthRequest::default()
        );
    }

    #[test]
    fn debug_says_that_a_secret_is_there_but_not_what_it_is() {
        let request = AdminSetUserPasswordRequest {
            user_pool_id: Some("eu-west-1_abc".into()),
            password: Some("hunter2".into()),
            ..AdminSetUserPasswordRequest::default()
        };
        assert_eq!(
            format!("{request:?}"),
            "AdminSetUserPasswordRequest { user_pool_id: Some(\"eu-west-1_abc\"), username: None, \
             password: Some(\"…\"), permanent: None }"
        );
        let attribute = AttributeType {
            name: Some("email".into()),
            value: Some("a@b.example".into()),
        };
        let listed = format!(
            "{:?}",
            UserType {
                attributes: Some(vec![attribute]),
                ..UserType::default()
            }
        );
        assert!(
            listed.contains("email") && !listed.contains("a@b.example"),
            "{listed}"
        );
        let request = InitiateAuthRequest {
            auth_flow: Some(AuthFlowType::UserPasswordAuth),
            auth_parameters: Some([("PASSWORD".to_owned(), "hunter2".to_owned())].into()),
            session: Some("s3cret".into()),
            ..InitiateAuthRequest::default()
        };
        let text = format!("{request:?}");
        assert!(
            text.contains("UserPasswordAuth") && !text.contains("hunter2") && !text.contains("s3cret"),
            "{text}"
        );
    }

    #[test]
    fn closed_sets_are_read_and_written_by_their_exact_text() {
        assert_eq!(
            AuthFlowType::parse("USER_SRP_AUTH"),
            Some(AuthFlowType::UserSrpAuth)
        );
        assert_eq!(AuthFlowType::parse("user_srp_auth"), None);
        for flow in AuthFlowType::ALL {
            assert_eq!(AuthFlowType::parse(flow.as_str()), Some(*flow));
        }
    }
}
