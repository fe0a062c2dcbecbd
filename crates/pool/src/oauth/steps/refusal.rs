//! What a page says of a step that was refused: words that name sentences of the pages' texts.

use poolhouse_api::ErrorCode;
use poolhouse_text::with_causes;

use super::fields::Fields;
use crate::base::error::ApiError;
use crate::records::PageStep;
use crate::request::Ctx;

/// Something failed that a person can do nothing about.
pub const SERVER: &str = "server";
/// The parameter of a step's that says that a first password was chosen, which counts from the end of the sign-in.
pub const CHOSEN: &str = "poolhouse.chosen";

/// The beginning, with the name that was typed.
pub fn beginning(ctx: &Ctx, name: &str, said: Option<&str>) -> PageStep {
    PageStep {
        name: name.to_owned(),
        asked: ctx.now,
        said: said.map(str::to_owned),
        ..PageStep::default()
    }
}

/// The same step, with a word on it.
pub fn said(at: &PageStep, word: &str) -> PageStep {
    PageStep {
        said: Some(word.to_owned()),
        ..at.clone()
    }
}

/// Says in the log why somebody was told that nothing can be done.
pub fn log(ctx: &Ctx, error: &ApiError) {
    let request_id = &ctx.request_id;
    tracing::error!(
        request_id,
        error = with_causes(error),
        "a step of a page was not served"
    );
}

/// Where a refusal leads.
pub fn after(ctx: &Ctx, at: &PageStep, fields: &Fields, error: &ApiError) -> PageStep {
    let field = |name: &str| fields.get(name).map_or("", |value| value.trim());
    if error.status() >= 500 {
        log(ctx, error);
    }
    let Some(challenge) = &at.challenge else {
        let word = match (field("username"), fields.get("password").map(String::as_str)) {
            ("", _) => "usernameMissing",
            // A page that asks for the name alone has no such field.
            (_, Some("")) => "passwordMissing",
            _ => of_password(error),
        };
        return beginning(ctx, field("username"), Some(word));
    };
    match of_answer(challenge, error) {
        Stays::Here(word) => said(at, word),
        Stays::Begin(word) => beginning(ctx, &at.name, Some(word)),
        Stays::Over => {
            let was_last = at.parameters.get("attemptsLeft").is_some_and(|left| left == "1");
            let word = match was_last && field("action").is_empty() {
                true => "endedAttempts",
                false => "endedOver",
            };
            beginning(ctx, &at.name, Some(&over(at, word)))
        }
        Stays::TimedOut => beginning(ctx, &at.name, Some(&over(at, "endedSession"))),
    }
}

/// A first password that was chosen on the way does not count.
fn over(at: &PageStep, word: &str) -> String {
    match at.parameters.contains_key(CHOSEN) {
        true => format!("{word} passwordUnchanged"),
        false => word.to_owned(),
    }
}

/// Of name and password. A user who does not exist, is disabled or has another password: one sentence for all.
fn of_password(error: &ApiError) -> &'static str {
    use ErrorCode as Code;
    match error.code {
        Code::NotAuthorizedException if error.message == "Password attempts exceeded" => "throttled",
        Code::NotAuthorizedException if error.message.starts_with("Temporary password has expired") => {
            "reset"
        }
        Code::NotAuthorizedException | Code::UserNotFoundException => "usernameRefused",
        Code::TooManyRequestsException | Code::LimitExceededException => "throttled",
        Code::PasswordResetRequiredException => "reset",
        Code::UserNotConfirmedException => "unconfirmed",
        Code::CodeDeliveryFailureException => "deliveryFailed",
        Code::UserLambdaValidationException if error.message.starts_with("CreateAuthChallenge") => {
            match error.message.contains("verified") || error.message.contains("contact support") {
                true => "unverified",
                false => "deliveryFailed",
            }
        }
        Code::UserLambdaValidationException => "usernameRefused",
        // A door that is shut, or a name that nobody can have.
        Code::InvalidParameterException if error.message.contains("CUSTOM_AUTH") => "unsupported",
        Code::InvalidParameterException => "usernameRefused",
        _ => SERVER,
    }
}

enum Stays {
    Here(&'static str),
    Begin(&'static str),
    Over,
    TimedOut,
}

/// Of an answer to a challenge.
fn of_answer(challenge: &str, error: &ApiError) -> Stays {
    use ErrorCode as Code;
    match error.code {
        Code::NotAuthorizedException if error.message.starts_with("Invalid session") => Stays::TimedOut,
        // Nothing was proved before these: they are a beginning.
        _ if challenge == "SELECT_CHALLENGE" => Stays::Begin(of_password(error)),
        Code::NotAuthorizedException if challenge == "WEB_AUTHN" => Stays::Begin("thisPasskeyFailed"),
        Code::InvalidParameterException if challenge == "WEB_AUTHN" => Stays::Here("thisPasskeyFailed"),
        Code::NotAuthorizedException | Code::UserNotFoundException | Code::UserLambdaValidationException
            if challenge == "CUSTOM_CHALLENGE" && error.message.starts_with("CreateAuthChallenge") =>
        {
            Stays::Here("notSent")
        }
        Code::NotAuthorizedException | Code::UserNotFoundException | Code::UserLambdaValidationException => {
            Stays::Over
        }
        Code::CodeMismatchException | Code::EnableSoftwareTokenMFAException => Stays::Here("codeWrong"),
        Code::ExpiredCodeException => Stays::Here("codeExpired"),
        Code::InvalidPasswordException => Stays::Here("passwordWeak"),
        Code::TooManyRequestsException | Code::LimitExceededException => Stays::Here("throttled"),
        Code::CodeDeliveryFailureException => Stays::Here("deliveryFailed"),
        Code::InvalidParameterException if challenge == "NEW_PASSWORD_REQUIRED" => {
            Stays::Here("fieldMissing")
        }
        _ => Stays::Here(SERVER),
    }
}
