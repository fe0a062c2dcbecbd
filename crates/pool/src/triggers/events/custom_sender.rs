//! CustomEmailSender and CustomSMSSender: a function sends a code in the pool's place.
//!
//! The code is handed over encrypted. What the function answers does not matter, as on the service; one that fails has sent nothing.

use poolhouse_api::shapes::LambdaConfigType;
use poolhouse_triggers::Trigger;
use serde_json::{Map, Value, json};

use super::custom_message::CustomMessageSource;
use super::event::{About, Event, Metadata, members};
use crate::base::error::ApiError;

/// What a code is sent by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Email.
    Email,
    /// SMS.
    Sms,
}

/// A code that a function is to send.
pub struct CustomSender<'a> {
    /// By email or SMS.
    pub medium: Medium,
    /// What it is for.
    pub source: CustomMessageSource,
    /// The code, or the temporary password, encrypted, in base64.
    pub code: &'a str,
    /// `ClientMetadata`
    pub metadata: Option<&'a Metadata>,
}

/// The function that sends codes of this kind, and the trigger that it serves.
pub fn sender_of(lambdas: &LambdaConfigType, medium: Medium) -> Option<(Trigger, &str)> {
    Some(match medium {
        Medium::Email => {
            let sender = lambdas.custom_email_sender.as_ref()?;
            (Trigger::CustomEmailSender, &sender.lambda_arn)
        }
        Medium::Sms => {
            let sender = lambdas.custom_sms_sender.as_ref()?;
            (Trigger::CustomSmsSender, &sender.lambda_arn)
        }
    })
}

impl Event for CustomSender<'_> {
    type Answer = ();

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        sender_of(lambdas, self.medium).map(|(trigger, arn)| (trigger, arn.to_owned()))
    }

    fn source(&self) -> &'static str {
        use CustomMessageSource as Source;
        match (self.medium, self.source) {
            (Medium::Email, Source::SignUp) => "CustomEmailSender_SignUp",
            (Medium::Email, Source::AdminCreateUser) => "CustomEmailSender_AdminCreateUser",
            (Medium::Email, Source::ResendCode) => "CustomEmailSender_ResendCode",
            (Medium::Email, Source::ForgotPassword) => "CustomEmailSender_ForgotPassword",
            (Medium::Email, Source::UpdateUserAttribute) => "CustomEmailSender_UpdateUserAttribute",
            (Medium::Email, Source::VerifyUserAttribute) => "CustomEmailSender_VerifyUserAttribute",
            (Medium::Email, Source::Authentication) => "CustomEmailSender_Authentication",
            (Medium::Sms, Source::SignUp) => "CustomSMSSender_SignUp",
            (Medium::Sms, Source::AdminCreateUser) => "CustomSMSSender_AdminCreateUser",
            (Medium::Sms, Source::ResendCode) => "CustomSMSSender_ResendCode",
            (Medium::Sms, Source::ForgotPassword) => "CustomSMSSender_ForgotPassword",
            (Medium::Sms, Source::UpdateUserAttribute) => "CustomSMSSender_UpdateUserAttribute",
            (Medium::Sms, Source::VerifyUserAttribute) => "CustomSMSSender_VerifyUserAttribute",
            (Medium::Sms, Source::Authentication) => "CustomSMSSender_Authentication",
        }
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let kind = match self.medium {
            Medium::Email => "customEmailSenderRequestV1",
            Medium::Sms => "customSMSSenderRequestV1",
        };
        // Null where there is none, unlike in other events.
        let metadata = self.metadata.filter(|metadata| !metadata.is_empty());
        members([
            ("type", json!(kind)),
            ("code", json!(self.code)),
            ("clientMetadata", json!(metadata)),
            ("userAttributes", about.attributes()),
        ])
    }

    fn read(&self, _response: &Value, _trigger: Trigger) -> Result<(), ApiError> {
        Ok(())
    }
}
