//! `SELECT_CHALLENGE`: whoever signs in by `USER_AUTH` says what it begins with. `PASSWORD` and `PASSWORD_SRP` are answered in the
//! same place, for the choice has been made there.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::Batch;

use crate::auth::asking::{self, Asking};
use crate::auth::handle;
use crate::auth::lockout::Attempt;
use crate::auth::means::Means;
use crate::auth::parameters::Parameters;
use crate::auth::password;
use crate::auth::place;
use crate::auth::room::Proven;
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::{SessionRecord, Stored};
use crate::users::first_factors::FirstFactor;

/// Asks what it shall be, or for the password where that is known already.
pub fn ask(sign_in: &SignIn<'_>, means: &Means, wanted: Option<FirstFactor>) -> (Batch, Answer) {
    let name = wanted.map_or(ChallengeNameType::SelectChallenge, FirstFactor::challenge);
    let mut asking =
        Asking::unproved(sign_in, name, asking::ends(sign_in)).keeping(sign_in.ctx, &means.to_private());
    ChallengeNameType::SelectChallenge
        .as_str()
        .clone_into(&mut asking.record.challenge);
    let name = sign_in.subject.public_name(sign_in.pool);
    asking.handed_out(BTreeMap::from([("USERNAME".to_owned(), name)]))
}

/// Takes the choice, and what comes with it. What was not offered leaves the session usable; a password that is judged consumes
/// it.
///
/// # Errors
/// `InvalidParameterException` for what was not offered or is missing; as [`password::judge`].
pub async fn answer(
    sign_in: &mut SignIn<'_>,
    session: Stored<SessionRecord>,
    named: Option<FirstFactor>,
    parameters: &Parameters,
) -> Result<Proven, ApiError> {
    let means = Means::of_session(sign_in, &session)?;
    let chosen = match named {
        Some(named) => Some(named),
        None => FirstFactor::named(parameters.required("ANSWER")?),
    };
    let chosen = chosen.filter(|chosen| means.choices.contains(chosen));
    let chosen = chosen.ok_or_else(|| ApiError::invalid_parameter("Invalid challenge type selected."))?;
    match chosen {
        FirstFactor::Password => {
            let typed = parameters.required("PASSWORD")?;
            let (pool_id, who) = (sign_in.pool.id(), sign_in.subject.id().to_owned());
            let place = place::of_request(&sign_in.metadata);
            let attempt = Attempt::begin_at(sign_in.ctx, pool_id, who, place).await?;
            let attempt = attempt.consuming(handle::consumption(&session), handle::used);
            let proved = password::judge(sign_in.ctx, sign_in.pool, &sign_in.subject, typed, attempt).await?;
            sign_in.note_answered(chosen.challenge().as_str());
            Ok(Proven::Password(proved))
        }
        FirstFactor::PasswordSrp => {
            let srp_a = parameters.required("SRP_A")?.to_owned();
            Ok(Proven::Srp(Box::new(session), srp_a))
        }
        FirstFactor::WebAuthn => Ok(Proven::AskPasskey(Some(Box::new(session)))),
        FirstFactor::Email | FirstFactor::Sms => {
            let code = means.code(sign_in, chosen).ok_or_else(handle::invalid)?;
            Ok(Proven::FirstCode(Some(Box::new(session)), code))
        }
    }
}
