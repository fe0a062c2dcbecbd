//! `CUSTOM_CHALLENGE`: the pool's Create function makes it, its Verify function judges the answer.

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::{Batch, BoxFuture};
use serde_json::json;

use crate::auth::confirm::{self, Effects};
use crate::auth::handle;
use crate::auth::parameters::Parameters;
use crate::auth::place;
use crate::auth::private;
use crate::auth::room::{Pending, Proven, Typed};
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::session::ChallengeResult;
use crate::records::{RecordBatch, SessionRecord, Stored};
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
        ctx,
        pool,
        client,
        subject,
        ..
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
    let expires = ctx.now.plus_seconds(client.auth_session_seconds()).min(ends);
    let session = handle::new(ctx, client, subject.id(), expires);
    let record = SessionRecord {
        challenge: name.as_str().to_owned(),
        answered: answered.to_vec(),
        metadata,
        sealed_private: Some(private::seal(ctx, &session.key, &json!(hidden))),
        place: public.get(place::TOKEN).map(|token| place::digest(token)),
        ends: Some(ends),
        expires,
        ..sign_in.session()
    };
    public.insert("USERNAME".to_owned(), subject.public_name(pool));
    let batch = Batch::new().create(session.key, &record);
    Ok((
        batch,
        Answer::Challenge {
            name,
            session: Some(session.text),
            parameters: public,
        },
    ))
}

/// The challenge whose session was found.
pub fn pending(session: Stored<SessionRecord>) -> Box<dyn Pending> {
    Box::new(Custom(session))
}

struct Custom(Stored<SessionRecord>);

impl Pending for Custom {
    fn session(&self) -> &SessionRecord {
        &self.0.value
    }

    /// Takes what the person typed. Nobody hears what came of it before the session is consumed; before functions that
    /// run elsewhere look at it, it is.
    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(async move {
            let answer = parameters
                .get("ANSWER")
                .ok_or_else(|| ApiError::missing_parameter("ANSWER"))?
                .to_owned();
            let consumed = !triggers::all_in_process(&sign_in.ctx.app.functions, sign_in.pool);
            if consumed {
                handle::consume(sign_in.ctx, &self.0).await?;
            }
            Ok(Proven::Typed(Typed {
                pending: Box::new(self.0),
                consumed,
                answer,
            }))
        })
    }
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
