//! PostConfirmation: after a user was confirmed, or has replaced a forgotten password.

use poolhouse_api::shapes::LambdaConfigType;
use poolhouse_triggers::Trigger;
use serde_json::{Map, Value};

use super::event::{About, Event, Metadata, members, put_client_metadata};
use crate::base::error::ApiError;

/// What the function is told has happened, and cannot undo.
pub struct PostConfirmation<'a> {
    /// What that is.
    pub source: PostConfirmationSource,
    /// `ClientMetadata`
    pub metadata: Option<&'a Metadata>,
}

/// What was confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostConfirmationSource {
    /// A sign-up: by its code, by an administrator, or by the PreSignUp function.
    ConfirmSignUp,
    /// A new password in place of a forgotten one.
    ConfirmForgotPassword,
}

impl Event for PostConfirmation<'_> {
    type Answer = ();

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        Some((Trigger::PostConfirmation, lambdas.post_confirmation.clone()?))
    }

    fn source(&self) -> &'static str {
        match self.source {
            PostConfirmationSource::ConfirmSignUp => "PostConfirmation_ConfirmSignUp",
            PostConfirmationSource::ConfirmForgotPassword => "PostConfirmation_ConfirmForgotPassword",
        }
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let mut request = members([("userAttributes", about.attributes())]);
        put_client_metadata(&mut request, self.metadata);
        request
    }

    fn read(&self, _response: &Value, _trigger: Trigger) -> Result<(), ApiError> {
        Ok(())
    }
}
