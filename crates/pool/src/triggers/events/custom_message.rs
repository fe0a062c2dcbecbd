//! CustomMessage: the pool is about to mail something, and a function may word it.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::LambdaConfigType;
use poolhouse_triggers::Trigger;
use serde_json::{Map, Value, json};

use super::event::{About, Event, Metadata, members, put_client_metadata};
use crate::base::error::ApiError;

/// A mail to be worded.
pub struct CustomMessage<'a> {
    /// What the mail is for.
    pub source: CustomMessageSource,
    /// What stands for the code or password in the text.
    pub code_parameter: &'static str,
    /// What stands for the name in the text.
    pub username_parameter: &'static str,
    /// What stands for the link in the text, where the mail has one. Any words may stand in it.
    pub link_parameter: Option<&'static str>,
    /// `ClientMetadata`
    pub metadata: Option<&'a Metadata>,
}

/// What a mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CustomMessageSource {
    /// A user signed up and confirms its address.
    SignUp,
    /// An administrator created the user: name and temporary password.
    AdminCreateUser,
    /// The code of a sign-up, once more.
    ResendCode,
    /// A forgotten password.
    ForgotPassword,
    /// A changed address.
    UpdateUserAttribute,
    /// An address that the user wants verified.
    VerifyUserAttribute,
    /// A factor of a sign-in.
    Authentication,
}

/// How a function words a mail; `None` where it leaves that to the pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// `emailSubject`
    pub subject: Option<String>,
    /// `emailMessage`
    pub body: Option<String>,
    /// `smsMessage`
    pub sms: Option<String>,
}

/// Whether a text has words that stand for a link.
fn has_link(text: &str) -> bool {
    text.match_indices("{##")
        .any(|(at, sign)| text[at + sign.len()..].find("##}").is_some_and(|end| end > 0))
}

impl CustomMessageSource {
    /// Whether the mail tells the name to sign in with, too.
    pub fn tells_the_name(self) -> bool {
        self == CustomMessageSource::AdminCreateUser
    }
}

impl Event for CustomMessage<'_> {
    type Answer = Wording;

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        Some((Trigger::CustomMessage, lambdas.custom_message.clone()?))
    }

    fn source(&self) -> &'static str {
        match self.source {
            CustomMessageSource::SignUp => "CustomMessage_SignUp",
            CustomMessageSource::AdminCreateUser => "CustomMessage_AdminCreateUser",
            CustomMessageSource::ResendCode => "CustomMessage_ResendCode",
            CustomMessageSource::ForgotPassword => "CustomMessage_ForgotPassword",
            CustomMessageSource::UpdateUserAttribute => "CustomMessage_UpdateUserAttribute",
            CustomMessageSource::VerifyUserAttribute => "CustomMessage_VerifyUserAttribute",
            CustomMessageSource::Authentication => "CustomMessage_Authentication",
        }
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let name = self.source.tells_the_name().then_some(self.username_parameter);
        let mut request = members([
            ("userAttributes", about.attributes()),
            ("codeParameter", json!(self.code_parameter)),
            ("usernameParameter", json!(name)),
        ]);
        if let Some(link) = self.link_parameter {
            request.insert("linkParameter".to_owned(), json!(link));
        }
        put_client_metadata(&mut request, self.metadata);
        request
    }

    /// Refuses a text without what the mail is sent for.
    fn read(&self, response: &Value, _trigger: Trigger) -> Result<Wording, ApiError> {
        let text = |member: &str| {
            let text = response.get(member).and_then(Value::as_str);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let (code, name) = (self.code_parameter, self.username_parameter);
        let body = text("emailMessage");
        let lacks = |parameter: &str| body.as_ref().is_some_and(|text| !text.contains(parameter));
        let missing = match self.source.tells_the_name() {
            true if lacks(code) || lacks(name) => Some(format!("{name} or {code}")),
            false if self.link_parameter.is_some() && body.as_deref().is_some_and(has_link) => None,
            false if lacks(code) => Some(code.to_owned()),
            _ => None,
        };
        match missing {
            None => Ok(Wording {
                subject: text("emailSubject"),
                body,
                sms: text("smsMessage"),
            }),
            Some(missing) => Err(ApiError::new(
                ErrorCode::InvalidLambdaResponseException,
                format!("CustomMessage answered an emailMessage without {missing}."),
            )),
        }
    }
}
