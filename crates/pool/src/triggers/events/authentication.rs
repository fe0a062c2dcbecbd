//! Before and after a sign-in: PreAuthentication and PostAuthentication. Both may deny and have nothing else to say.

use poolhouse_api::shapes::LambdaConfigType;
use poolhouse_triggers::Trigger;
use serde_json::{Map, Value, json};

use super::event::{About, Event, Metadata, members, put_client_metadata, validation_data};
use crate::base::error::ApiError;

/// Before a password is looked at.
pub struct PreAuthentication<'a> {
    /// `ClientMetadata` of `InitiateAuth`, which is called `validationData` here.
    pub metadata: &'a Metadata,
}

impl Event for PreAuthentication<'_> {
    type Answer = ();

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        Some((Trigger::PreAuthentication, lambdas.pre_authentication.clone()?))
    }

    fn source(&self) -> &'static str {
        "PreAuthentication_Authentication"
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let mut request = members([
            ("userAttributes", about.attributes()),
            ("validationData", validation_data(Some(self.metadata))),
        ]);
        about.put_user_not_found(&mut request);
        request
    }

    fn read(&self, _response: &Value, _trigger: Trigger) -> Result<(), ApiError> {
        Ok(())
    }
}

/// After everything was right.
pub struct PostAuthentication<'a> {
    /// `ClientMetadata` of the last answer.
    pub metadata: &'a Metadata,
    /// Whether a device is handed out with the tokens.
    pub is_on_new_device: bool,
}

impl Event for PostAuthentication<'_> {
    type Answer = ();

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        Some((Trigger::PostAuthentication, lambdas.post_authentication.clone()?))
    }

    fn source(&self) -> &'static str {
        "PostAuthentication_Authentication"
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let mut request = members([
            ("userAttributes", about.attributes()),
            ("newDeviceUsed", json!(self.is_on_new_device)),
        ]);
        put_client_metadata(&mut request, Some(self.metadata));
        request
    }

    fn read(&self, _response: &Value, _trigger: Trigger) -> Result<(), ApiError> {
        Ok(())
    }
}
