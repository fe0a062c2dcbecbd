//! `SELECT_MFA_TYPE`: a user with several second factors and no preference says which one it is asked for.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::Batch;
use serde_json::json;

use crate::auth::asking::Asking;
use crate::auth::handle;
use crate::auth::parameters::Parameters;
use crate::auth::room::Proven;
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::{Factor, SessionRecord, Stored};
use crate::users::factors::{self, Due};

/// Asks which of these it shall be.
pub fn ask(sign_in: &SignIn<'_>, choice: &[Factor]) -> (Batch, Answer) {
    let names: Vec<&str> = choice.iter().map(|factor| factor.name()).collect();
    let user_id = sign_in.subject.public_name(sign_in.pool);
    Asking::new(sign_in, ChallengeNameType::SelectMfaType).handed_out(BTreeMap::from([
        ("MFAS_CAN_CHOOSE".to_owned(), json!(names).to_string()),
        ("USER_ID_FOR_SRP".to_owned(), user_id),
    ]))
}

/// Takes the choice. What was not offered, or is not there any more, leaves the session usable.
///
/// # Errors
/// `InvalidParameterException` for it.
pub fn answer(
    sign_in: &SignIn<'_>,
    session: Stored<SessionRecord>,
    parameters: &Parameters,
) -> Result<Proven, ApiError> {
    let name = parameters.required("ANSWER")?;
    let user = sign_in.subject.user().ok_or_else(handle::invalid)?;
    let offered = match factors::due(sign_in.pool, user) {
        Due::Choice(choice) => choice,
        Due::One(factor) => vec![factor],
        Due::Nothing | Due::SetUp(_) | Due::Impossible => Vec::new(),
    };
    let chosen = Factor::named(name).filter(|factor| offered.contains(factor));
    let factor = chosen.ok_or_else(|| ApiError::invalid_parameter("Invalid MFA type selected."))?;
    Ok(Proven::Selected(Box::new(session), factor))
}
