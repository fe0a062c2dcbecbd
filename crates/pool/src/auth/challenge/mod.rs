//! The challenges: one file each, with what it asks and how its answer is judged.
//!
//! A new challenge is a file with `ask` and [`Pending`], and its lines in [`Opened`].

pub mod custom_challenge;
pub mod new_password_required;
pub mod password_verifier;

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType};

use super::handle;
use super::parameters::Parameters;
use super::place;
use super::room::Pending;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, Failures};
use crate::request::Ctx;
use crate::triggers::events::Metadata;
use password_verifier::Proving;

/// What a client sent back of what it was handed with a challenge, opened and not looked up yet.
pub enum Opened {
    /// A `SECRET_BLOCK`, which holds the exchange itself, and the proof made over it.
    Exchange(Box<Proving>),
    /// The `Session` of a custom challenge.
    Custom(handle::Opened),
    /// The `Session` of a sign-in that waits for a new password.
    NewPassword(handle::Opened),
}

/// Opens what an answer answers. Reads nothing.
///
/// # Errors
/// `NotAuthorizedException` for a session that is expired or not ours; an answer of the wrong form;
/// `InvalidParameterException` for a challenge that this server does not have.
pub fn open(
    ctx: &Ctx,
    client_id: &str,
    challenge: ChallengeNameType,
    session: Option<&str>,
    parameters: &Parameters,
) -> Result<Opened, ApiError> {
    use ChallengeNameType as Name;
    match challenge {
        Name::PasswordVerifier => {
            let proving = password_verifier::open(ctx, client_id, session, parameters)?;
            Ok(Opened::Exchange(Box::new(proving)))
        }
        Name::NewPasswordRequired => handle::open_required(ctx, client_id, session).map(Opened::NewPassword),
        Name::CustomChallenge => handle::open_required(ctx, client_id, session).map(Opened::Custom),
        Name::SmsMfa
        | Name::EmailOtp
        | Name::SoftwareTokenMfa
        | Name::SelectMfaType
        | Name::MfaSetup
        | Name::SelectChallenge
        | Name::DeviceSrpAuth
        | Name::DevicePasswordVerifier
        | Name::AdminNoSrpAuth
        | Name::SmsOtp
        | Name::Password
        | Name::WebAuthn
        | Name::PasswordSrp => Err(ApiError::invalid_parameter(format!(
            "{} is not available on this server yet.",
            challenge.as_str()
        ))),
    }
}

impl Opened {
    /// The `sub` of the user, or made-up user, who was asked.
    pub fn sub(&self) -> &str {
        match self {
            Opened::Exchange(proving) => &proving.session().sub,
            Opened::Custom(handle) | Opened::NewPassword(handle) => &handle.sub,
        }
    }

    /// The rows that judging the answer begins with, beside the user's, where the answer came with these metadata.
    pub fn rows(&self, pool_id: &str, metadata: &Metadata) -> Vec<String> {
        let sub = self.sub();
        match self {
            Opened::Exchange(_) => {
                let lockout = Failures::key(pool_id, sub).into();
                [vec![lockout], place::rows(pool_id, sub, metadata)].concat()
            }
            // A right code notes where it was typed.
            Opened::Custom(handle) => vec![handle.key(pool_id).into(), place::row(pool_id, sub)],
            Opened::NewPassword(handle) => vec![handle.key(pool_id).into()],
        }
    }

    /// Whether it is known by now that the pool's functions decide what follows.
    pub fn is_up_to_functions(&self) -> bool {
        match self {
            Opened::Exchange(proving) => proving.session().flow == AuthFlowType::CustomAuth.as_str(),
            Opened::Custom(_) => true,
            Opened::NewPassword(_) => false,
        }
    }

    /// Finds what the answer answers.
    ///
    /// # Errors
    /// `NotAuthorizedException` for a session that was used before.
    pub async fn find(self, ctx: &Ctx, client: &ClientRecord) -> Result<Box<dyn Pending>, ApiError> {
        Ok(match self {
            Opened::Exchange(proving) => proving,
            Opened::Custom(handle) => custom_challenge::pending(handle::find(ctx, client, &handle).await?),
            Opened::NewPassword(handle) => {
                new_password_required::pending(handle::find(ctx, client, &handle).await?)
            }
        })
    }
}
