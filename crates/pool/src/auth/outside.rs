//! A sign-in that an identity provider has begun, as far as the engine is asked to go on with it: by a code.

use std::sync::Arc;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{ChallengeNameType, UserStatusType};

use super::ending::Ending;
use super::handle;
use super::step::SignIn;
use super::subject::{Subject, check_enabled};
use crate::base::error::ApiError;
use crate::records::session::ChallengeResult;
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::Metadata;

/// The flow of such a sign-in, and what its first answer is called. No client asks for it.
pub const FLOW: &str = "FEDERATION";

/// A sign-in of a user whom the provider with this id has vouched for.
pub fn begun<'a>(
    ctx: &'a Ctx,
    pool: &'a PoolRecord,
    client: &'a Stored<Arc<ClientRecord>>,
    user: Stored<UserRecord>,
    provider_id: &str,
) -> SignIn<'a> {
    SignIn {
        ctx,
        pool,
        client: &client.value,
        client_version: client.version,
        epoch: user.value.epoch,
        ends: None,
        passwordless: None,
        sealed_choice: None,
        place: None,
        place_before: None,
        device: None,
        public_a: None,
        subject: Subject::Known(Box::new(user)),
        flow: FLOW.to_owned(),
        event_id: ctx.request_id.clone(),
        answered: vec![ChallengeResult {
            name: FLOW.to_owned(),
            result: true,
            metadata: Some(provider_id.to_owned()),
        }],
        metadata: Metadata::new(),
        ending: None,
    }
}

impl SignIn<'_> {
    /// The same on a page of this server, where it ends in this.
    #[must_use]
    pub fn on_page(self, ending: Arc<dyn Ending>) -> Self {
        SignIn {
            ending: Some(ending),
            ..self
        }
    }

    /// The id of the provider that has begun it, if one has.
    pub fn provider(&self) -> Option<&str> {
        let first = self.answered.first().filter(|_| self.flow == FLOW)?;
        first.metadata.as_deref()
    }

    /// Whether a provider has begun it, and a code by mail was right after that.
    pub fn had_code_after_provider(&self) -> bool {
        let code = ChallengeNameType::EmailOtp.as_str();
        let mut answered = self.answered.iter();
        self.provider().is_some() && answered.any(|answered| answered.result && answered.name == code)
    }
}

/// Checks that a user may sign in by a provider. What is wrong with a password is no matter there: a user whom an administrator has
/// created and linked may never have had one.
///
/// # Errors
/// `User is disabled.`; a user who is not confirmed, or whose password an administrator has ended.
pub fn check_user(user: &UserRecord) -> Result<(), ApiError> {
    check_enabled(user)?;
    match user.status {
        UserStatusType::Unconfirmed => Err(ApiError::new(
            ErrorCode::UserNotConfirmedException,
            "User is not confirmed.",
        )),
        UserStatusType::ResetRequired => Err(ApiError::new(
            ErrorCode::PasswordResetRequiredException,
            "Password reset required for the user",
        )),
        _ => Ok(()),
    }
}

/// Checks that a user who has signed in by the provider with this id is somebody there still.
///
/// # Errors
/// As [`check_user`]; `Invalid session for the user.`
pub fn check_linked(user: &UserRecord, provider_id: &str) -> Result<(), ApiError> {
    check_user(user)?;
    let mut identities = user.identities.iter();
    match identities.any(|identity| identity.provider_id == provider_id) {
        true => Ok(()),
        false => Err(handle::invalid()),
    }
}
