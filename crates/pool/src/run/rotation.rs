//! Rotations of the master and the code key, from the moment that they are announced in the key file to their end.
//!
//! An announced key is put to use, everything is sealed again with it, and when every sign-in that began under the key before is over,
//! and whole passes over the database have found nothing of that key, it goes. Each step is one replacement of the key file, so a
//! stop between any two loses nothing.
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
/// Seconds that a row may be in somebody's hands: longer than any request is under way, or a mail is being handed over. Who has read it
/// before it was sealed again may open it, or write it back as it was, for so long.
pub const ROW_HELD: i64 = 600;
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
    /// When the first of those passes began that have found nothing since the keys before could go.
    clean_since: Option<Millis>,
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
            clean_since: None,
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
        let is_clean = pass.older == 0;
        self.passed = is_clean.then_some(pass.began);
        let has_ended = match keys.ring().ends_from() {
            None => is_clean,
            Some(from) => self.is_over(from, &pass).await?,
        };
        if has_ended {
            self.end(keys.ring()).await?;
        }
        Ok(if has_ended { Left::Nothing } else { Left::Pages })
    }

    /// Whether a pass that has come to its end shows that nobody needs the keys before: it found nothing of them, and nor did another,
    /// so long before it that whoever held a row of theirs has let go of it.
    async fn is_over(&mut self, from: Millis, pass: &Pass) -> Result<bool, RotationError> {
        let from = self.sealed_since(from).await?;
        if pass.older > 0 || from.is_none_or(|from| pass.began < from) {
            self.clean_since = None;
            return Ok(false);
        }
        let since = *self.clean_since.get_or_insert(pass.began);
        Ok(since.plus_seconds(ROW_HELD) <= pass.began)
    }

    /// Whether a pass has to begin. What a request under way wrote with a key before is sealed again at once; after a pass that found
    /// nothing of it, none can show more before the sign-ins of before are over, and then before nobody holds a row of theirs.
    async fn is_due(&self, now: Millis) -> Result<bool, RotationError> {
        let keys = self.app.platform.keys();
        match (keys.ring().ends_from(), self.passed) {
            (Some(from), Some(_)) => {
                let from = self.sealed_since(from).await?;
                let shown = self.clean_since.map(|since| since.plus_seconds(ROW_HELD));
                return Ok(from.is_some_and(|from| from.max(shown.unwrap_or(from)) <= now));
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
            (self.pass, self.passed, self.clean_since) = (None, None, None);
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
