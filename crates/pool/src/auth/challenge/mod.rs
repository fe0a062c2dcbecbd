//! The challenges: one file each, with what it asks and how its answer is judged.
//!
//! A new challenge is a file with `ask` and [`Pending`], and its lines in [`Opened`].

pub mod custom_challenge;
pub mod device_password_verifier;
pub mod device_srp_auth;
pub mod mfa_setup;
pub mod new_password_required;
pub mod password_verifier;
pub mod second_factor;
pub mod select_mfa_type;

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType};

use super::handle;
use super::parameters::Parameters;
use super::place;
use super::room::Pending;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, Factor, Failures, LedgerRecord, PoolRecord};
use crate::request::Ctx;
use crate::triggers::events::Metadata;
use device_srp_auth::Begun;
use password_verifier::Proving;

/// What a client sent back of what it was handed with a challenge, opened and not looked up yet.
pub enum Opened {
    /// A `SECRET_BLOCK`, which holds the exchange itself, and the proof made over it.
    Exchange(Box<Proving>),
    /// The first half of a device's exchange, and which session it is to.
    Device(device_srp_auth::Begun),
    /// A `SECRET_BLOCK` of a device's exchange, and the proof made over it.
    DeviceExchange(Box<device_password_verifier::Proving>),
    /// The `Session` of a custom challenge.
    Custom(handle::Opened),
    /// The `Session` of a sign-in that waits for a new password.
    NewPassword(handle::Opened),
    /// The `Session` of a sign-in that waits for a second factor.
    Factor(handle::Opened, Factor),
    /// The `Session` of a sign-in that waits for the choice of one.
    Select(handle::Opened),
    /// The `Session` of a sign-in that waits for one to be set up.
    SetUp(handle::Opened),
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
    let factor = |factor| {
        let opened = handle::open_required(ctx, client_id, session)?;
        Ok(Opened::Factor(opened, factor))
    };
    match challenge {
        Name::PasswordVerifier => {
            let proving = password_verifier::open(ctx, client_id, session, parameters)?;
            Ok(Opened::Exchange(Box::new(proving)))
        }
        Name::NewPasswordRequired => handle::open_required(ctx, client_id, session).map(Opened::NewPassword),
        Name::CustomChallenge => handle::open_required(ctx, client_id, session).map(Opened::Custom),
        Name::SmsMfa => factor(Factor::Sms),
        Name::EmailOtp => factor(Factor::Email),
        Name::SoftwareTokenMfa => factor(Factor::SoftwareToken),
        Name::SelectMfaType => handle::open_required(ctx, client_id, session).map(Opened::Select),
        Name::MfaSetup => handle::open_required(ctx, client_id, session).map(Opened::SetUp),
        Name::DeviceSrpAuth => device_srp_auth::open(ctx, client_id, session, parameters).map(Opened::Device),
        Name::DevicePasswordVerifier => {
            let proving = device_password_verifier::open(ctx, client_id, parameters)?;
            Ok(Opened::DeviceExchange(Box::new(proving)))
        }
        Name::SelectChallenge
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
    /// The `sub` of the user, or made-up user, who was asked, where the answer says it without a look at its rows.
    pub fn sub(&self) -> Option<&str> {
        Some(match self {
            Opened::Exchange(proving) => &proving.session().sub,
            Opened::DeviceExchange(proving) => &proving.session().sub,
            Opened::Device(Begun::Numbers { .. }) => return None,
            Opened::Device(Begun::Session(handle))
            | Opened::Custom(handle)
            | Opened::NewPassword(handle)
            | Opened::Factor(handle, _)
            | Opened::Select(handle)
            | Opened::SetUp(handle) => &handle.sub,
        })
    }

    /// The rows that judging the answer begins with, beside the user's, where the answer came with these metadata.
    pub fn rows(&self, pool_id: &str, metadata: &Metadata) -> Vec<String> {
        let Some(sub) = self.sub() else {
            return Vec::new();
        };
        match self {
            Opened::Exchange(_) => {
                let lockout = Failures::key(pool_id, sub).into();
                [vec![lockout], place::rows(pool_id, sub, metadata)].concat()
            }
            // A right code notes where it was typed.
            Opened::Custom(handle) => vec![handle.key(pool_id).into(), place::row(pool_id, sub)],
            // Whether an answer is judged depends on what was counted.
            Opened::Factor(handle, _) => {
                let counts = LedgerRecord::key(pool_id, sub).into();
                [
                    vec![handle.key(pool_id).into(), counts],
                    place::rows(pool_id, sub, metadata),
                ]
                .concat()
            }
            Opened::DeviceExchange(proving) => proving.rows(pool_id),
            Opened::Device(Begun::Numbers { .. }) => Vec::new(),
            Opened::NewPassword(handle)
            | Opened::Select(handle)
            | Opened::SetUp(handle)
            | Opened::Device(Begun::Session(handle)) => vec![handle.key(pool_id).into()],
        }
    }

    /// Whether it is known by now that the pool's functions decide what follows.
    pub fn is_up_to_functions(&self) -> bool {
        match self {
            Opened::Exchange(proving) => proving.session().flow == AuthFlowType::CustomAuth.as_str(),
            Opened::Custom(_) => true,
            Opened::NewPassword(_)
            | Opened::Factor(..)
            | Opened::Select(_)
            | Opened::SetUp(_)
            | Opened::Device(_)
            | Opened::DeviceExchange(_) => false,
        }
    }

    /// Finds what the answer answers.
    ///
    /// # Errors
    /// `NotAuthorizedException` for a session that was used before.
    pub async fn find(
        self,
        ctx: &Ctx,
        pool: &PoolRecord,
        client: &ClientRecord,
    ) -> Result<Box<dyn Pending>, ApiError> {
        Ok(match self {
            Opened::Exchange(proving) => proving,
            Opened::Device(begun) => device_srp_auth::find(ctx, pool, client, begun).await?,
            Opened::DeviceExchange(proving) => device_password_verifier::find(ctx, *proving).await?,
            Opened::Custom(handle) => custom_challenge::pending(handle::find(ctx, client, &handle).await?),
            Opened::NewPassword(handle) => {
                new_password_required::pending(handle::find(ctx, client, &handle).await?)
            }
            Opened::Factor(handle, factor) => {
                second_factor::pending(handle::find(ctx, client, &handle).await?, factor)
            }
            Opened::Select(handle) => select_mfa_type::pending(handle::find(ctx, client, &handle).await?),
            Opened::SetUp(handle) => mfa_setup::pending(handle::find(ctx, client, &handle).await?),
        })
    }
}
