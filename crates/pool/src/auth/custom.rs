//! Custom authentication: Define decides what comes next, Create makes the challenge, Verify judges the answer.
//!
//! What the functions want changed in the store (counters, mail, the attribute) is collected in `Effects` and committed
//! together with the step's own rows: what was answered is consumed, and the new session or the tokens take its place. If
//! another sign-in of the same user moved the counters in the meantime, the step is decided again with the new ones.
//! Nothing is said before the commit, so of many answers to one session one is heard, and deciding twice never
//! evaluates two.

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_confirm::Outcome as Verdict;
use poolhouse_store::{Batch, CommitError};

use super::challenge::{custom_challenge, password_verifier};
use super::confirm::{self, Effects};
use super::issued::Issued;
use super::lockout::Proved;
use super::parameters::Parameters;
use super::room::Typed;
use super::step::{Answer, SignIn};
use super::subject::{Subject, check_enabled};
use super::{door, handle, proven_factor, tally, tokens};
use crate::base::error::ApiError;
use crate::records::PoolRecord;
use crate::records::session::{ChallengeResult, SRP_A};
use crate::request::NOT_JUDGED;
use crate::triggers::events::{Decision, DefineAuthChallenge, TokenGenerationSource, unrecognizable};

/// How often a step is decided again after a lost race.
const RACES: usize = 16;

/// What brought the sign-in to this step.
pub enum Arrival<'a> {
    /// `InitiateAuth` without a password.
    Bare,
    /// `InitiateAuth` with `SRP_A`.
    SrpA(&'a Parameters),
    /// A password that proved right.
    PasswordProved(Proved),
    /// An answer to a custom challenge.
    Typed(Typed),
}

impl Arrival<'_> {
    /// What is committed with every end of the step: the consumption of what was answered.
    fn batch(&self, sign_in: &SignIn<'_>, denied: bool) -> Batch {
        match self {
            Arrival::PasswordProved(proved) if denied => proved.denied(sign_in.ctx),
            Arrival::PasswordProved(proved) => proved.batch(sign_in.ctx),
            Arrival::Typed(typed) if !typed.consumed => handle::consumption(&typed.pending),
            Arrival::Bare | Arrival::SrpA(_) | Arrival::Typed(_) => Batch::new(),
        }
    }

    /// After a conflict at `key`: whether others were counted beside an attempt that is counted already, so that the same step
    /// can be committed again.
    async fn counts_anew(&mut self, sign_in: &SignIn<'_>, key: &str) -> Result<bool, ApiError> {
        match self {
            Arrival::PasswordProved(proved) => proved.counts_anew(sign_in.ctx, key).await,
            Arrival::Bare | Arrival::SrpA(_) | Arrival::Typed(_) => Ok(false),
        }
    }

    /// Somebody else's commit was faster at `key`: whether the step can be decided again.
    async fn lost_race(&mut self, sign_in: &mut SignIn<'_>, key: &str) -> Result<(), ApiError> {
        if let Arrival::PasswordProved(proved) = self
            && proved.lost_race(sign_in.ctx, key).await?
        {
            return Ok(());
        }
        match self {
            Arrival::Typed(typed) if typed.pending.key == key => Err(handle::used()),
            Arrival::Typed(typed) => reload(sign_in, typed.pending.value.is_proved()).await,
            Arrival::PasswordProved(_) => reload(sign_in, true).await,
            Arrival::Bare | Arrival::SrpA(_) => reload(sign_in, false).await,
        }
    }
}

/// Checks that the pool names the functions it needs.
///
/// # Errors
/// `InvalidParameterException` in the service's words.
pub fn check_configured(pool: &PoolRecord) -> Result<(), ApiError> {
    let configured = pool
        .lambda(|lambdas| lambdas.define_auth_challenge.clone())
        .is_some()
        && pool
            .lambda(|lambdas| lambdas.create_auth_challenge.clone())
            .is_some()
        && pool
            .lambda(|lambdas| lambdas.verify_auth_challenge_response.clone())
            .is_some();
    if configured {
        return Ok(());
    }
    Err(ApiError::invalid_parameter(
        "Custom auth lambda trigger is not configured for the user pool.",
    ))
}

/// Has Define decide what a sign-in begins with whose password a page of this server has: it must ask for that.
///
/// # Errors
/// `Incorrect username or password.` whatever else it decides; a function's own error.
pub async fn asks_for_password(sign_in: &mut SignIn<'_>) -> Result<(), ApiError> {
    let mut effects = Effects::default();
    match define(sign_in, &[answered_srp_a()], &mut effects).await? {
        Decision::Challenge(name) if name == ChallengeNameType::PasswordVerifier.as_str() => {
            sign_in.note_answered(SRP_A);
            Ok(())
        }
        Decision::Fail => {
            let denied = ApiError::incorrect_username_or_password();
            sign_in.ctx.audit.define_denies(&denied);
            Err(denied)
        }
        Decision::Challenge(_) | Decision::IssueTokens => Err(unexpected(sign_in)),
    }
}

/// Define has decided what no page follows.
fn unexpected(sign_in: &SignIn<'_>) -> ApiError {
    let (request_id, pool) = (&sign_in.ctx.request_id, sign_in.pool.id());
    tracing::warn!(
        request_id,
        pool,
        "hosted_define_unexpected: DefineAuthChallenge has decided what no sign-in on a page follows"
    );
    ApiError::incorrect_username_or_password()
}

/// What a step came to, before it is committed.
enum Outcome {
    Answered(Batch, Answer),
    /// Tokens, made once for all decisions of the step.
    Tokens,
    /// SRP keeps its own row and hands out its own challenge.
    PasswordVerifier,
    Failed,
}

/// Runs the functions for one step and commits what comes of it.
///
/// # Errors
/// `Incorrect username or password.` when Define fails the sign-in; a function's own error; store failures.
pub async fn run(mut sign_in: SignIn<'_>, mut arrival: Arrival<'_>) -> Result<Answer, ApiError> {
    check_configured(sign_in.pool)?;
    let mut issued = None;
    for _ in 0..RACES {
        let mut effects = Effects::default();
        let outcome = decide(&sign_in, &arrival, &mut effects, &mut issued).await;
        foretell(&sign_in, &outcome);
        let (verdict, mailing) = (effects.take_verdict(), effects.mailing());
        let mirror = effects.mirror(sign_in.pool);
        let counted = effects.into_batch(sign_in.ctx, sign_in.pool, &sign_in.subject);
        let mut ending = None;
        let (batch, answer) = match outcome {
            Ok(Outcome::Answered(batch, answer)) => (batch, Ok(answer)),
            Ok(Outcome::Tokens) => {
                let tokens = issued.as_mut().ok_or_else(unrecognizable)?;
                let answer = Answer::Tokens(Box::new(tokens.result.clone()));
                tokens.mirroring(mirror);
                ending = Some(tokens);
                (Batch::new(), Ok(answer))
            }
            Ok(Outcome::Failed) => (Batch::new(), Err(ApiError::incorrect_username_or_password())),
            Ok(Outcome::PasswordVerifier) => {
                let Arrival::SrpA(parameters) = arrival else {
                    return Err(unrecognizable());
                };
                sign_in.note_answered(SRP_A);
                return password_verifier::ask(&sign_in, parameters.required("SRP_A")?, true).await;
            }
            // What was counted before a later function failed stays counted.
            Err(error) => (Batch::new(), Err(error)),
        };
        let batch = counted.merge(batch);
        if batch.is_empty() && ending.is_none() && arrival.batch(&sign_in, answer.is_err()).is_empty() {
            return answer;
        }
        match commit(&sign_in, &mut arrival, answer.is_err(), batch, ending).await {
            Ok(()) => {
                let noted = &sign_in.ctx.asker.noted;
                noted.mail_afterwards(&sign_in.ctx.app.mailer);
                tally::code(sign_in.ctx, mailing, verdict);
                if let Some(verdict) = verdict {
                    tell(&sign_in, verdict);
                }
                return answer;
            }
            Err(Lost::Race(key)) => arrival.lost_race(&mut sign_in, &key).await?,
            Err(Lost::Refused(error)) => return Err(error),
        }
    }
    Err(ApiError::too_many_requests())
}

/// What the step's commit tells the audit log.
fn foretell(sign_in: &SignIn<'_>, outcome: &Result<Outcome, ApiError>) {
    let audit = &sign_in.ctx.audit;
    match outcome {
        Ok(Outcome::Answered(..)) => audit.asks_on(),
        Ok(Outcome::Tokens) => audit.ends_with_tokens(),
        Ok(Outcome::Failed) => audit.define_denies(&ApiError::incorrect_username_or_password()),
        // Nothing is committed before the password is judged.
        Ok(Outcome::PasswordVerifier) => {}
        Err(error) => audit.denies(error),
    }
}

/// Notes for the audit log what came of an answer. Functions of others say no more than whether it was right.
fn note(sign_in: &SignIn<'_>, is_right: bool, verdict: Option<Verdict>) {
    let word = match verdict {
        Some(verdict) => tally::verdict_word(verdict).unwrap_or(NOT_JUDGED),
        None if is_right => "right",
        None => "wrong",
    };
    sign_in.ctx.audit.came_to(Some(word));
}

/// Logs what an answer was, and that many of the last minute were wrong.
fn tell(sign_in: &SignIn<'_>, verdict: Verdict) {
    let request_id = &sign_in.ctx.request_id;
    let pool = sign_in.pool.id();
    let outcome = format!("{verdict:?}");
    tracing::info!(request_id, pool, outcome, "confirm code answered");
    let is_right = match verdict {
        Verdict::Right => true,
        Verdict::Wrong => false,
        _ => return,
    };
    if let Some(storm) = sign_in.ctx.app.guesses.note(is_right, sign_in.ctx.now) {
        let (wrong, right) = (storm.wrong, storm.right);
        tracing::warn!(
            pool,
            wrong,
            right,
            "many wrong codes: somebody may be guessing at many users' codes"
        );
    }
}

/// Why a step was not committed.
enum Lost {
    /// Somebody else's commit was faster at this key: the step is decided again.
    Race(String),
    /// The end of it.
    Refused(ApiError),
}

/// Commits a step, with the tokens if it is the last one. If only the rows that these depend on have changed, and not what
/// matters of them, the same step is committed again: functions that run elsewhere may write attributes meanwhile, and are
/// not asked twice.
async fn commit(
    sign_in: &SignIn<'_>,
    arrival: &mut Arrival<'_>,
    denied: bool,
    rest: Batch,
    mut ending: Option<&mut Issued>,
) -> Result<(), Lost> {
    for _ in 0..RACES {
        let batch = arrival.batch(sign_in, denied).merge(rest.clone());
        let tokens = ending.as_ref().map(|issued| issued.batch(sign_in.ctx));
        let whole = batch.clone().merge(tokens.unwrap_or_default());
        match (sign_in.ctx.platform().commit(whole).await, &mut ending) {
            (Ok(_), _) => return Ok(()),
            (Err(CommitError::Conflict { key }), _)
                if arrival.counts_anew(sign_in, &key).await.map_err(Lost::Refused)? => {}
            (Err(CommitError::Conflict { key }), Some(issued)) => {
                let is_theirs = issued.lost_race(sign_in, &key).await.map_err(Lost::Refused)?;
                if !is_theirs || batch.names(&key) {
                    return Err(Lost::Race(key));
                }
            }
            (Err(CommitError::Conflict { key }), None) => return Err(Lost::Race(key)),
            (Err(error), _) => return Err(Lost::Refused(error.into())),
        }
    }
    Err(Lost::Refused(ApiError::too_many_requests()))
}

/// After a lost race: the user as it is now. A client that proved to be the user is told if it was disabled meanwhile.
async fn reload(sign_in: &mut SignIn<'_>, is_proved: bool) -> Result<(), ApiError> {
    if sign_in.subject.user().is_some() {
        let user = sign_in
            .ctx
            .user_by_sub(sign_in.pool, sign_in.subject.id())
            .await?;
        let user = user.ok_or_else(ApiError::incorrect_username_or_password)?;
        if is_proved {
            check_enabled(&user.value)?;
            if user.value.epoch != sign_in.epoch {
                return Err(handle::invalid());
            }
        }
        sign_in.subject = Subject::Known(Box::new(user));
    }
    Ok(())
}

async fn decide(
    sign_in: &SignIn<'_>,
    arrival: &Arrival<'_>,
    effects: &mut Effects,
    issued: &mut Option<Issued>,
) -> Result<Outcome, ApiError> {
    let mut answered = sign_in.answered.clone();
    match arrival {
        Arrival::Bare | Arrival::PasswordProved(_) => {}
        Arrival::SrpA(_) => answered.push(answered_srp_a()),
        Arrival::Typed(Typed { pending, answer, .. }) => {
            let result = custom_challenge::verify(sign_in, pending, answer, effects).await?;
            note(sign_in, result, effects.verdict());
            answered.push(ChallengeResult {
                name: ChallengeNameType::CustomChallenge.as_str().to_owned(),
                result,
                metadata: pending.value.metadata.clone(),
            });
        }
    }
    match define(sign_in, &answered, effects).await? {
        Decision::Fail => Ok(Outcome::Failed),
        // Whatever Define says: nobody is signed in who does not exist.
        Decision::IssueTokens if sign_in.subject.user().is_none() => Ok(Outcome::Failed),
        Decision::IssueTokens => {
            let is_passed = door::is_passed(sign_in, &answered);
            if !is_passed {
                check_without_code(sign_in)?;
            }
            if issued.is_none() {
                let mut tokens = tokens::sign_in(sign_in, TokenGenerationSource::Authentication).await?;
                match is_passed {
                    true => tokens.passing_door(),
                    false => tokens.without_code(sign_in),
                }
                if answered.last().is_some_and(door::is_right_code) {
                    tokens.with_code(sign_in).await?;
                }
                *issued = Some(tokens);
            }
            if sign_in.sealed_choice.is_some() {
                effects.unlock(sign_in.ctx, sign_in.pool, &sign_in.subject);
            }
            Ok(Outcome::Tokens)
        }
        Decision::Challenge(name) if name == ChallengeNameType::CustomChallenge.as_str() => {
            let (batch, answer) = custom_challenge::ask(sign_in, &answered, effects).await?;
            Ok(Outcome::Answered(batch, answer))
        }
        Decision::Challenge(name)
            if name == ChallengeNameType::PasswordVerifier.as_str()
                && matches!(arrival, Arrival::SrpA(_)) =>
        {
            Ok(Outcome::PasswordVerifier)
        }
        Decision::Challenge(_) => Err(unrecognizable()),
    }
}

/// Checks that tokens without a code may go to this user, by this client.
fn check_without_code(sign_in: &SignIn<'_>) -> Result<(), ApiError> {
    if sign_in.is_on_page() {
        return Err(unexpected(sign_in));
    }
    door::check_define(sign_in.pool, sign_in.client)?;
    check_factor(sign_in)
}

/// Checks that tokens without a code go to nobody who is asked for a second factor and was not: such a user must prove the
/// password, after which the pool asks for the factor.
fn check_factor(sign_in: &SignIn<'_>) -> Result<(), ApiError> {
    match sign_in.subject.user() {
        Some(user) if proven_factor::is_missing(sign_in, user) => Err(ApiError::not_authorized(
            "This user has a second factor, which CUSTOM_AUTH asks for after the password: it must begin with SRP_A.",
        )),
        _ => Ok(()),
    }
}

async fn define(
    sign_in: &SignIn<'_>,
    answered: &[ChallengeResult],
    effects: &mut Effects,
) -> Result<Decision, ApiError> {
    let event = DefineAuthChallenge {
        session: answered,
        metadata: &sign_in.metadata,
    };
    confirm::call(sign_in, &event, effects).await
}

fn answered_srp_a() -> ChallengeResult {
    ChallengeResult {
        name: SRP_A.to_owned(),
        result: true,
        metadata: None,
    }
}
