//! PreSignUp: before a user is created.

use poolhouse_api::shapes::LambdaConfigType;
use poolhouse_triggers::Trigger;
use serde_json::{Map, Value, json};

use super::event::{About, Event, Metadata, members, put_client_metadata, validation_data};
use crate::base::error::ApiError;

/// A user is about to be created. It does not exist yet, so there is neither a `sub` nor a status among its attributes.
pub struct PreSignUp<'a> {
    /// Who creates it.
    pub source: PreSignUpSource,
    /// `ValidationData`
    pub validation: Option<&'a Metadata>,
    /// `ClientMetadata`
    pub metadata: Option<&'a Metadata>,
}

/// Who creates a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreSignUpSource {
    /// Itself.
    SignUp,
    /// An administrator, who decides alone what the user is: the function may refuse and nothing else.
    AdminCreateUser,
    /// A sign-in at an identity provider.
    ExternalProvider,
}

/// What PreSignUp wants of a user who signs itself up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignUpAnswer {
    /// The user needs no confirmation.
    pub confirm: bool,
    /// Its email address counts as verified.
    pub verify_email: bool,
    /// Its phone number counts as verified.
    pub verify_phone: bool,
}

impl Event for PreSignUp<'_> {
    type Answer = SignUpAnswer;

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        Some((Trigger::PreSignUp, lambdas.pre_sign_up.clone()?))
    }

    fn source(&self) -> &'static str {
        match self.source {
            PreSignUpSource::SignUp => "PreSignUp_SignUp",
            PreSignUpSource::AdminCreateUser => "PreSignUp_AdminCreateUser",
            PreSignUpSource::ExternalProvider => "PreSignUp_ExternalProvider",
        }
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let attributes = about.user.into_iter().flat_map(|user| &user.attributes);
        let attributes: Map<String, Value> = attributes
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let mut request = members([
            ("userAttributes", Value::Object(attributes)),
            ("validationData", validation_data(self.validation)),
        ]);
        put_client_metadata(&mut request, self.metadata);
        request
    }

    fn read(&self, response: &Value, _trigger: Trigger) -> Result<SignUpAnswer, ApiError> {
        let is = |member: &str| response.get(member).and_then(Value::as_bool).unwrap_or(false);
        Ok(SignUpAnswer {
            confirm: is("autoConfirmUser"),
            verify_email: is("autoVerifyEmail"),
            verify_phone: is("autoVerifyPhone"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_does_not_confirm_is_not_confirmed() {
        let event = PreSignUp {
            source: PreSignUpSource::SignUp,
            validation: None,
            metadata: None,
        };
        let read = |response: Value| event.read(&response, Trigger::PreSignUp).ok();
        let nothing = Some(SignUpAnswer::default());
        assert_eq!(read(json!({})), nothing);
        assert_eq!(
            read(json!({"autoConfirmUser": false, "autoVerifyEmail": null})),
            nothing
        );
        let verified = SignUpAnswer {
            verify_email: true,
            ..SignUpAnswer::default()
        };
        assert_eq!(read(json!({"autoVerifyEmail": true})), Some(verified));
    }
}
