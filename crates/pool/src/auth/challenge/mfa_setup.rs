//! `MFA_SETUP`: the pool asks everybody for a second factor, and this user has none yet.
//!
//! An authenticator app is set up by `AssociateSoftwareToken` and `VerifySoftwareToken` with the session, each of which hands
//! out another one ([`set_up`](crate::auth::set_up)); the answer to the challenge then ends the sign-in. An email address is
//! given in the answer, and asked for by a code.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::Batch;
use serde_json::{Value, json};

use crate::auth::asking::Asking;
use crate::auth::parameters::Parameters;
use crate::auth::room::Proven;
use crate::auth::step::{Answer, SignIn};
use crate::auth::{handle, private};
use crate::base::error::ApiError;
use crate::records::{Factor, SessionRecord, Stored};
use crate::users::attributes::Change;
use crate::users::factors::{self, Due};

/// The member of the session's private value that holds the seed of an app that waits to be verified.
pub const SEED: &str = "seed";
/// The one that says that an app was verified.
pub const VERIFIED: &str = "verified";

/// Asks the user to set up one of these.
pub fn ask(sign_in: &SignIn<'_>, choice: &[Factor]) -> (Batch, Answer) {
    let names: Vec<&str> = choice.iter().map(|factor| factor.name()).collect();
    let user_id = sign_in.subject.public_name(sign_in.pool);
    Asking::naming_client(sign_in, ChallengeNameType::MfaSetup)
        .keeping(sign_in.ctx, &json!({}))
        .handed_out(BTreeMap::from([
            ("MFAS_CAN_SETUP".to_owned(), json!(names).to_string()),
            ("USER_ID_FOR_SRP".to_owned(), user_id),
        ]))
}

/// Takes the word that an app was set up, or an email address.
///
/// # Errors
/// `InvalidParameterException` where nothing was set up; an address that is not taken.
pub fn answer(
    sign_in: &mut SignIn<'_>,
    session: Stored<SessionRecord>,
    parameters: &Parameters,
) -> Result<Proven, ApiError> {
    let private = private::open(sign_in.ctx, &session)?;
    if private.get(VERIFIED) == Some(&Value::Bool(true)) {
        sign_in.note_answered(ChallengeNameType::SoftwareTokenMfa.as_str());
        return Ok(Proven::SetUp(Box::new(session)));
    }
    // Amplify sends the first, AWS's guide has the second.
    let address = parameters.get("EMAIL").or_else(|| parameters.get("email"));
    let Some(address) = address else {
        return Err(ApiError::invalid_parameter(
            "User has not verified software token mfa",
        ));
    };
    let user = sign_in.subject.user().ok_or_else(handle::invalid)?;
    let may =
        matches!(factors::due(sign_in.pool, user), Due::SetUp(choice) if choice.contains(&Factor::Email));
    if !may {
        return Err(ApiError::invalid_parameter("Invalid MFA type selected."));
    }
    let change = Change::setting([("email".to_owned(), address.to_owned())]);
    change.check_client(sign_in.client)?;
    change.check_change(sign_in.pool, user)?;
    Ok(Proven::NewEmail(Box::new(session), address.to_owned()))
}
