//! Rotations of the master and the code key, from the moment that they are announced in the key file to their end.
//!
//! An announced key is put to use, everything is sealed again with it, and when a whole pass over the database has found
//! nothing of the key before, and every sign-in that began under it is over, that key goes. Each step is one replacement
//! of the key file, so a stop between any two loses nothing.
//!
//! Where several servers share a database, each does all of it with its own key file, and waits with the first step for
//! the others to have the key, and with the last for them to seal with nothing else (`servers`).

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_confirm::UnusableKey;
use poolhouse_store::{Batch, Expect};
use poolhouse_text::with_causes;
use tokio::time::sleep;

use super::resealing;
use super::servers::{JoinError, Servers};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::key_ring::{KeyRing, MASTER_HELD};
use crate::base::keys::Keys;
use crate::base::shutdown::Shutdown;
use crate::keyring::KeyPlace;
use crate::records::key::Directory;
use crate::records::{Key, RecordBatch, Reference, load};
use crate::request::App;

/// The time between two rounds with nothing to do.
const PAUSE: Duration = Duration::from_secs(1);
/// The time between two pages of a pass: sign-ins come first.
const BREATH: Duration = Duration::from_millis(20);
/// Rows of a page.
const PAGE: usize = 200;

/// Why a round was cut short. The next one goes on.
#[derive(Debug)]
pub enum RotationError {
    /// The key file cannot be read or replaced.
    Place(io::Error),
    /// A key in it cannot be used.
    Key(UnusableKey),
    /// The store failed.
    Store(ApiError),
    /// The servers that share the database do not agree on its keys.
    Others(JoinError),
}

impl fmt::Display for RotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RotationError::Place(_) => "the key file cannot be read or replaced",
            RotationError::Key(_) => "a key in the key file cannot be used",
            RotationError::Store(_) => "the database cannot be sealed again",
            RotationError::Others(_) => "this server and the others on its database do not agree on the keys",
        })
    }
}

impl std::error::Error for RotationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RotationError::Place(error) => Some(error),
            RotationError::Key(error) => Some(error),
            RotationError::Store(error) => Some(error),
            RotationError::Others(error) => Some(error),
        }
    }
}

impl From<ApiError> for RotationError {
    fn from(error: ApiError) -> RotationError {
        RotationError::Store(error)
    }
}

impl From<JoinError> for RotationError {
    fn from(error: JoinError) -> RotationError {
        match error {
            JoinError::Store(error) => RotationError::Store(error),
            error => RotationError::Others(error),
        }
    }
}

/// What a round has left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing, for now.
    Nothing,
    /// More of a pass.
    Pages,
}

/// A pass over the database.
struct Pass {
    began: Millis,
    after: Option<String>,
    older: usize,
}

/// Carries rotations out, in rounds.
pub struct Rotation {
    app: Arc<App>,
    place: Arc<dyn KeyPlace>,
    /// The servers that share the database, where several can.
    servers: Option<Servers>,
    pass: Option<Pass>,
    /// When the last pass began, if it found nothing of an older key.
    passed: Option<Millis>,
}

impl Rotation {
    /// Rotations of this server's keys.
    pub fn new(app: &Arc<App>, place: Arc<dyn KeyPlace>) -> Rotation {
        Rotation {
            app: app.clone(),
            place,
            servers: None,
            pass: None,
            passed: None,
        }
    }

    /// The same on a database that several servers may share, which this one has joined.
    #[must_use]
    pub fn among(self, servers: Servers) -> Rotation {
        Rotation {
            servers: Some(servers),
            ..self
        }
    }

    /// Works until told to stop.
    pub async fn run(mut self, shutdown: Shutdown) {
        while !shutdown.is_requested() {
            let pause = match self.round().await {
                Ok(Left::Pages) => BREATH,
                Ok(Left::Nothing) => PAUSE,
                Err(error) => {
                    tracing::warn!(error = with_causes(&error), "rotation of keys cut short");
                    PAUSE
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = shutdown.requested() => {}
            }
        }
        if let Some(servers) = self.servers {
            servers.leave().await;
        }
    }

    /// One round: what the key file asks for, and a page of a pass if one is needed.
    ///
    /// # Errors
    /// [`RotationError`]; the next round goes on.
    pub async fn round(&mut self) -> Result<Left, RotationError> {
        let signing = self.app.signing_keys.renew().await;
        if let Some(ring) = self.changed().await? {
            self.take(ring)?;
        }
        // A row that cannot be read may be one that another server has sealed with a key that is not here: that says more.
        if let Some(servers) = &mut self.servers {
            servers.renew().await?;
        }
        signing?;
        let now = self.app.platform.now();
        let ring = self.app.platform.keys().ring().clone();
        if ring.has_next() {
            if self.may_promote().await? {
                self.change(move |ring| ring.promote(now)).await?;
            }
        } else if ring.has_expired(now) {
            self.change(move |ring| ring.expire(now)).await?;
        }
        self.pass().await
    }

    async fn may_promote(&self) -> Result<bool, RotationError> {
        match &self.servers {
            None => Ok(true),
            Some(servers) => Ok(servers.may_promote().await?),
        }
    }

    /// From when on nothing was sealed with a key before those of today, by any server; `None` while one does so.
    async fn sealed_since(&self, from: Millis) -> Result<Option<Millis>, RotationError> {
        match &self.servers {
            None => Ok(Some(from)),
            Some(servers) => {
                let all = servers.all_seal_since().await?;
                Ok(all.map(|since| from.max(since.plus_seconds(MASTER_HELD))))
            }
        }
    }

    /// One page of the pass that is under way or due.
    async fn pass(&mut self) -> Result<Left, RotationError> {
        let platform = self.app.platform.clone();
        let (now, keys) = (platform.now(), platform.keys());
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None if self.is_due(now).await? => Pass {
                began: now,
                after: None,
                older: 0,
            },
            None => return Ok(Left::Nothing),
        };
        let page = resealing::page(&platform, pass.after.clone(), PAGE).await;
        // A failure repeats the page.
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                self.pass = Some(pass);
                return Err(error.into());
            }
        };
        pass.older += page.older;
        pass.after = page.last;
        if pass.after.is_some() {
            self.pass = Some(pass);
            return Ok(Left::Pages);
        }
        // The first pass after a start finds nothing, and whoever tries the program wonders what it speaks of.
        match pass.older {
            0 => tracing::debug!("nothing to be sealed again"),
            rows => tracing::info!(rows, "sealed again with the keys of today"),
        }
        // What a request under way wrote with the key before is sealed again at once, while that key is held for an hour more: a row that is
        // sealed again just before its key goes may be in the hands of a request that then cannot open it.
        self.passed = (pass.older == 0).then_some(pass.began);
        let ends_from = keys.ring().ends_from();
        let is_time = match ends_from {
            None => true,
            Some(from) => self
                .sealed_since(from)
                .await?
                .is_some_and(|from| from <= pass.began),
        };
        let has_ended = pass.older == 0 && is_time;
        if has_ended {
            self.end(keys.ring()).await?;
        } else if ends_from.is_none() {
            // Nothing to wait for: look again at once.
            self.passed = None;
        }
        Ok(if has_ended { Left::Nothing } else { Left::Pages })
    }

    /// Whether a pass has to begin. After the first one under new keys, the next can find nothing final before the
    /// sign-ins of before are over.
    async fn is_due(&self, now: Millis) -> Result<bool, RotationError> {
        let keys = self.app.platform.keys();
        match (keys.ring().ends_from(), self.passed) {
            (Some(from), Some(passed)) => {
                let from = self.sealed_since(from).await?;
                return Ok(from.is_some_and(|from| from <= passed || from <= now));
            }
            (Some(_), None) => return Ok(true),
            (None, _) => {}
        }
        let known = load(&self.app.platform, &mark_key())
            .await
            .map_err(ApiError::from)?;
        Ok(known.is_none_or(|known| known.value.0 != mark(keys.ring())))
    }

    /// Notes that the database needs no older key, and lets go of those.
    async fn end(&mut self, ring: &KeyRing) -> Result<(), RotationError> {
        // Durable, and with it every row that was sealed again before.
        let note = Reference(mark(ring));
        let batch = Batch::new().record(mark_key(), Expect::Any, &note);
        self.app.platform.commit(batch).await.map_err(ApiError::from)?;
        if ring.ends_from().is_some() {
            self.change(KeyRing::end).await?;
        }
        Ok(())
    }

    /// Goes on with a ring.
    fn take(&mut self, ring: KeyRing) -> Result<(), RotationError> {
        let known = self.app.platform.keys();
        if *known.ring() == ring {
            return Ok(());
        }
        let (before, after) = (known.ring(), &ring);
        if before.master.current != after.master.current || before.code.current != after.code.current {
            let (master, code) = (after.master.current.epoch, after.code.current.epoch);
            tracing::info!(master, code, "keys rotated");
            (self.pass, self.passed) = (None, None);
        }
        let keys = Keys::derive(ring).map_err(RotationError::Key)?;
        self.app.replace_keys(keys);
        Ok(())
    }

    async fn changed(&self) -> Result<Option<KeyRing>, RotationError> {
        let place = self.place.clone();
        blocking(move || place.changed()).await
    }

    /// Changes the key file, unless a command is using it, and goes on with what it is then.
    async fn change(
        &mut self,
        change: impl Fn(&mut KeyRing) + Send + Sync + 'static,
    ) -> Result<(), RotationError> {
        let place = self.place.clone();
        match blocking(move || place.change(&change)).await? {
            Some(ring) => self.take(ring),
            None => Ok(()),
        }
    }
}

/// Runs what may wait for a disk where it keeps nobody waiting.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, RotationError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(io::Error::other)
        .and_then(|done| done)
        .map_err(RotationError::Place)
}

/// `meta/sealing`: which keys everything is known to be sealed with.
fn mark_key() -> Key<Reference> {
    Key::from_text(format!("{}sealing", Directory::Meta.prefix()))
}

/// The keys of a ring by their epochs, after the version of sealed texts.
fn mark(ring: &KeyRing) -> String {
    format!("2 {} {}", ring.master.current.epoch, ring.code.current.epoch)
}
