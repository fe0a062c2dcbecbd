//! Credentials that are renewed before they end.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use poolhouse_outbound::aws::{BoxFuture, CredentialSource, Credentials, CredentialsError};
use poolhouse_text::with_causes;
use tokio::sync::OwnedMutexGuard;

use crate::finder::find;
use crate::obtained::{FoundIn, Obtained};
use crate::surroundings::Surroundings;

/// How long before their end credentials are renewed, in seconds.
const AHEAD: u64 = 5 * 60;
/// What is added to that at random, at most.
const SPREAD: u64 = 60;
/// How long after a renewal that failed, or one that a service asked for, the next one is tried.
const PAUSE: u64 = 30;
/// How long those who waited for the same renewal hear of its failure instead of trying it again one by one.
const SHARED: u64 = 1;

/// Credentials from wherever the surroundings have them.
///
/// They are fetched when somebody first asks, and renewed five to six minutes before they end, by one task at a time
/// however many ask meanwhile; until that is done, and if it fails, the old ones serve to their end. Cheap to
/// clone; clones share everything.
#[derive(Clone)]
pub struct RenewingCredentials(Arc<Shared>);

struct Shared {
    around: Surroundings,
    state: Mutex<State>,
    /// Its holder renews.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// Why the last renewal failed, and when.
    failed: Option<(CredentialsError, u64)>,
}

#[derive(Clone)]
struct Held {
    credentials: Credentials,
    found_in: FoundIn,
    obtained: u64,
    /// When they are renewed.
    renewed_from: Option<u64>,
    expires: Option<u64>,
}

/// What there is for a call.
enum Found {
    Fresh(Held),
    /// Still valid; to be renewed.
    Ageing(Held),
    Nothing,
}

impl RenewingCredentials {
    /// Credentials of these surroundings. Nothing is looked for yet.
    pub fn new(around: Surroundings) -> RenewingCredentials {
        RenewingCredentials(Arc::new(Shared {
            around,
            state: Mutex::default(),
            turn: Arc::default(),
        }))
    }

    /// Credentials that are valid now, and where they are from.
    ///
    /// # Errors
    /// There are none; the error says where was looked and what to do.
    pub async fn current(&self) -> Result<(Credentials, FoundIn), CredentialsError> {
        match self.0.look() {
            Found::Fresh(held) => return Ok(held.shown()),
            Found::Ageing(held) => {
                if let Ok(turn) = Arc::clone(&self.0.turn).try_lock_owned() {
                    tokio::spawn(renew(Arc::clone(&self.0), turn));
                }
                return Ok(held.shown());
            }
            Found::Nothing => {}
        }
        let turn = Arc::clone(&self.0.turn).lock_owned().await;
        if let Found::Fresh(held) | Found::Ageing(held) = self.0.look() {
            return Ok(held.shown());
        }
        if let Some(error) = self.0.just_failed() {
            return Err(error);
        }
        // A task of its own: a call may be given up, and the next one finds what came.
        let renewed = tokio::spawn(renew(Arc::clone(&self.0), turn)).await;
        renewed
            .unwrap_or_else(|error| {
                Err(CredentialsError::new("looking for credentials was cut off").caused_by(error))
            })
            .map(|held| held.shown())
    }

    /// Waits until no renewal is under way.
    pub async fn settled(&self) {
        drop(self.0.turn.lock().await);
    }
}

impl CredentialSource for RenewingCredentials {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        Box::pin(async { self.current().await.map(|(credentials, _)| credentials) })
    }

    /// Looks again, but not sooner than half a minute after it last did: a key that is wrong stays wrong.
    fn refused(&self) {
        let now = self.0.around.now();
        let mut state = self.0.state();
        if let Some(held) = &mut state.held
            && now >= held.obtained + PAUSE
        {
            held.expires = Some(now);
        }
    }
}

impl fmt::Debug for RenewingCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RenewingCredentials")
            .field(&self.0.around)
            .finish()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> Found {
        let now = self.around.now();
        match &self.state().held {
            Some(held) if held.expires.is_some_and(|end| now >= end) => Found::Nothing,
            Some(held) if held.renewed_from.is_some_and(|from| now >= from) => Found::Ageing(held.clone()),
            Some(held) => Found::Fresh(held.clone()),
            None => Found::Nothing,
        }
    }

    fn just_failed(&self) -> Option<CredentialsError> {
        let now = self.around.now();
        let state = self.state();
        let (error, at) = state.failed.as_ref()?;
        (now >= *at && now < at + SHARED).then(|| error.clone())
    }

    /// Anything up to `most`.
    fn jitter(&self, most: u64) -> u64 {
        (self.around.random)() % (most + 1)
    }

    fn keep(&self, found: Obtained, found_in: FoundIn) -> Result<Held, CredentialsError> {
        let now = self.around.now();
        let left = found.expires.map(|end| end.saturating_sub(now));
        if left == Some(0) {
            return Err(CredentialsError::new(format!(
                "the credentials of {found_in} have ended, and there are no others"
            )));
        }
        // Credentials that live for minutes only are used for half of that.
        let lead = left.map(|left| (AHEAD + self.jitter(SPREAD)).min(left.div_ceil(2)));
        let held = Held {
            credentials: found.credentials,
            found_in,
            obtained: now,
            renewed_from: found
                .expires
                .zip(lead)
                .map(|(end, lead)| end.saturating_sub(lead)),
            expires: found.expires,
        };
        let mut state = self.state();
        state.held = Some(held.clone());
        state.failed = None;
        Ok(held)
    }

    fn fail(&self, error: CredentialsError) -> CredentialsError {
        let now = self.around.now();
        let again = now + PAUSE + self.jitter(PAUSE);
        let mut state = self.state();
        if let Some(held) = &mut state.held
            && held.renewed_from.is_some()
        {
            held.renewed_from = Some(again);
            tracing::warn!(
                error = with_causes(&error),
                "the AWS credentials cannot be renewed; those there are serve to their end"
            );
        }
        state.failed = Some((error.clone(), now));
        error
    }
}

/// Looks for credentials and keeps them. `turn` ends with it.
async fn renew(shared: Arc<Shared>, turn: OwnedMutexGuard<()>) -> Result<Held, CredentialsError> {
    let found = find(&shared.around).await;
    let kept = found.and_then(|(obtained, found_in)| shared.keep(obtained, found_in));
    let kept = kept.map_err(|error| shared.fail(error));
    drop(turn);
    kept
}

impl Held {
    fn shown(&self) -> (Credentials, FoundIn) {
        (self.credentials.clone(), self.found_in)
    }
}
