//! From the answer of a service to what is known.

use poolhouse_text::with_causes;

use crate::aws::{AwsError, is_unavailable};
use crate::doctor::facts::Known;

/// What an answer says. A service that a pool at home does not have is not missing.
pub(super) fn known<T>(answer: Result<T, AwsError>, is_aws: bool) -> Known<T> {
    match answer {
        Ok(value) => Known::Yes(value),
        Err(error) => unknown(&error, is_aws),
    }
}

/// What an error says.
pub(super) fn unknown<T>(error: &AwsError, is_aws: bool) -> Known<T> {
    match error {
        AwsError::Absent(_) => Known::NotHere(error.to_string()),
        AwsError::NotTheService { .. } if !is_aws => Known::NotHere(error.to_string()),
        error if is_unavailable(error) => Known::NotHere("this server does not have it".to_owned()),
        error => {
            let advice = error
                .advice()
                .map(|advice| format!(". {advice}"))
                .unwrap_or_default();
            Known::No(format!("{}{advice}", with_causes(error)))
        }
    }
}
