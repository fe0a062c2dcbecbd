//! `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP` and `SMS_MFA`: the code of an app, or one that was sent, after the password.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_confirm::{FactorEvent, mask_address};
use poolhouse_store::{Batch, BoxFuture};
use serde_json::{Value, json};

use crate::auth::factor::{self, ATTEMPTS, CODE, MAILED, TARGET};
use crate::auth::parameters::Parameters;
use crate::auth::room::{Pending, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::auth::{handle, private};
use crate::base::error::ApiError;
use crate::records::{Factor, RecordBatch, SessionRecord, SoftwareToken, Stored};
use crate::users::code_factor::{Counted, Counts};
use crate::users::codes;
use crate::users::factor_message::{self, FactorMessage};
use crate::users::software_tokens;

/// The challenge of a factor.
pub fn challenge(factor: Factor) -> ChallengeNameType {
    match factor {
        Factor::Sms => ChallengeNameType::SmsMfa,
        Factor::SoftwareToken => ChallengeNameType::SoftwareTokenMfa,
        Factor::Email => ChallengeNameType::EmailOtp,
    }
}

/// Asks for a factor that the user has. Returns the session's row and, where a code is sent, the message with what is counted of
/// it: to be committed with what led here.
///
/// # Errors
/// `SoftwareTokenMFANotFoundException` where the app is gone; what CustomMessage answers; `TooManyRequestsException` for too many
/// messages; `CodeDeliveryFailureException`.
pub async fn ask(sign_in: &SignIn<'_>, factor: Factor) -> Result<(Batch, Answer), ApiError> {
    match factor.attribute() {
        None => ask_app(sign_in).await,
        Some(attribute) => {
            let user = sign_in.subject.user().ok_or_else(handle::invalid)?;
            let address = user.attribute(attribute).ok_or_else(handle::invalid)?.to_owned();
            send(sign_in, factor, &address).await
        }
    }
}

async fn ask_app(sign_in: &SignIn<'_>) -> Result<(Batch, Answer), ApiError> {
    let key = SoftwareToken::key(sign_in.pool.id(), sign_in.subject.id());
    let token = sign_in.ctx.load(&key).await?;
    let token = token.ok_or_else(software_tokens::not_found)?;
    let mut parameters = BTreeMap::new();
    if let Some(name) = token.value.name {
        parameters.insert("FRIENDLY_DEVICE_NAME".to_owned(), name);
    }
    Ok(asked(sign_in, Factor::SoftwareToken, parameters, None))
}

/// Sends a code to this address, which need not be the user's yet, and asks for it.
///
/// # Errors
/// As [`ask`].
pub async fn send(sign_in: &SignIn<'_>, factor: Factor, address: &str) -> Result<(Batch, Answer), ApiError> {
    let SignIn {
        ctx, pool, client, ..
    } = sign_in;
    let user = sign_in.subject.user().ok_or_else(handle::invalid)?;
    let whose = Counted {
        pool_id: pool.id().to_owned(),
        username: user.username.clone(),
        sub: user.sub.clone(),
        is_placed: sign_in.place_before.is_some(),
    };
    let counts = Counts::of(ctx, whose).await?;
    counts.check_message(ctx)?;
    let code = codes::digits(factor_message::digits(factor), &*ctx.platform().entropy);
    let message = FactorMessage {
        factor,
        to: address,
        code: &code,
        expires: ctx.now.plus_seconds(client.auth_session_seconds()),
        client,
        metadata: &sign_in.metadata,
    };
    let message = factor_message::write(ctx, pool, user, message).await?;
    let secret = json!({ CODE: *code, MAILED: ctx.now.seconds(), TARGET: address });
    let (medium, destination) = match factor {
        Factor::Sms => ("SMS", factor_message::mask_number(address)),
        Factor::SoftwareToken | Factor::Email => ("EMAIL", mask_address(&pool.compared(address))),
    };
    let parameters = BTreeMap::from([
        ("CODE_DELIVERY_DELIVERY_MEDIUM".to_owned(), medium.to_owned()),
        ("CODE_DELIVERY_DESTINATION".to_owned(), destination),
    ]);
    ctx.audit.mailed(Some("sent"));
    let (session, answer) = asked(sign_in, factor, parameters, Some(secret));
    let counted = counts.after(ctx, FactorEvent::Mailed);
    Ok((session.merge(message).merge(counted), answer))
}

/// The session's row, and what the client is asked.
fn asked(
    sign_in: &SignIn<'_>,
    factor: Factor,
    mut parameters: BTreeMap<String, String>,
    secret: Option<Value>,
) -> (Batch, Answer) {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let name = challenge(factor);
    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let session = handle::new(ctx, client, subject.id(), expires);
    let record = SessionRecord {
        challenge: name.as_str().to_owned(),
        sealed_private: secret.map(|secret| private::seal(ctx, &session.key, &secret)),
        attempts_left: Some(ATTEMPTS),
        expires,
        ..sign_in.session()
    };
    parameters.insert("USER_ID_FOR_SRP".to_owned(), subject.public_name(pool));
    let answer = Answer::Challenge {
        name,
        session: Some(session.text),
        parameters,
    };
    (Batch::new().create(session.key, &record), answer)
}

/// The challenge whose session was found.
pub fn pending(session: Stored<SessionRecord>, factor: Factor) -> Box<dyn Pending> {
    Box::new(Asked { session, factor })
}

struct Asked {
    session: Stored<SessionRecord>,
    factor: Factor,
}

impl Pending for Asked {
    fn session(&self) -> &SessionRecord {
        &self.session.value
    }

    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(async move {
            let typed = parameters.required(answer_key(self.factor))?;
            let right = factor::judge(sign_in, self.session, self.factor, typed).await?;
            sign_in.note_answered(challenge(right.factor()).as_str());
            Ok(Proven::Factor(Box::new(right)))
        })
    }
}

/// The response that carries the answer.
fn answer_key(factor: Factor) -> &'static str {
    match factor {
        Factor::Sms => "SMS_MFA_CODE",
        Factor::SoftwareToken => "SOFTWARE_TOKEN_MFA_CODE",
        Factor::Email => "EMAIL_OTP_CODE",
    }
}
