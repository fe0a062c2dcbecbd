//! Sign-ins in numbers: each step by its flow and by what came of it, each confirm code by its mail and its answers.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::AuthFlowType;
use poolhouse_confirm::Outcome;

use super::outside;
use super::step::Answer;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// A first step that was answered with a challenge.
pub const BEGUN: &str = "begun";
/// A later one.
pub const CONTINUED: &str = "continued";
/// The flow of an answer to no sign-in.
pub const UNKNOWN: &str = "unknown";

/// The end of a good sign-in.
pub const TOKENS: &str = "tokens";

/// The flow that a session's row names.
pub fn named(flow: &str) -> &'static str {
    match AuthFlowType::parse(flow) {
        Some(flow) => flow.as_str(),
        None if flow == outside::FLOW => outside::FLOW,
        None => UNKNOWN,
    }
}

/// Counts somebody whom an identity provider has sent: what it came to, or what stood in the way.
pub fn arrival(ctx: &Ctx, came_to: Result<&'static str, &ApiError>) {
    let outcome = came_to.unwrap_or_else(denial);
    ctx.platform().numbers.sign_ins.add([outside::FLOW, outcome]);
}

/// Counts a step; `challenged` is the outcome of one that is answered with a challenge.
pub fn step(ctx: &Ctx, flow: &'static str, challenged: &'static str, answer: &Result<Answer, ApiError>) {
    let outcome = match answer {
        Ok(Answer::Challenge { .. }) => challenged,
        Ok(Answer::Tokens(_)) => TOKENS,
        Err(error) => denial(error),
    };
    ctx.platform().numbers.sign_ins.add([flow, outcome]);
}

/// Counts what a committed step said of a code: what became of its mail, and of an answer to it.
pub fn code(ctx: &Ctx, mailing: Option<&'static str>, verdict: Option<Outcome>) {
    let numbers = &ctx.platform().numbers;
    if let Some(result) = mailing {
        numbers.code_mails.add([result]);
    }
    if let Some(verdict) = verdict.and_then(verdict_word) {
        numbers.code_answers.add([verdict]);
    }
}

/// What a verdict is called; nothing where none was given.
pub fn verdict_word(verdict: Outcome) -> Option<&'static str> {
    Some(match verdict {
        Outcome::Right => "right",
        Outcome::Wrong => "wrong",
        Outcome::Expired => "expired",
        Outcome::Replaced => "replaced",
        Outcome::Locked => "locked",
        Outcome::Closed => "closed",
        Outcome::Held => "held",
        Outcome::Used => "used",
        Outcome::NotOurs => "not_ours",
        Outcome::AttemptsSpent => "attempts_spent",
        Outcome::UnknownUser => "unknown_user",
        Outcome::NotEvaluated => return None,
    })
}

fn denial(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::TooManyRequestsException | ErrorCode::LimitExceededException => "throttled",
        ErrorCode::UnexpectedLambdaException | ErrorCode::InvalidLambdaResponseException => "failed",
        _ if error.status() >= 500 => "failed",
        _ => "denied",
    }
}
