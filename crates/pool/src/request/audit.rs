//! What a request says of itself in the audit log: put together while it is served, and written by the commit that it tells
//! of, so that neither is there without the other.
//!
//! An operation that changes something tells `done` with its commit. A sign-in tells nothing until it ends, or until an
//! answer is counted as wrong. A second commit of the same request writes the same entry over, or takes it back if there
//! is nothing to tell any more: an attempt that was counted beforehand, say, and was right.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_api::{ErrorCode, Operation};
use poolhouse_store::{Batch, Expect};

use super::App;
use super::about::{About, Telling, is_by_name, is_sign_in, reason};
use super::noted::Noted;
use super::refusals::Refusals;
use super::strangers::Strangers;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Beside;
use crate::records::audit_step::MOST_STEPS;
use crate::records::{Actor, Asked, AuditEntry, AuditStep, EntryId, OfUser, RecordBatch};

/// The most functions that a request tells of.
const MOST_ASKED: usize = 40;

/// A sign-in ended with tokens.
const TOKENS: &str = "tokens";
/// A code was judged, and the sign-in goes on.
const CODE: &str = "code";
/// Something was changed.
const DONE: &str = "done";
/// Answers to a challenge that nobody has to hear of.
const GOES_ON: [&str; 2] = [RIGHT, NOT_JUDGED];
/// An answer that was right.
const RIGHT: &str = "right";
/// An answer that only asked for another mail.
pub const NOT_JUDGED: &str = "not_judged";
/// What attempts on names that nobody has are counted as.
const UNKNOWN_NAME: &str = "unknown_name";
/// What wrong answers are counted as that nothing was proved before, once an hour's entries about their user are written.
const UNPROVED: &str = "unproved";

/// The entry of one request. Copies share it.
#[derive(Clone)]
pub struct Audit(Arc<Shared>);

struct Shared {
    id: EntryId,
    expires: Millis,
    refusals: Arc<Refusals>,
    strangers: Arc<Strangers>,
    noted: Noted,
    draft: Mutex<Draft>,
}

#[derive(Default)]
struct Draft {
    operation: Option<Operation>,
    /// What the log calls it, where it is no call of the API.
    called: Option<&'static str>,
    telling: Telling,
    /// What earlier commits of the request have written.
    written: Vec<String>,
    /// The same before the commit that is under way.
    earlier: Vec<String>,
    actor: Actor,
    address: Option<IpAddr>,
    device: Option<String>,
    flow: Option<String>,
    sign_in: Option<String>,
    before: Vec<AuditStep>,
    what: String,
    result: Option<&'static str>,
    mail: Option<String>,
    asked: Vec<Asked>,
    is_counted: bool,
    may_tell: Option<bool>,
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Audit").field(&self.0.id).finish()
    }
}

impl Audit {
    /// Of a request that nothing is known of yet. Its entry may go at `expires`.
    pub(super) fn new(id: EntryId, expires: Millis, app: &App, noted: Noted) -> Audit {
        Audit(Arc::new(Shared {
            id,
            expires,
            refusals: app.refusals.clone(),
            strangers: app.strangers.clone(),
            noted,
            draft: Mutex::default(),
        }))
    }

    /// Which operation it is.
    pub fn serves(&self, operation: Operation) {
        let mut draft = self.draft();
        draft.operation = Some(operation);
        if !is_sign_in(operation) {
            let (outcome, why) = (DONE, None);
            draft.telling = Telling::Ended { outcome, why };
        }
    }

    /// What the log calls the request, which is no call of the API and does what this operation does.
    pub fn serves_as(&self, operation: Operation, called: &'static str) {
        self.serves(operation);
        self.draft().called = Some(called);
    }

    /// Who signed it, or holds its token.
    pub fn asked_by(&self, actor: Actor) {
        self.draft().actor = actor;
    }

    /// Who asked, as far as it is known.
    pub fn actor(&self) -> Actor {
        self.draft().actor.clone()
    }

    /// Where it comes from.
    pub fn comes_from(&self, address: Option<IpAddr>, device: Option<String>) {
        let mut draft = self.draft();
        draft.address = address;
        draft.device = device;
    }

    /// A sign-in begins with this flow.
    pub fn begins(&self, flow: &'static str) {
        let mut draft = self.draft();
        flow.clone_into(&mut draft.what);
        draft.flow = Some(flow.to_owned());
        draft.sign_in = Some(self.0.id.request_id.clone());
    }

    /// An answer to this challenge came in.
    pub fn answers(&self, challenge: &str) {
        challenge.clone_into(&mut self.draft().what);
    }

    /// The sign-in that goes on: its flow, the request that it began with, and its steps so far.
    pub fn goes_on(&self, flow: &str, began_with: &str, before: &[AuditStep]) {
        let mut draft = self.draft();
        draft.flow = Some(flow.to_owned());
        draft.sign_in = Some(began_with.to_owned());
        draft.before = before.to_vec();
    }

    /// A function was asked.
    pub fn heard(&self, trigger: &'static str, took: Duration, outcome: &'static str) {
        let mut draft = self.draft();
        if draft.asked.len() < MOST_ASKED {
            draft.asked.push(Asked {
                trigger: trigger.to_owned(),
                took: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
                outcome: outcome.to_owned(),
            });
        }
    }

    /// What became of the mail with a code.
    pub fn mailed(&self, result: Option<&'static str>) {
        self.draft().mail = result.map(str::to_owned);
    }

    /// The next commit ends the sign-in with tokens.
    pub fn ends_with_tokens(&self) {
        let (outcome, why) = (TOKENS, None);
        self.draft().telling = Telling::Ended { outcome, why };
    }

    /// The next commit makes known that something was changed.
    pub fn tells_done(&self) {
        let (outcome, why) = (DONE, None);
        self.draft().telling = Telling::Ended { outcome, why };
    }

    /// What became of an answer to a code. A step that is decided again says it again.
    pub fn came_to(&self, result: Option<&'static str>) {
        self.draft().result = result;
    }

    /// The next commit asks for more: it tells nothing, unless it counts a wrong answer.
    pub fn asks_on(&self) {
        let mut draft = self.draft();
        let wrong = draft.result.filter(|result| !GOES_ON.contains(result));
        draft.telling = match wrong {
            Some(_) => Telling::Ended {
                outcome: CODE,
                why: wrong,
            },
            None => Telling::Nothing,
        };
    }

    /// The next commit counts a wrong answer, of which this error is told.
    pub fn was_wrong(&self, code: ErrorCode, why: &'static str) {
        let mut draft = self.draft();
        draft.result = Some("wrong");
        let (outcome, why) = (code.name(), Some(why));
        draft.telling = Telling::Ended { outcome, why };
    }

    /// What was told of the last commit is open again.
    pub fn is_undecided(&self) {
        self.draft().telling = Telling::Nothing;
    }

    /// The next commit counts an attempt beforehand, which stays counted unless something good follows.
    pub fn is_unfinished(&self) {
        let (outcome, why) = (ErrorCode::NotAuthorizedException.name(), Some("unfinished"));
        self.draft().telling = Telling::Ended { outcome, why };
    }

    /// The next commit denies what was asked.
    pub fn denies(&self, error: &ApiError) {
        let (outcome, why) = (error.code.name(), reason(error));
        self.draft().telling = Telling::Ended { outcome, why };
    }

    /// The next commit ends a sign-in in which Define wants no more: for the answer that came before, or for its own reasons.
    pub fn define_denies(&self, error: &ApiError) {
        let mut draft = self.draft();
        let wrong = draft.result.filter(|result| !GOES_ON.contains(result));
        let (outcome, why) = (error.code.name(), wrong.or(Some("define")));
        draft.telling = Telling::Ended { outcome, why };
    }

    /// The steps of the sign-in, this one included.
    pub fn steps(&self) -> Vec<AuditStep> {
        self.draft().steps(self.0.id.at)
    }

    /// Counts a request that was refused and has left no entry.
    pub fn refused(&self, error: &ApiError) {
        let draft = self.draft();
        let is_told = !draft.written.is_empty() || draft.is_counted;
        let (Some(operation), false) = (draft.operation, is_told) else {
            return;
        };
        let what = [draft.called.unwrap_or(operation.name()), error.code.name()];
        self.0.refusals.count(self.0.noted.pool(), self.0.id.at, what);
    }

    fn draft(&self) -> MutexGuard<'_, Draft> {
        self.0.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Draft {
    fn steps(&self, at: Millis) -> Vec<AuditStep> {
        let mut steps = self.before.clone();
        steps.push(AuditStep {
            at,
            what: self.what.clone(),
            result: self.result.unwrap_or_else(|| self.usual_result()).to_owned(),
            asked: self.asked.clone(),
            mail: self.mail.clone(),
        });
        if steps.len() > MOST_STEPS {
            steps.drain(..steps.len() - MOST_STEPS);
        }
        steps
    }

    /// What a step came to of which nothing else was said.
    fn usual_result(&self) -> &'static str {
        match self.operation {
            Some(Operation::InitiateAuth | Operation::AdminInitiateAuth) => "begun",
            _ => RIGHT,
        }
    }
}

impl Beside for Audit {
    fn beside(&self, batch: &Batch) -> Batch {
        let mut draft = self.draft();
        draft.earlier = draft.written.clone();
        let (Telling::Ended { outcome, why }, Some(operation)) = (draft.telling, draft.operation) else {
            let written = std::mem::take(&mut draft.written);
            let taken_back = |batch: Batch, key: String| batch.delete(key, Expect::Any);
            return written.into_iter().fold(Batch::new(), taken_back);
        };
        let shared = &*self.0;
        let about = About::of(&shared.noted, batch);
        let entry = draft.entry(shared, &about, operation, (outcome, why));
        let (first, second) = match (&about.pool, &about.user) {
            // What goes with the pool would not tell that the pool is gone.
            (Some(_), _) if operation == Operation::DeleteUserPool => {
                (AuditEntry::key(None, &shared.id), None)
            }
            (Some(pool_id), Some(sub)) if !draft.may_tell(shared, outcome, (pool_id, sub)) => {
                draft.count(shared, [operation.name(), UNPROVED]);
                return entry.in_vain(pool_id, &shared.id);
            }
            (Some(pool_id), Some(sub)) => {
                let of_user = OfUser::key(pool_id, sub, &shared.id);
                (AuditEntry::key(Some(pool_id), &shared.id), Some(of_user))
            }
            (Some(pool_id), None) if is_by_name(operation) => {
                draft.count(shared, [operation.name(), UNKNOWN_NAME]);
                return entry.in_vain(pool_id, &shared.id);
            }
            (pool_id, _) => (AuditEntry::key(pool_id.as_deref(), &shared.id), None),
        };
        draft.written = vec![first.as_str().to_owned()];
        let rows = Batch::new().record(first, Expect::Any, &entry);
        let Some(second) = second else { return rows };
        draft.written.push(second.as_str().to_owned());
        let expires = shared.expires;
        rows.record(
            second,
            Expect::Any,
            &OfUser {
                expires,
                ..OfUser::default()
            },
        )
    }

    fn fell_through(&self) {
        let mut draft = self.draft();
        draft.written = std::mem::take(&mut draft.earlier);
    }
}

impl Draft {
    fn entry(
        &self,
        shared: &Shared,
        about: &About,
        operation: Operation,
        (outcome, why): (&str, Option<&str>),
    ) -> AuditEntry {
        let is_of_sign_in = self.flow.is_some();
        let (steps, asked) = match is_of_sign_in {
            true => (self.steps(shared.id.at), Vec::new()),
            false => (Vec::new(), self.asked.clone()),
        };
        AuditEntry {
            operation: self.called.unwrap_or(operation.name()).to_owned(),
            actor: self.actor.clone(),
            pool: about.pool.clone(),
            client: shared.noted.client().map(str::to_owned),
            user: about.user.clone(),
            address: self.address.map(|address| address.to_string()),
            device: self.device.clone(),
            outcome: outcome.to_owned(),
            why: why.map(str::to_owned),
            flow: self.flow.clone(),
            sign_in: self.sign_in.clone(),
            steps,
            asked,
            gap_since: None,
            expires: shared.expires,
        }
    }

    /// Whether an entry about this user is written. What a stranger can bring about any number of times is told so many times
    /// an hour.
    fn may_tell(&mut self, shared: &Shared, outcome: &str, (pool_id, sub): (&str, &str)) -> bool {
        if outcome == TOKENS || !self.is_of_nobody_proved() {
            return true;
        }
        // A step that is committed anew is told as it was.
        *self
            .may_tell
            .get_or_insert_with(|| shared.strangers.may_tell((pool_id, sub), shared.id.at))
    }

    /// Whether this is an answer to functions of the pool's own in a sign-in in which nothing was proved before: what else is
    /// answered wrongly is counted, and refused in the end.
    fn is_of_nobody_proved(&self) -> bool {
        // Functions may call right what they like.
        let own = ChallengeNameType::CustomChallenge.as_str();
        let is_proof = |step: &AuditStep| step.result == RIGHT && step.what != own;
        self.actor == Actor::Anybody && self.what == own && !self.before.iter().any(is_proof)
    }

    /// Counts an attempt that has no entry, once.
    fn count(&mut self, shared: &Shared, what: [&'static str; 2]) {
        if !self.is_counted {
            self.is_counted = true;
            shared.refusals.count(shared.noted.pool(), shared.id.at, what);
        }
    }
}
