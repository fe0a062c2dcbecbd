//! The validator: what is wrong with a request, in the service's own words.
//!
//! Two walks over the JSON. The first stops at the first value of a wrong JSON type, as deserialisation does. The
//! second collects every broken constraint, because the service lists them all in one sentence and front ends match
//! parts of it.

mod rules;
mod sentence;
mod types;

use std::fmt;

use serde_json::Value;

use crate::ErrorCode;
use crate::generated::operations::Operation;

/// Why a request is refused before its operation runs.
///
/// `Debug` keeps the text to itself: it may repeat what the caller sent, a mistyped confirmation code for one.
#[derive(Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Not JSON, or a value of the wrong JSON type.
    Serialization(String),
    /// Constraints of the model are broken; the sentence names every one of them.
    InvalidParameter(String),
}

impl Rejection {
    /// The name of the error to answer with.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Serialization(_) => ErrorCode::SerializationException,
            Self::InvalidParameter(_) => ErrorCode::InvalidParameterException,
        }
    }

    /// The text for the caller and for nobody else. It repeats nothing that the model calls sensitive.
    pub fn text(&self) -> &str {
        match self {
            Self::Serialization(text) | Self::InvalidParameter(text) => text,
        }
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serialization(_) => f.write_str("Serialization(…)"),
            Self::InvalidParameter(_) => f.write_str("InvalidParameter(…)"),
        }
    }
}

impl Operation {
    /// Checks a request body against the model: types first, then every constraint.
    ///
    /// Null is absent everywhere, unknown members are ignored.
    ///
    /// # Errors
    /// The [`Rejection`] to answer with.
    pub fn validate(self, body: &Value) -> Result<(), Rejection> {
        types::check(body, self.input()).map_err(Rejection::Serialization)?;
        let violations = rules::violations(body, self.input());
        let errors = match violations.len() {
            0 => return Ok(()),
            1 => "1 validation error".to_owned(),
            many => format!("{many} validation errors"),
        };
        Err(Rejection::InvalidParameter(format!(
            "{errors} detected: {}",
            violations.join("; ")
        )))
    }
}

#[cfg(test)]
mod tests;
