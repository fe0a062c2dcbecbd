//! `CUSTOM_CHALLENGE`: the pool's Create function makes it, its Verify function judges the answer.

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::Batch;
use serde_json::json;

use crate::auth::asking::{self, Asking};
use crate::auth::confirm::{self, Effects};
use crate::auth::handle;
use crate::auth::parameters::Parameters;
use crate::auth::place;
use crate::auth::private;
use crate::auth::room::{Proven, Typed};
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::session::{ChallengeResult, are_anybodys};
use crate::records::{SessionRecord, Stored};
use crate::triggers;
use crate::triggers::events::{Challenge, CreateAuthChallenge, VerifyAuthChallengeResponse};

/// How long a sign-in lasts from its first custom challenge on, however often it is renewed.
const LONGEST_SIGN_IN_SECONDS: i64 = 30 * 60;

/// Has Create make a challenge. Returns the session's row, to be committed with what led here, and what the client is
/// asked.
///
/// # Errors
/// What Create denies with or answers wrongly.
pub async fn ask(
    sign_in: &SignIn<'_>,
    answered: &[ChallengeResult],
    effects: &mut Effects,
) -> Result<(Batch, Answer), ApiError> {
    let SignIn {
        ctx, pool, subject, ..
    } = sign_in;
    let name = ChallengeNameType::CustomChallenge;
    let event = CreateAuthChallenge {
        challenge: name.as_str(),
        session: answered,
        metadata: &sign_in.metadata,
    };
    let Challenge {
        mut public,
        private: hidden,
        metadata,
    } = confirm::call(sign_in, &event, effects).await?;
    ctx.audit.mailed(effects.mailing());

    let ends = sign_in
        .ends
        .unwrap_or_else(|| ctx.now.plus_seconds(LONGEST_SIGN_IN_SECONDS));
    let ends_here = asking::ends(sign_in).min(ends);
    let asking = match are_anybodys(answered) {
        true => Asking::unproved(sign_in, name, ends_here),
        false => Asking::until(sign_in, name, ends_here),
    };
    let mut asking = asking.keeping(ctx, &json!(hidden));
    asking.record.answered = answered.to_vec();
    asking.record.metadata = metadata;
    asking.record.place = public.get(place::TOKEN).map(|token| place::digest(token));
    asking.record.ends = Some(ends);
    public.insert("USERNAME".to_owned(), subject.public_name(pool));
    Ok(asking.handed_out(public))
}

/// Takes what the person typed. Nobody hears what came of it before the session is consumed; before functions that
/// run elsewhere look at it, it is.
///
/// # Errors
/// `Missing required parameter ANSWER`; a session that was used.
pub async fn answer(
    sign_in: &SignIn<'_>,
    session: Stored<SessionRecord>,
    parameters: &Parameters,
) -> Result<Proven, ApiError> {
    let answer = parameters
        .get("ANSWER")
        .ok_or_else(|| ApiError::missing_parameter("ANSWER"))?
        .to_owned();
    let consumed = !triggers::all_in_process(&sign_in.ctx.app.functions, sign_in.pool);
    if consumed {
        handle::consume(sign_in.ctx, &session).await?;
    }
    Ok(Proven::Typed(Typed {
        pending: Box::new(session),
        consumed,
        answer,
    }))
}

/// Has Verify judge what was typed.
///
/// # Errors
/// What Verify denies with or answers wrongly.
pub async fn verify(
    sign_in: &SignIn<'_>,
    pending: &Stored<SessionRecord>,
    answer: &str,
    effects: &mut Effects,
) -> Result<bool, ApiError> {
    let hidden = private::open(sign_in.ctx, pending)?;
    let event = VerifyAuthChallengeResponse {
        private: &hidden,
        answer,
        metadata: &sign_in.metadata,
    };
    confirm::call(sign_in, &event, effects).await
}
