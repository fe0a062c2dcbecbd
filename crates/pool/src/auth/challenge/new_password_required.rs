//! `NEW_PASSWORD_REQUIRED`: a temporary password proved right, and the user must choose a new one.
//!
//! It counts from the commit that ends the sign-in ([`choice`](crate::auth::choice)): until then nothing of the user changes.
//!
//! In custom authentication the flow goes on with Define afterwards, so that a temporary password is no way around the
//! code. (On the service it is one; docs/decisions/new-password-in-custom-auth.md.)

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::Batch;
use serde_json::json;

use crate::auth::asking::Asking;
use crate::auth::choice::{self, Choice, Chosen};
use crate::auth::handle;
use crate::auth::lockout::Proved;
use crate::auth::parameters::Parameters;
use crate::auth::room::Proven;
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::{SessionRecord, Stored};
use crate::triggers;
use crate::users::attributes::{self, Change};
use crate::users::credentials;
use crate::users::password_policy::{self, Wording};

/// The prefix of attributes in `requiredAttributes` and in the answer's keys.
const ATTRIBUTE_PREFIX: &str = "userAttributes.";

/// Asks for a new password. Returns the session's row, to be committed with the proof of the temporary one, and what the
/// client is asked.
///
/// # Errors
/// `Incorrect username or password.` for a name that nobody has.
pub fn ask(sign_in: &SignIn<'_>) -> Result<(Batch, Answer), ApiError> {
    let SignIn { pool, subject, .. } = sign_in;
    let user = subject
        .user()
        .ok_or_else(ApiError::incorrect_username_or_password)?;
    let missing = attributes::missing_required(pool, user);
    let named: Vec<String> = missing
        .iter()
        .map(|attribute| format!("{ATTRIBUTE_PREFIX}{attribute}"))
        .collect();
    // Clients show a form of `userAttributes`, so what is still to be given is there too, with an empty value.
    let shown: BTreeMap<&str, &str> = missing
        .iter()
        .map(|name| (name.as_str(), ""))
        .chain(
            user.attributes
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        )
        .collect();
    let parameters = BTreeMap::from([
        ("USER_ID_FOR_SRP".to_owned(), subject.public_name(pool)),
        ("requiredAttributes".to_owned(), json!(named).to_string()),
        ("userAttributes".to_owned(), json!(shown).to_string()),
    ]);
    Ok(Asking::new(sign_in, ChallengeNameType::NewPasswordRequired).handed_out(parameters))
}

/// Takes the new password, which counts from the commit that ends the sign-in. A password or attribute that is refused
/// leaves the session usable; anything later consumes it.
///
/// # Errors
/// `InvalidPasswordException`, attribute errors, a session used before.
pub async fn answer(
    sign_in: &mut SignIn<'_>,
    stored: Stored<SessionRecord>,
    parameters: &Parameters,
) -> Result<Proven, ApiError> {
    let SignIn {
        ctx, pool, client, ..
    } = sign_in;
    let password = parameters.required("NEW_PASSWORD")?;
    let user = sign_in
        .subject
        .stored()
        .ok_or_else(ApiError::incorrect_username_or_password)?
        .clone();
    password_policy::check(pool, &user.value, password, Wording::Others)?;
    let given = parameters.prefixed(ATTRIBUTE_PREFIX);
    let change = Change {
        set: given
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        remove: Vec::new(),
    };
    choice::check_untouched(pool, &user.value, &change)?;
    change.check_client(client)?;
    choice::check(pool, &user.value, &change)?;
    let chosen = Choice {
        verifier: credentials::seal_verifier(ctx, pool, &user.value, password).await?,
        set: change.set,
    };
    // An address that is somebody else's is refused while another can be given.
    Chosen::of(ctx, pool, &chosen, &user).await?;
    sign_in.sealed_choice = Some(chosen.seal(ctx, &sign_in.event_id));
    if triggers::all_in_process(&sign_in.ctx.app.functions, sign_in.pool) {
        return Ok(Proven::NewPassword(Proved::Answered(Box::new(stored))));
    }
    handle::consume(sign_in.ctx, &stored).await?;
    Ok(Proven::NewPassword(Proved::Settled))
}
