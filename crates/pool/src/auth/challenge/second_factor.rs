//! `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP` and `SMS_MFA`: the code of an app, or one that was sent, after the password. And `EMAIL_OTP` and
//! `SMS_OTP`, which are the same in place of one, in a sign-in by choice.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_confirm::{FactorEvent, mask_address};
use poolhouse_store::Batch;
use serde_json::{Value, json};

use crate::auth::asking::{self, Asking};
use crate::auth::factor::{self, ATTEMPTS, CODE, MAILED, TARGET};
use crate::auth::handle;
use crate::auth::parameters::Parameters;
use crate::auth::room::{FirstCode, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::{Factor, SessionRecord, SoftwareToken, Stored};
use crate::users::code_factor::{Counted, Counts};
use crate::users::code_mail;
use crate::users::codes;
use crate::users::factor_message::{self, FactorMessage};
use crate::users::software_tokens;

/// The number of a message that is made but never sent.
const NO_NUMBER: &str = "+00000000000";

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
    let user_id = sign_in.subject.public_name(sign_in.pool);
    parameters.insert("USER_ID_FOR_SRP".to_owned(), user_id);
    let asking = Asking::new(sign_in, challenge(Factor::SoftwareToken));
    Ok(taking_attempts(asking).handed_out(parameters))
}

/// Sends a code to this address, which need not be the user's yet, and asks for it.
///
/// # Errors
/// As [`ask`].
pub async fn send(sign_in: &SignIn<'_>, factor: Factor, address: &str) -> Result<(Batch, Answer), ApiError> {
    let (batch, secret, mut parameters) = code(sign_in, factor, address, false).await?;
    let user_id = sign_in.subject.public_name(sign_in.pool);
    parameters.insert("USER_ID_FOR_SRP".to_owned(), user_id);
    let asking = Asking::new(sign_in, challenge(factor)).keeping(sign_in.ctx, &secret);
    let (session, answer) = taking_attempts(asking).handed_out(parameters);
    Ok((session.merge(batch), answer))
}

/// The same for a code that the sign-in begins with. For a name that nobody has one is made that nobody gets.
///
/// # Errors
/// As [`ask`].
pub async fn send_first(sign_in: &SignIn<'_>, first: &FirstCode) -> Result<(Batch, Answer), ApiError> {
    let FirstCode { factor, address } = first;
    let (batch, secret, parameters) = code(sign_in, *factor, address, true).await?;
    let asking = Asking::unproved(sign_in, first_challenge(*factor), asking::ends(sign_in));
    let asking = asking.keeping(sign_in.ctx, &secret);
    let mut asking = taking_attempts(asking);
    asking.record.is_first = true;
    let (session, answer) = asking.handed_out(parameters);
    Ok((session.merge(batch), answer))
}

fn taking_attempts(mut asking: Asking) -> Asking {
    asking.record.attempts_left = Some(ATTEMPTS);
    asking
}

/// A message with a code: its rows with what is counted of it, what the session keeps, and what the client hears.
async fn code(
    sign_in: &SignIn<'_>,
    factor: Factor,
    address: &str,
    is_first: bool,
) -> Result<(Batch, Value, BTreeMap<String, String>), ApiError> {
    let SignIn {
        ctx, pool, client, ..
    } = sign_in;
    let whose = Counted {
        pool_id: pool.id().to_owned(),
        username: sign_in.subject.username().to_owned(),
        sub: sign_in.subject.id().to_owned(),
        is_placed: sign_in.place_before.is_some(),
        is_first,
    };
    let counts = Counts::of(ctx, whose).await?;
    counts.check_message(ctx)?;
    let code = codes::digits(factor_message::digits(factor, is_first), &*ctx.platform().entropy);
    let user = sign_in.subject.user();
    let message = FactorMessage {
        factor,
        to: user.map_or(nowhere(factor), |_| address),
        code: &code,
        expires: asking::ends(sign_in),
        client,
        metadata: &sign_in.metadata,
        discard: user.is_none_or(|user| !user.enabled),
    };
    let message = match user {
        Some(user) => factor_message::write(ctx, pool, user, message).await?,
        None => factor_message::write(ctx, pool, &sign_in.subject.pretended(ctx.now), message).await?,
    };
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
    let counted = counts.after(ctx, FactorEvent::Mailed);
    Ok((message.merge(counted), secret, parameters))
}

/// Where a message is addressed that nobody gets.
fn nowhere(factor: Factor) -> &'static str {
    match factor {
        Factor::Sms => NO_NUMBER,
        Factor::SoftwareToken | Factor::Email => code_mail::NOWHERE,
    }
}

/// The challenge of a factor after the password.
fn challenge(factor: Factor) -> ChallengeNameType {
    match factor {
        Factor::Sms => ChallengeNameType::SmsMfa,
        Factor::SoftwareToken => ChallengeNameType::SoftwareTokenMfa,
        Factor::Email => ChallengeNameType::EmailOtp,
    }
}

/// The challenge of a code in place of the password.
fn first_challenge(factor: Factor) -> ChallengeNameType {
    match factor {
        Factor::Sms => ChallengeNameType::SmsOtp,
        Factor::SoftwareToken | Factor::Email => ChallengeNameType::EmailOtp,
    }
}

/// Judges the answer.
///
/// # Errors
/// As [`factor::judge`]; an answer that is not there.
pub async fn answer(
    sign_in: &mut SignIn<'_>,
    session: Stored<SessionRecord>,
    factor: Factor,
    parameters: &Parameters,
) -> Result<Proven, ApiError> {
    let is_first = session.value.is_first;
    let typed = parameters.required(answer_key(factor, is_first))?;
    let right = factor::judge(sign_in, session, factor, typed).await?;
    let answered = match is_first {
        true => first_challenge(factor),
        false => challenge(factor),
    };
    sign_in.note_answered(answered.as_str());
    Ok(Proven::Factor(Box::new(right)))
}

/// The response that carries the answer.
fn answer_key(factor: Factor, is_first: bool) -> &'static str {
    match factor {
        Factor::Sms if is_first => "SMS_OTP_CODE",
        Factor::Sms => "SMS_MFA_CODE",
        Factor::SoftwareToken => "SOFTWARE_TOKEN_MFA_CODE",
        Factor::Email => "EMAIL_OTP_CODE",
    }
}
