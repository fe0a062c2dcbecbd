//! `WEB_AUTHN`: a sign-in begins with a passkey, in place of a password.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::Batch;
use serde_json::{Value, json};

use crate::auth::asking::{self, Asking};
use crate::auth::handle;
use crate::auth::parameters::Parameters;
use crate::auth::private;
use crate::auth::right_passkey::RightPasskey;
use crate::auth::room::Proven;
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::{Passkeys, SessionRecord, Stored};
use crate::users::passkeys::{self, Sent};

/// The member of the session's private value that holds what is to be signed.
const CHALLENGE: &str = "challenge";
/// Bytes of that.
const CHALLENGE_BYTES: usize = 32;

/// Asks for one of the user's passkeys. Returns the session's row and what the client is asked.
///
/// # Errors
/// `Incorrect username or password.` for a user who has none any more; a pool without a relying party.
pub async fn ask(sign_in: &SignIn<'_>) -> Result<(Batch, Answer), ApiError> {
    let SignIn {
        ctx, pool, client, ..
    } = sign_in;
    let rp_id = passkeys::relying_party(pool).map_err(|_| ApiError::incorrect_username_or_password())?;
    let held = ctx.load(&Passkeys::key(pool.id(), sign_in.subject.id())).await?;
    let held = held.ok_or_else(ApiError::incorrect_username_or_password)?.value;
    let mut random = [0; CHALLENGE_BYTES];
    ctx.platform().entropy.fill(&mut random);
    let challenge = URL_SAFE_NO_PAD.encode(random);
    let options = passkeys::request_options(pool, rp_id, &held, &challenge, client.auth_session_seconds());
    let mut asking = Asking::unproved(sign_in, ChallengeNameType::WebAuthn, asking::ends(sign_in))
        .keeping(ctx, &json!({ CHALLENGE: challenge }));
    asking.record.is_first = true;
    let parameters = BTreeMap::from([("CREDENTIAL_REQUEST_OPTIONS".to_owned(), options.to_string())]);
    Ok(asking.handed_out(parameters))
}

/// Judges what a passkey has signed. What is none leaves the session usable; a wrong signature ends it.
///
/// # Errors
/// `InvalidParameterException` `Credential data is not valid`; `Incorrect username or password.`; a session that was used.
pub async fn answer(
    sign_in: &SignIn<'_>,
    session: Stored<SessionRecord>,
    parameters: &Parameters,
) -> Result<Proven, ApiError> {
    let sent = Sent::read(&Value::String(parameters.required("CREDENTIAL")?.to_owned()))?;
    match judge(sign_in, &session, &sent).await {
        Ok((held, id, counter)) => Ok(Proven::Passkey(Box::new(RightPasskey {
            session,
            held,
            id,
            counter,
        }))),
        Err(wrong) if wrong.code == ApiError::incorrect_username_or_password().code => {
            handle::consume(sign_in.ctx, &session).await?;
            Err(wrong)
        }
        Err(error) => Err(error),
    }
}

async fn judge(
    sign_in: &SignIn<'_>,
    session: &Stored<SessionRecord>,
    sent: &Sent,
) -> Result<(Stored<Passkeys>, String, u32), ApiError> {
    let SignIn { ctx, pool, .. } = sign_in;
    let wrong = ApiError::incorrect_username_or_password;
    let id = sent.id()?;
    let private = private::open(ctx, session)?;
    let challenge = private
        .get(CHALLENGE)
        .and_then(Value::as_str)
        .ok_or_else(handle::invalid)?;
    let user = sign_in.subject.user().ok_or_else(wrong)?;
    let rp_id = passkeys::relying_party(pool).map_err(|_| wrong())?;
    let held = ctx
        .load(&Passkeys::key(pool.id(), &user.sub))
        .await?
        .ok_or_else(wrong)?;
    let passkey = held.value.find(&id).ok_or_else(wrong)?;
    let said = sent.signed_by(pool, rp_id, challenge, user, passkey)?;
    match passkeys::counts_on(passkey.counter, said.counter) {
        true => Ok((held, id, said.counter)),
        // A right signature of a key that is behind: a copy of it, of which the user is to hear. Other wrong ones are anybody's.
        false => {
            let wrong = wrong();
            ctx.audit.was_wrong(wrong.code, "copied_passkey");
            Err(wrong)
        }
    }
}
