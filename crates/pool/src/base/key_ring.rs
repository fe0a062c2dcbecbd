//! The keys that all others are derived from, and how one follows another.
//!
//! There are two roots: the *master* key seals and authenticates the database and makes refresh tokens; the *code* key makes
//! confirm codes, and authenticates what counts them. A root has an epoch. A rotation goes through three states, and each step from one to
//! the next is one replacement of the key file:
//!
//! | state | seals | opens |
//! |---|---|---|
//! | announced: there is a next key | the current one | both |
//! | promoted: the next has become the current one | the new one | both |
//! | ended: everything is sealed with the new one, and the one before is gone | the new one | the new one |
//!
//! So whatever a key has sealed, somebody who reads the file can open, wherever a rotation stops.

use std::fmt;

use poolhouse_crypto::derive_key;
use poolhouse_text::hex;
use zeroize::Zeroizing;

use super::clock::Millis;

/// The bytes of a key, wiped when dropped.
pub type KeyBytes = Zeroizing<[u8; 32]>;

/// Under which the refresh tokens' key is derived from a master key.
pub(super) const REFRESH_TOKENS: &str = "poolhouse.v1.refresh-tokens";
/// Under which the first code key is derived from the first master key.
const CODES: &str = "poolhouse.v1.confirm";
/// Under which the one key of the version before was derived; the key that makes names still is.
pub(super) const UNNUMBERED: &str = "poolhouse.v1.records";

/// Under which a key's id is derived from it.
const KEY_ID: &str = "poolhouse.v1.key-id";
/// Bytes of a key's id.
const KEY_ID_BYTES: usize = 8;

/// Seconds that a master key is kept after it was replaced: longer than any sign-in lasts, for its sessions are in the
/// hands of clients.
pub const MASTER_HELD: i64 = 3600;
/// Seconds that a code key is kept after it was replaced: as long as a browser can be remembered.
pub const CODE_HELD: i64 = 90 * 24 * 3600;
/// Seconds that refresh tokens can live: 3,650 days, the longest that the API takes.
const REFRESH_HELD: i64 = 3650 * 24 * 3600;

/// Which root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootKey {
    /// Seals and authenticates the database.
    Master,
    /// Makes confirm codes.
    Code,
}

impl RootKey {
    /// Its name on the command line and in the key file.
    pub fn name(self) -> &'static str {
        match self {
            RootKey::Master => "master",
            RootKey::Code => "code",
        }
    }
}

/// A key and which one of its kind it is, counted from 1.
#[derive(Clone, PartialEq, Eq)]
pub struct Root {
    /// Which one.
    pub epoch: u8,
    /// The key.
    pub key: KeyBytes,
}

impl Root {
    /// What the key is called where it must not be told: the same for nobody else's.
    pub fn id(&self) -> String {
        hex::encode(&derive_key(&*self.key, KEY_ID)[..KEY_ID_BYTES])
    }
}

/// A key that was replaced and is still needed.
#[derive(Clone, PartialEq, Eq)]
pub struct Before {
    /// The key.
    pub root: Root,
    /// When it was replaced.
    pub since: Millis,
    /// Whether nothing in the database needs it any more.
    pub resealed: bool,
}

/// One root through its rotations.
#[derive(Clone, PartialEq, Eq)]
pub struct Chain {
    /// The key in use.
    pub current: Root,
    /// The one that was announced.
    pub next: Option<Root>,
    /// The one before.
    pub before: Option<Before>,
}

/// A key that no token is made with any more.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifying {
    /// The epoch of the master key that it was derived from.
    pub epoch: u8,
    /// The key.
    pub key: KeyBytes,
    /// When the last token made with it has ended.
    pub until: Millis,
}

/// Everything that the key file holds.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRing {
    /// Seals and authenticates the database.
    pub master: Chain,
    /// Makes confirm codes.
    pub code: Chain,
    /// Makes the names of rows that must be found again, and so never changes.
    pub names: KeyBytes,
    /// Refresh tokens of replaced master keys are told by these.
    pub refresh: Vec<Verifying>,
    /// Whether the next master key ends all refresh tokens of those before, because somebody else has one of them.
    pub ends_refresh_tokens: bool,
}

/// Why a rotation does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The one before has not ended.
    UnderWay(RootKey),
    /// Epochs are counted to 255.
    TooMany(RootKey),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::UnderWay(root) => write!(
                f,
                "a rotation of the {} key is under way, and ends before the next begins. See: poolhouse keys status",
                root.name()
            ),
            Refused::TooMany(root) => write!(
                f,
                "the {} key was rotated 254 times, which is as often as it can be",
                root.name()
            ),
        }
    }
}

impl std::error::Error for Refused {}

impl Chain {
    fn of(epoch: u8, key: KeyBytes) -> Chain {
        let current = Root { epoch, key };
        Chain {
            current,
            next: None,
            before: None,
        }
    }

    /// All its keys.
    pub fn roots(&self) -> impl Iterator<Item = &Root> {
        let before = self.before.as_ref().map(|before| &before.root);
        std::iter::once(&self.current).chain(&self.next).chain(before)
    }

    fn promote(&mut self, now: Millis) -> bool {
        let Some(next) = self.next.take() else {
            return false;
        };
        self.before = Some(Before {
            root: std::mem::replace(&mut self.current, next),
            since: now,
            resealed: false,
        });
        true
    }
}

impl KeyRing {
    /// The ring of a first master key, from which everything else is derived.
    pub fn of_master(key: [u8; 32]) -> KeyRing {
        let key = Zeroizing::new(key);
        let derived = |from: &[u8; 32], label: &str| Zeroizing::new(derive_key(from, label));
        KeyRing {
            code: Chain::of(1, derived(&key, CODES)),
            names: derived(&derived(&key, UNNUMBERED), "mac"),
            refresh: Vec::new(),
            ends_refresh_tokens: false,
            master: Chain::of(1, key),
        }
    }

    /// The keys of one root.
    pub fn chain(&self, root: RootKey) -> &Chain {
        match root {
            RootKey::Master => &self.master,
            RootKey::Code => &self.code,
        }
    }

    fn chain_mut(&mut self, root: RootKey) -> &mut Chain {
        match root {
            RootKey::Master => &mut self.master,
            RootKey::Code => &mut self.code,
        }
    }

    /// Begins a rotation to `key`.
    ///
    /// # Errors
    /// [`Refused`] while the database still needs the key before the current one.
    pub fn announce(&mut self, root: RootKey, key: KeyBytes) -> Result<(), Refused> {
        let chain = self.chain_mut(root);
        let is_needed = chain.before.as_ref().is_some_and(|before| !before.resealed);
        if is_needed || chain.next.is_some() {
            return Err(Refused::UnderWay(root));
        }
        let epoch = chain.current.epoch.checked_add(1);
        let epoch = epoch.ok_or(Refused::TooMany(root))?;
        chain.next = Some(Root { epoch, key });
        Ok(())
    }

    /// Whether a key waits to be put to use.
    pub fn has_next(&self) -> bool {
        self.master.next.is_some() || self.code.next.is_some()
    }

    /// Puts the announced keys to use.
    pub fn promote(&mut self, now: Millis) {
        let Root { epoch, key } = self.master.current.clone();
        if self.master.promote(now) {
            self.refresh.push(Verifying {
                epoch,
                key: Zeroizing::new(derive_key(&*key, REFRESH_TOKENS)),
                until: now.plus_seconds(REFRESH_HELD + MASTER_HELD),
            });
            if std::mem::take(&mut self.ends_refresh_tokens) {
                self.refresh.clear();
            }
        }
        self.code.promote(now);
    }

    /// From when on a pass over the database can show that nothing needs the keys before the current ones; `None` if there
    /// are none to be shown so.
    pub fn ends_from(&self) -> Option<Millis> {
        let of = |chain: &Chain| {
            let before = chain.before.as_ref().filter(|before| !before.resealed)?;
            Some(before.since.plus_seconds(MASTER_HELD))
        };
        of(&self.master).max(of(&self.code))
    }

    /// Ends the rotations after such a pass.
    pub fn end(&mut self) {
        self.master.before = None;
        if let Some(before) = &mut self.code.before {
            before.resealed = true;
        }
    }

    /// Whether a key is held that has outlived everything made with it.
    pub fn has_expired(&self, now: Millis) -> bool {
        let mut less = self.clone();
        less.expire(now);
        less != *self
    }

    /// Lets go of keys that have outlived everything made with them.
    pub fn expire(&mut self, now: Millis) {
        let held = |before: &Before| !before.resealed || now < before.since.plus_seconds(CODE_HELD);
        self.code.before = self.code.before.take().filter(held);
        self.refresh.retain(|kept| now < kept.until);
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing(..)")
    }
}
