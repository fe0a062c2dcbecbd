//! The challenges: one file each, with what it asks and how its answer is judged.
//!
//! A new challenge that goes with a session is a file with `ask` and `answer`, and its lines in [`Room`]. What the rest of
//! such a challenge is, is the same for all: [`Asking`](super::asking::Asking) hands it out, [`Opened`] finds it again.

pub mod custom_challenge;
pub mod device_password_verifier;
pub mod device_srp_auth;
pub mod mfa_setup;
pub mod new_password_required;
pub mod password_verifier;
pub mod second_factor;
pub mod select_challenge;
pub mod select_mfa_type;
pub mod web_authn;

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType};
use poolhouse_store::BoxFuture;

use super::handle;
use super::parameters::Parameters;
use super::place;
use super::room::{Pending, Proven};
use super::step::SignIn;
use crate::base::error::ApiError;
use crate::records::{
    ClientRecord, Factor, Failures, FirstCodes, LedgerRecord, Passkeys, PoolRecord, SessionRecord, Stored,
};
use crate::request::Ctx;
use crate::triggers::events::Metadata;
use crate::users::first_factors::FirstFactor;
use device_srp_auth::Begun;
use password_verifier::Proving;

/// What a client sent back of what it was handed with a challenge, opened and not looked up yet.
pub enum Opened {
    /// A `SECRET_BLOCK`, which holds the exchange itself, and the proof made over it.
    Exchange(Box<Proving>),
    /// The first half of a device's exchange, and which session it is to.
    Device(Begun),
    /// A `SECRET_BLOCK` of a device's exchange, and the proof made over it.
    DeviceExchange(Box<device_password_verifier::Proving>),
    /// A `Session`, and the challenge that it is said to be of.
    Session(handle::Opened, Room),
}

/// A challenge that goes with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Whatever the pool's functions ask.
    Custom,
    /// A new password.
    NewPassword,
    /// A second factor.
    Factor(Factor),
    /// The choice of one.
    Select,
    /// A code by SMS that the sign-in begins with. One by mail has the challenge of the second factor.
    FirstSms,
    /// A passkey that the sign-in begins with.
    Passkey,
    /// What the sign-in begins with, if the challenge's name says it.
    Begin(Option<FirstFactor>),
    /// That one is set up.
    SetUp,
}

impl Room {
    /// The room of a challenge.
    ///
    /// # Errors
    /// `InvalidParameterException` for a challenge that this server does not have.
    fn of(challenge: ChallengeNameType) -> Result<Room, ApiError> {
        use ChallengeNameType as Name;
        Ok(match challenge {
            Name::NewPasswordRequired => Room::NewPassword,
            Name::CustomChallenge => Room::Custom,
            Name::SmsMfa => Room::Factor(Factor::Sms),
            Name::EmailOtp => Room::Factor(Factor::Email),
            Name::SoftwareTokenMfa => Room::Factor(Factor::SoftwareToken),
            Name::SelectMfaType => Room::Select,
            Name::MfaSetup => Room::SetUp,
            Name::SmsOtp => Room::FirstSms,
            Name::WebAuthn => Room::Passkey,
            Name::SelectChallenge => Room::Begin(None),
            Name::Password => Room::Begin(Some(FirstFactor::Password)),
            Name::PasswordSrp => Room::Begin(Some(FirstFactor::PasswordSrp)),
            Name::PasswordVerifier
            | Name::DeviceSrpAuth
            | Name::DevicePasswordVerifier
            | Name::AdminNoSrpAuth => {
                return Err(ApiError::invalid_parameter(format!(
                    "{} is not available on this server yet.",
                    challenge.as_str()
                )));
            }
        })
    }

    /// The rows that judging the answer begins with, beside the user's and the session's.
    fn rows(self, pool_id: &str, sub: &str, metadata: &Metadata) -> Vec<String> {
        match self {
            // A right code notes where it was typed.
            Room::Custom => vec![place::row(pool_id, sub)],
            // Whether an answer is judged depends on what was counted.
            Room::Factor(_) => {
                let counts = LedgerRecord::key(pool_id, sub).into();
                [vec![counts], place::rows(pool_id, sub, metadata)].concat()
            }
            Room::FirstSms => vec![FirstCodes::key(pool_id, sub).into()],
            Room::Passkey => vec![Passkeys::key(pool_id, sub).into()],
            Room::Begin(_) => {
                let lockout = Failures::key(pool_id, sub).into();
                [vec![lockout], place::rows(pool_id, sub, metadata)].concat()
            }
            Room::NewPassword | Room::Select | Room::SetUp => Vec::new(),
        }
    }
}

/// The challenge that a session was handed out for, where it may be answered by more names than its own: what the choice would be
/// may stand in place of it.
pub fn asked_as(answered: ChallengeNameType) -> ChallengeNameType {
    match answered {
        ChallengeNameType::Password | ChallengeNameType::PasswordSrp => ChallengeNameType::SelectChallenge,
        other => other,
    }
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
    match challenge {
        ChallengeNameType::PasswordVerifier => {
            let proving = password_verifier::open(ctx, client_id, session, parameters)?;
            return Ok(Opened::Exchange(Box::new(proving)));
        }
        ChallengeNameType::DeviceSrpAuth => {
            return device_srp_auth::open(ctx, client_id, session, parameters).map(Opened::Device);
        }
        ChallengeNameType::DevicePasswordVerifier => {
            let proving = device_password_verifier::open(ctx, client_id, parameters)?;
            return Ok(Opened::DeviceExchange(Box::new(proving)));
        }
        _ => {}
    }
    let room = Room::of(challenge)?;
    Ok(Opened::Session(
        handle::open_required(ctx, client_id, session)?,
        room,
    ))
}

impl Opened {
    /// The `sub` of the user, or made-up user, who was asked, where the answer says it without a look at its rows.
    pub fn sub(&self) -> Option<&str> {
        Some(match self {
            Opened::Exchange(proving) => &proving.session().sub,
            Opened::DeviceExchange(proving) => &proving.session().sub,
            Opened::Device(Begun::Numbers { .. }) => return None,
            Opened::Device(Begun::Session(handle)) | Opened::Session(handle, _) => &handle.sub,
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
            Opened::DeviceExchange(proving) => proving.rows(pool_id),
            Opened::Device(Begun::Numbers { .. }) => Vec::new(),
            Opened::Device(Begun::Session(handle)) => vec![handle.key(pool_id).into()],
            Opened::Session(handle, room) => {
                let session = handle.key(pool_id).into();
                [vec![session], room.rows(pool_id, sub, metadata)].concat()
            }
        }
    }

    /// Whether it is known by now that the pool's functions decide what follows.
    pub fn is_up_to_functions(&self) -> bool {
        match self {
            Opened::Exchange(proving) => proving.session().flow == AuthFlowType::CustomAuth.as_str(),
            Opened::Session(_, room) => *room == Room::Custom,
            Opened::Device(_) | Opened::DeviceExchange(_) => false,
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
            Opened::Session(handle, room) => {
                let session = handle::find(ctx, client, &handle).await?;
                Box::new(Found { session, room })
            }
        })
    }
}

/// A challenge whose session was found.
struct Found {
    session: Stored<SessionRecord>,
    room: Room,
}

impl Pending for Found {
    fn session(&self) -> &SessionRecord {
        &self.session.value
    }

    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(async move {
            let Found { session, room } = *self;
            match room {
                Room::Custom => custom_challenge::answer(sign_in, session, parameters).await,
                Room::NewPassword => new_password_required::answer(sign_in, session, parameters).await,
                Room::Factor(factor) => second_factor::answer(sign_in, session, factor, parameters).await,
                Room::FirstSms => second_factor::answer(sign_in, session, Factor::Sms, parameters).await,
                Room::Passkey => web_authn::answer(sign_in, session, parameters).await,
                Room::Begin(named) => select_challenge::answer(sign_in, session, named, parameters).await,
                Room::Select => select_mfa_type::answer(sign_in, session, parameters),
                Room::SetUp => mfa_setup::answer(sign_in, session, parameters),
            }
        })
    }
}
