//! The challenges: one file each, with what it asks and how its answer is judged.
//!
//! A new challenge is a file with `ask` and [`Pending`], and its line in [`find`].

pub mod custom_challenge;
pub mod new_password_required;
pub mod password_verifier;

use poolhouse_api::shapes::ChallengeNameType;

use super::parameters::Parameters;
use super::room::Pending;
use crate::base::error::ApiError;
use crate::records::ClientRecord;
use crate::request::Ctx;

/// Finds what an answer answers; `None` for a challenge that this server does not have.
///
/// # Errors
/// `NotAuthorizedException` for a session that is expired, used or not ours; an answer of the wrong form.
pub async fn find(
    ctx: &Ctx,
    client: &ClientRecord,
    challenge: ChallengeNameType,
    session: Option<&str>,
    parameters: &Parameters,
) -> Result<Option<Box<dyn Pending>>, ApiError> {
    use ChallengeNameType as Name;
    Ok(Some(match challenge {
        Name::PasswordVerifier => password_verifier::find(ctx, client, session, parameters)?,
        Name::NewPasswordRequired => new_password_required::find(ctx, client, session).await?,
        Name::CustomChallenge => custom_challenge::find(ctx, client, session).await?,
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
        | Name::PasswordSrp => return Ok(None),
    }))
}
