//! One step of a sign-in: who signs in to what, and what the step answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::shapes::{self, AuthFlowType, AuthenticationResultType, ChallengeNameType};

use poolhouse_store::Version;

use super::ending::Ending;
use super::subject::Subject;
use crate::base::clock::Millis;
use crate::records::session::ChallengeResult;
use crate::records::{ClientRecord, PoolRecord, SessionRecord};
use crate::request::Ctx;
use crate::triggers::About;
use crate::triggers::events::Metadata;
use crate::users::first_factors::FirstFactor;

/// A sign-in at one of its steps.
pub struct SignIn<'a> {
    /// The request.
    pub ctx: &'a Ctx,
    /// The pool signed in to.
    pub pool: &'a PoolRecord,
    /// The app client signed in through.
    pub client: &'a ClientRecord,
    /// Who signs in.
    pub subject: Subject,
    /// The flow, as `InitiateAuth` named it.
    pub flow: String,
    /// The id of the request that began it.
    pub event_id: String,
    /// The version of the app client's row: the sign-in ends through the client that this step has seen.
    pub client_version: Version,
    /// The user's security epoch that what was proven so far was proven under, or under which the sign-in began.
    pub epoch: u64,
    /// When the sign-in ends, however often it is renewed; unknown before its first custom challenge.
    pub ends: Option<Millis>,
    /// What the sign-in begins with in place of a password, once the answer to that is judged.
    pub passwordless: Option<FirstFactor>,
    /// A first password that was chosen in this sign-in, as [`Choice`](super::choice::Choice) seals it.
    pub sealed_choice: Option<String>,
    /// Digest of the place token that becomes good if the answer is right.
    pub place: Option<String>,
    /// Digest of the good place token that came with this answer or one before.
    pub place_before: Option<String>,
    /// The key of the user's device that the sign-in is on, where its client has named one.
    pub device: Option<String>,
    /// What a client may go on by that hands back no session after the password: the digest of its `SRP_A`, in the step in which
    /// that has proved the password.
    pub public_a: Option<[u8; 32]>,
    /// Challenges answered before this step.
    pub answered: Vec<ChallengeResult>,
    /// The request's `ClientMetadata`.
    pub metadata: Metadata,
    /// What takes the place of tokens, in a sign-in on a page of this server.
    pub ending: Option<Arc<dyn Ending>>,
}

impl SignIn<'_> {
    /// A session row of this sign-in, to which the challenge is to be added.
    pub fn session(&self) -> SessionRecord {
        SessionRecord {
            pool_id: self.pool.id().to_owned(),
            client_id: self.client.id().to_owned(),
            username: self.subject.username().to_owned(),
            sub: self.subject.id().to_owned(),
            is_user: self.subject.user().is_some(),
            flow: self.flow.clone(),
            challenge: String::new(),
            answered: self.answered.clone(),
            trail: self.ctx.audit.steps(),
            metadata: None,
            sealed_private: None,
            session_digest: None,
            slot_digest: None,
            event_id: self.event_id.clone(),
            epoch: self.epoch,
            attempts_left: None,
            ends: self.ends,
            is_first: false,
            sealed_choice: self.sealed_choice.clone(),
            place: None,
            place_before: self.place_before.clone(),
            device: self.device.clone(),
            is_on_page: self.is_on_page(),
            expires: Millis(0),
        }
    }

    /// Whom the events of this step are about.
    pub fn about(&self) -> About<'_> {
        About {
            pool: self.pool,
            username: self.subject.username(),
            user: self.subject.user(),
            client: Some(self.client),
        }
    }

    /// Whether Define decides what follows.
    pub fn is_custom(&self) -> bool {
        self.flow == AuthFlowType::CustomAuth.as_str()
    }

    /// Whether a page of this server asks for it, which shows its person what the API tells its client.
    pub fn is_on_page(&self) -> bool {
        self.ending.is_some()
    }

    /// Notes a challenge of the pool's own as answered rightly, for Define to see.
    pub fn note_answered(&mut self, challenge: &str) {
        self.answered.push(ChallengeResult {
            name: challenge.to_owned(),
            result: true,
            metadata: None,
        });
    }
}

/// What a step answers.
pub enum Answer {
    /// Another challenge.
    Challenge {
        /// Its name.
        name: ChallengeNameType,
        /// The handle to answer it with, where the flow gives one.
        session: Option<String>,
        /// What the client needs to answer it.
        parameters: BTreeMap<String, String>,
        /// What the user can choose from, where the flow says so.
        available: Option<Vec<ChallengeNameType>>,
    },
    /// The end: tokens, or nothing where the sign-in's [`Ending`] has what it ends in.
    Tokens(Box<AuthenticationResultType>),
}

impl Answer {
    /// The same for a client that is told what the user can begin with.
    #[must_use]
    pub fn offering(self, choices: &[FirstFactor]) -> Answer {
        match self {
            Answer::Challenge {
                name,
                session,
                parameters,
                ..
            } => Answer::Challenge {
                name,
                session,
                parameters,
                available: Some(choices.iter().map(|choice| choice.challenge()).collect()),
            },
            tokens @ Answer::Tokens(_) => tokens,
        }
    }

    /// The answer's members, which the four operations share.
    fn members(self) -> shapes::InitiateAuthResponse {
        match self {
            Answer::Challenge {
                name,
                session,
                parameters,
                available,
            } => shapes::InitiateAuthResponse {
                challenge_name: Some(name),
                session,
                challenge_parameters: Some(parameters),
                available_challenges: available,
                ..Default::default()
            },
            // Clients read ChallengeParameters without asking whether they are there.
            Answer::Tokens(result) => shapes::InitiateAuthResponse {
                challenge_parameters: Some(BTreeMap::new()),
                authentication_result: Some(*result),
                ..Default::default()
            },
        }
    }
}

/// The four operations answer with the same members under four names.
macro_rules! answers {
    ($($response:ident),*) => {
        $(impl From<Answer> for shapes::$response {
            fn from(answer: Answer) -> Self {
                let shapes::InitiateAuthResponse {
                    challenge_name,
                    session,
                    challenge_parameters,
                    authentication_result,
                    available_challenges,
                } = answer.members();
                shapes::$response {
                    challenge_name,
                    session,
                    challenge_parameters,
                    authentication_result,
                    available_challenges,
                }
            }
        })*
    };
}

answers!(
    InitiateAuthResponse,
    RespondToAuthChallengeResponse,
    AdminInitiateAuthResponse,
    AdminRespondToAuthChallengeResponse
);
