//! What every generated type shares: how it is read from JSON, written to JSON and shown without its secrets.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Number, Value};

use crate::generated::operations::Operation;

/// A structure of the API.
pub trait Shape: Sized {
    /// The names of its members on the wire, in the model's order.
    const MEMBERS: &'static [&'static str];

    /// Reads what is there: an optional member that is missing, null or of the wrong type reads as `None`, so call
    /// [`Operation::validate`] first, which refuses the wrong types.
    ///
    /// # Errors
    /// If a required member cannot be read, here or in a structure below. After validation that cannot happen, and still
    /// nothing is put in its place: an empty name or the first flow of a list would be acted on, an error is not.
    fn from_json(value: &Value) -> Result<Self, Missing>;

    /// Writes the members that are there; absent ones are left out, never null.
    fn to_json(&self) -> Value;
}

/// A required member that is not there, or is of another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The member's name on the wire.
    pub member: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the required member {} is missing or of the wrong type",
            self.member
        )
    }
}

impl std::error::Error for Missing {}

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
    const MEMBERS: &'static [&'static str] = &[];

    fn from_json(_value: &Value) -> Result<Self, Missing> {
        Ok(Self)
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
    ///
    /// # Errors
    /// If it is a structure, or holds one, that lacks a required member.
    fn read(value: &Value) -> Result<Option<Self>, Missing>;
    /// The JSON that `read` understands.
    fn write(&self) -> Value;
}

impl<S: Shape> Field for S {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        value.is_object().then(|| S::from_json(value)).transpose()
    }

    fn write(&self) -> Value {
        self.to_json()
    }
}

impl Field for String {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        Ok(value.as_str().map(str::to_owned))
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Field for bool {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        Ok(value.as_bool())
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Field for i64 {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        Ok(value.as_i64())
    }

    fn write(&self) -> Value {
        Value::Number((*self).into())
    }
}

impl Field for f64 {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        Ok(value.as_f64())
    }

    fn write(&self) -> Value {
        // JSON has no words for the infinite and the undefined.
        Number::from_f64(*self).map_or(Value::Null, Value::Number)
    }
}

impl Field for Timestamp {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        Ok(value.as_f64().map(Self))
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
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        Ok(String::read(value)?.map(Self))
    }

    fn write(&self) -> Value {
        self.0.write()
    }
}

impl Field for Value {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        Ok((!value.is_null()).then(|| value.clone()))
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        let read = |elements: &Vec<Value>| {
            let present = elements.iter().filter_map(|element| T::read(element).transpose());
            present.collect()
        };
        value.as_array().map(read).transpose()
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn read(value: &Value) -> Result<Option<Self>, Missing> {
        let read = |entries: &Map<String, Value>| {
            let present = entries.iter().filter_map(|(key, value)| {
                let value = T::read(value).transpose()?;
                Some(value.map(|value| (key.clone(), value)))
            });
            present.collect()
        };
        value.as_object().map(read).transpose()
    }

    fn write(&self) -> Value {
        Value::Object(
            self.iter()
                .map(|(key, value)| (key.clone(), value.write()))
                .collect(),
        )
    }
}

/// Reads an optional member of an object.
pub(crate) fn member<T: Field>(object: &Value, name: &str) -> Result<Option<T>, Missing> {
    object.get(name).map_or(Ok(None), T::read)
}

/// Reads a required member of an object.
pub(crate) fn required<T: Field>(object: &Value, name: &'static str) -> Result<T, Missing> {
    member(object, name)?.ok_or(Missing { member: name })
}

/// Writes a required member.
pub(crate) fn set<T: Field>(object: &mut Map<String, Value>, name: &str, value: &T) {
    object.insert(name.to_owned(), value.write());
}

/// Writes an optional member when it is there.
pub(crate) fn put<T: Field>(object: &mut Map<String, Value>, name: &str, value: &Option<T>) {
    if let Some(value) = value {
        set(object, name, value);
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

/// Stands for an optional secret member in `Debug`: says whether it is there, not what it is.
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
            fn read(value: &::serde_json::Value) -> Result<Option<Self>, $crate::shape::Missing> {
                Ok(value.as_str().and_then(Self::parse))
            }

            fn write(&self) -> ::serde_json::Value {
                self.as_str().into()
            }
        }
    };
}
pub(crate) use closed_set;

#[cfg(test)]
mod tests;
