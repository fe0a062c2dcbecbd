//! Servers that share a database: a new key, or a new form of what is stored, is put to use when every one of them has it.
//!
//! Each server says in a row of its own which keys it has, which it seals with and of which version it is, and says so again every 20
//! seconds. One
//! row for all names the keys that the database may be sealed with. A server changes it once every server that runs has the
//! next key, and expects that no server has begun meanwhile: a beginning writes that row too. Either the beginner
//! finds the new key named, and does not begin without it, or the change fails and the beginner is asked as well.
//!
//! Nobody needs to trust a list of servers. One that is gone counts for no more than a minute.

use std::fmt;

use poolhouse_store::{Batch, CommitError, Expect, Scan};
use poolhouse_text::with_causes;

use super::generation::{self, Apart};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::key_ring::{Chain, KeyRing, Root};
use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::records::document::decode;
use crate::records::server_keys::{About, KeysInUse, SERVERS, ServerKeys};
use crate::records::{GENERATION, Generation, RecordBatch, Restored, Stored, load};

/// Seconds after which a server says again that it runs.
const RENEWED_AFTER: i64 = 20;
/// Seconds for which it counts as running.
const COUNTS_FOR: i64 = 60;
/// Seconds by which the clocks of two servers may differ.
pub(super) const SKEW: i64 = 30;
/// More servers than any database has.
pub(super) const MOST_SERVERS: usize = 1000;
/// Servers that begin at the same moment make each other begin again.
const MOST_TRIES: usize = 100;

/// Why a server cannot work with the others.
#[derive(Debug)]
pub enum JoinError {
    /// The database may be sealed with a key that this server does not have.
    Lacks,
    /// This server would seal with a key that another server does not have.
    OthersLack,
    /// Rows are arriving in the database: it is not whole.
    Arriving,
    /// What is stored is not for this version.
    Apart(Apart),
    /// The store failed.
    Store(ApiError),
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JoinError::Lacks => {
                "other servers on this database seal with a key that is not in this server's master.key. Copy master.key from the data \
                 directory of one of them"
            }
            JoinError::OthersLack => {
                "this server's master.key has a newer key in use that another server on this database does not have. Copy master.key to the \
                 data directory of every server"
            }
            JoinError::Arriving => {
                "rows are arriving in the database. Let the restore or copy come to its end, then start this server again"
            }
            JoinError::Apart(_) => "the database is not for this version",
            JoinError::Store(_) => "the database cannot tell which keys other servers use",
        })
    }
}

impl std::error::Error for JoinError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            JoinError::Lacks | JoinError::OthersLack | JoinError::Arriving => None,
            JoinError::Apart(error) => Some(error),
            JoinError::Store(error) => Some(error),
        }
    }
}

impl From<LoadError> for JoinError {
    fn from(error: LoadError) -> JoinError {
        match error {
            // What names the keys is sealed with one that is not here.
            LoadError::Corrupt(_) => JoinError::Lacks,
            error => JoinError::Store(error.into()),
        }
    }
}

/// This server among the others on its database.
#[derive(Clone)]
pub struct Servers {
    platform: Platform,
    id: String,
    /// What this machine is called.
    name: String,
    /// The generation of what this version stores.
    generation: u32,
    /// By how much this server's clock is behind the database's.
    behind: Option<i64>,
    /// What was said last.
    said: Option<ServerKeys>,
    /// The generation that is known to be noted of the database.
    noted: Generation,
}

impl Servers {
    /// A server of this id, which no other has.
    pub fn new(platform: &Platform, id: String) -> Servers {
        Servers {
            platform: platform.clone(),
            id,
            name: String::new(),
            generation: GENERATION,
            behind: None,
            said: None,
            noted: Generation::FIRST,
        }
    }

    /// The same on a machine that is called so.
    #[must_use]
    pub fn named(self, name: String) -> Servers {
        Servers { name, ..self }
    }

    /// The same as a version of another generation would be.
    #[must_use]
    pub fn of_generation(self, generation: u32) -> Servers {
        Servers { generation, ..self }
    }

    /// Begins to count as running.
    ///
    /// # Errors
    /// [`JoinError`]; then this server must not work on the database.
    pub async fn join(&mut self) -> Result<(), JoinError> {
        self.look_at_the_clock().await;
        for _ in 0..MOST_TRIES {
            let ours = self.ours();
            let (noted, row) = generation::noted(&self.platform).await?;
            generation::check(noted, self.generation).map_err(JoinError::Apart)?;
            self.noted = noted;
            if load(&self.platform, &Restored::arriving_key()).await?.is_some() {
                return Err(JoinError::Arriving);
            }
            let named = load(&self.platform, &KeysInUse::key()).await?;
            if let Some(named) = &named
                && !ours.has_all(&named.value.0)
            {
                return Err(JoinError::Lacks);
            }
            let keys = self.keys_to_name(&ours, named.as_ref()).await?;
            let batch = self
                .batch(&ours)
                .check(Restored::arriving_key().as_str(), Expect::Absent)
                .check(Generation::key().as_str(), expected(row.as_ref()))
                .record(KeysInUse::key(), expected(named.as_ref()), &KeysInUse(keys));
            match self.platform.commit(batch).await {
                Ok(_) => {
                    self.said = Some(ours);
                    return Ok(());
                }
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(JoinError::Store(error.into())),
            }
        }
        Err(JoinError::Store(ApiError::concurrent_modification()))
    }

    /// The keys that the database may be sealed with once this server runs.
    async fn keys_to_name(
        &self,
        ours: &ServerKeys,
        named: Option<&Stored<KeysInUse>>,
    ) -> Result<Vec<String>, JoinError> {
        let Some(named) = named else {
            return Ok(ours.uses.clone());
        };
        // Keys that wait here are put to use once this server works.
        let next = after_promotion(self.platform.keys().ring());
        if named.value.0 == ours.uses || named.value.0 == next {
            return Ok(named.value.0.clone());
        }
        match self.all_have(&ours.uses).await? {
            true => Ok(ours.uses.clone()),
            false => Err(JoinError::OthersLack),
        }
    }

    /// Says again that this server runs, if it is time or its keys have changed.
    ///
    /// # Errors
    /// [`JoinError`]; what this server said before holds on while it is true.
    pub async fn renew(&mut self) -> Result<(), JoinError> {
        let mut ours = self.ours();
        let Some(said) = &self.said else {
            return self.join().await;
        };
        let now = self.platform.now();
        if said.until <= now {
            // Others may have gone on without this one.
            let joined = self.join().await;
            if matches!(joined, Err(JoinError::Lacks)) {
                // What it seals meanwhile must stay readable: the others keep the old key while they know of it.
                let written = self.platform.commit(self.batch(&ours)).await;
                written.map_err(|error| JoinError::Store(error.into()))?;
            }
            return joined;
        }
        let is_same = (&said.has, &said.uses, said.since) == (&ours.has, &ours.uses, ours.since);
        if is_same && now < said.until.plus_seconds(RENEWED_AFTER - COUNTS_FOR) {
            return Ok(());
        }
        self.look_at_the_clock().await;
        ours = self.ours();
        let written = self.platform.commit(self.batch(&ours)).await;
        written.map_err(|error| JoinError::Store(error.into()))?;
        self.said = Some(ours);
        self.note_generation().await
    }

    /// Notes that rows may be of this server's generation, once every server that runs reads them, and none can begin that does
    /// not.
    async fn note_generation(&mut self) -> Result<(), JoinError> {
        if self.noted.0 >= self.generation {
            return Ok(());
        }
        let (noted, row) = generation::noted(&self.platform).await?;
        let named = load(&self.platform, &KeysInUse::key()).await?;
        let reads = |other: &Option<ServerKeys>| {
            let other = other.as_ref();
            other.is_some_and(|other| other.generation() >= self.generation)
        };
        if noted.0 < self.generation {
            if !self.running().await?.iter().all(reads) {
                return Ok(());
            }
            let batch = Batch::new()
                .check(KeysInUse::key().as_str(), expected(named.as_ref()))
                .record(
                    Generation::key(),
                    expected(row.as_ref()),
                    &Generation(self.generation),
                );
            match self.platform.commit(batch).await {
                Ok(_) => {}
                // Somebody has begun: it is asked in the next round.
                Err(CommitError::Conflict { .. }) => return Ok(()),
                Err(error) => return Err(JoinError::Store(error.into())),
            }
        }
        self.noted = Generation(self.generation.max(noted.0));
        Ok(())
    }

    /// Compares this server's clock with the database's, if that has one and answers.
    async fn look_at_the_clock(&mut self) {
        let asked = self.platform.clock.by_the_clock();
        let told = self.platform.store.clock().await;
        let halfway = asked.0.midpoint(self.platform.clock.by_the_clock().0);
        self.behind = told.ok().flatten().map(|clock| clock - halfway);
    }

    /// Ends to count as running.
    pub async fn leave(self) {
        let gone = Batch::new().delete(ServerKeys::key(&self.id).as_str(), Expect::Any);
        if let Err(error) = self.platform.commit(gone).await {
            let error = with_causes(&error);
            tracing::warn!(error, "this server counts as running for a minute more");
        }
    }

    /// Whether the keys that wait may be put to use: every server that runs has them, and none can begin without them.
    ///
    /// # Errors
    /// As [`join`](Self::join).
    pub async fn may_promote(&self) -> Result<bool, JoinError> {
        let wanted = after_promotion(self.platform.keys().ring());
        let named = load(&self.platform, &KeysInUse::key()).await?;
        if named.as_ref().is_some_and(|named| named.value.0 == wanted) {
            return Ok(true);
        }
        if !self.all_have(&wanted).await? {
            return Ok(false);
        }
        let batch = Batch::new().record(KeysInUse::key(), expected(named.as_ref()), &KeysInUse(wanted));
        match self.platform.commit(batch).await {
            Ok(_) => Ok(true),
            // Somebody has begun: it is asked in the next round.
            Err(CommitError::Conflict { .. }) => Ok(false),
            Err(error) => Err(JoinError::Store(error.into())),
        }
    }

    /// Since when every server that runs has sealed with this server's keys and no others; `None` while one does not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn all_seal_since(&self) -> Result<Option<Millis>, JoinError> {
        let ours = self.ours();
        let others = self.running().await?;
        let agree = others
            .iter()
            .all(|other| other.as_ref().is_some_and(|other| other.uses == ours.uses));
        let latest = others.into_iter().flatten().map(|other| other.since).max();
        Ok(agree.then(|| latest.unwrap_or(ours.since).max(ours.since)))
    }

    async fn all_have(&self, keys: &[String]) -> Result<bool, JoinError> {
        let running = self.running().await?;
        let has_all = |other: &Option<ServerKeys>| other.as_ref().is_some_and(|other| other.has_all(keys));
        Ok(running.iter().all(has_all))
    }

    async fn running(&self) -> Result<Vec<Option<ServerKeys>>, JoinError> {
        running(&self.platform).await
    }

    fn ours(&self) -> ServerKeys {
        let keys = self.platform.keys();
        let ring = keys.ring();
        let ids = |roots: Vec<&Root>| roots.into_iter().map(|root| root.id()).collect();
        let since = [&ring.master, &ring.code].map(|chain| chain.before.as_ref().map(|before| before.since));
        ServerKeys {
            has: ids(ring.master.roots().chain(ring.code.roots()).collect()),
            uses: ids(vec![&ring.master.current, &ring.code.current]),
            since: since.into_iter().flatten().max().unwrap_or(Millis(0)),
            until: self.platform.now().plus_seconds(COUNTS_FOR),
            about: Some(About {
                name: self.name.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                generation: self.generation,
                at: self.platform.now(),
                behind: self.behind,
            }),
        }
    }

    fn batch(&self, ours: &ServerKeys) -> Batch {
        Batch::new().record(ServerKeys::key(&self.id), Expect::Any, ours)
    }
}

/// What the servers that run on a database say of their keys; `None` for one whose words are authenticated by a key that
/// is not here.
///
/// # Errors
/// When the store fails.
pub async fn running(platform: &Platform) -> Result<Vec<Option<ServerKeys>>, JoinError> {
    let rows = platform.store.scan(Scan::prefix(SERVERS, MOST_SERVERS)).await;
    let rows = rows.map_err(LoadError::from)?;
    let now = platform.now();
    let said = rows.into_iter().map(|row| {
        let row = platform.open_row(row).ok()?;
        decode::<ServerKeys>(row).ok().map(|stored| stored.value)
    });
    let runs = |said: &Option<ServerKeys>| {
        let until = said.as_ref().map(|said| said.until.plus_seconds(SKEW));
        until.is_none_or(|until| now < until)
    };
    Ok(said.filter(runs).collect())
}

/// Until when a server counts that says that it runs on a database; `None` if none does. One counts also if its words cannot be read here: it
/// may have a newer key.
///
/// # Errors
/// When the store fails.
pub async fn runs_until(platform: &Platform) -> Result<Option<Millis>, JoinError> {
    let rows = platform.store.scan(Scan::prefix(SERVERS, MOST_SERVERS)).await;
    let rows = rows.map_err(LoadError::from)?;
    let said = rows.into_iter().filter_map(|row| row.expires);
    let until = said.map(|expires| ServerKeys::until(Millis(expires)).plus_seconds(SKEW));
    Ok(until.max().filter(|until| platform.now() < *until))
}

/// The ids of the keys that a ring seals with once those that wait are put to use.
pub(super) fn after_promotion(ring: &KeyRing) -> Vec<String> {
    let of = |chain: &Chain| chain.next.as_ref().unwrap_or(&chain.current).id();
    vec![of(&ring.master), of(&ring.code)]
}

fn expected<T>(row: Option<&Stored<T>>) -> Expect {
    row.map_or(Expect::Absent, Stored::unchanged)
}
