//! `Session` and `SECRET_BLOCK`: opaque strings that carry a sign-in from one step to the next.
//!
//! A `Session` is a handle to a row: sealed, it holds when the row expires, whose it is and 32 random bytes. The row lies under a
//! digest of the random bytes, so a copy of the database holds no handle. A `SECRET_BLOCK` holds the state itself,
//! sealed: beginning a sign-in, which anybody may, then writes nothing. That it was used is what gets a row.
//!
//! Both open only for the app client they were made for. So a string that is not ours, or another client's, is told
//! from one that was used or came too late.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use poolhouse_crypto::sha256;
use poolhouse_store::{Batch, CommitError};
use poolhouse_text::hex;
use zeroize::Zeroizing;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::document::reload;
use crate::records::{ClientRecord, Key, RecordBatch, SessionRecord, Stored};
use crate::request::Ctx;

/// What every `Session` of the service begins with. Nobody may rely on it; some tools recognise sessions by it.
const SESSION_PREFIX: &str = "AYABe";
/// Ends the client's id in a `Session` that names it. No sealed text has it.
const CLIENT_ENDS: char = '.';
/// Before the `sub` in a `Session` in which nothing is proved yet.
const UNPROVED: &str = "~";
/// The same where nobody has the name.
const NOBODY: &str = "-";
const RANDOM_BYTES: usize = 32;
/// Bytes of a `SECRET_BLOCK`'s state: as many as the longest name that a user can have takes, on a device.
const BLOCK_BYTES: usize = 2688;

/// A new handle, as text for the client and as key for the row.
pub struct Handle {
    /// What the client gets.
    pub text: String,
    /// Where the row lies.
    pub key: Key<SessionRecord>,
    /// The digest at the end of the key.
    pub digest: String,
}

/// Where the row of a session lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// In a place of its own.
    Alone,
    /// Where others may be written over it: nothing is proved in it yet.
    InSlot {
        /// Whether somebody has the name.
        is_user: bool,
    },
}

impl Lies {
    fn mark(self) -> &'static str {
        match self {
            Lies::Alone => "",
            Lies::InSlot { is_user: true } => UNPROVED,
            Lies::InSlot { is_user: false } => NOBODY,
        }
    }

    /// What the mark before a `sub` says, and the `sub`. No `sub` begins with one.
    fn read(marked: &str) -> (Lies, &str) {
        let slots = [true, false].map(|is_user| Lies::InSlot { is_user });
        let unmarked = |lies: Lies| Some((lies, marked.strip_prefix(lies.mark())?));
        slots
            .into_iter()
            .find_map(unmarked)
            .unwrap_or((Lies::Alone, marked))
    }

    fn key(self, pool_id: &str, sub: &str, digest: &str) -> Key<SessionRecord> {
        match self {
            Lies::Alone => SessionRecord::key(pool_id, sub, digest),
            Lies::InSlot { is_user } => SessionRecord::slot(pool_id, is_user.then_some(sub), digest),
        }
    }
}

/// Makes a handle for a session of this user, or made-up user, that expires at `expires`.
pub fn new(ctx: &Ctx, client: &ClientRecord, sub: &str, expires: Millis) -> Handle {
    let mut random = [0; RANDOM_BYTES];
    ctx.platform().entropy.fill(&mut random);
    of_secret(ctx, client, sub, expires, random)
}

/// As [`new`], for a session in which nothing is proved yet.
pub fn new_in_slot(ctx: &Ctx, client: &ClientRecord, sub: &str, is_user: bool, expires: Millis) -> Handle {
    let mut random = [0; RANDOM_BYTES];
    ctx.platform().entropy.fill(&mut random);
    made(ctx, client, (sub, Lies::InSlot { is_user }), expires, random)
}

/// As [`new`], for bytes that both sides know already and nobody else does: the row is found by them, too.
pub fn of_secret(
    ctx: &Ctx,
    client: &ClientRecord,
    sub: &str,
    expires: Millis,
    random: [u8; RANDOM_BYTES],
) -> Handle {
    made(ctx, client, (sub, Lies::Alone), expires, random)
}

fn made(
    ctx: &Ctx,
    client: &ClientRecord,
    (sub, lies): (&str, Lies),
    expires: Millis,
    random: [u8; RANDOM_BYTES],
) -> Handle {
    let mut plain = Vec::with_capacity(8 + RANDOM_BYTES + 1 + sub.len());
    plain.extend_from_slice(&expires.0.to_be_bytes());
    plain.extend_from_slice(&random);
    plain.extend_from_slice(lies.mark().as_bytes());
    plain.extend_from_slice(sub.as_bytes());
    let sealed = ctx
        .platform()
        .seal(Purpose::Sessions, &session_of(client.id()), &plain);
    let digest = digest(&random);
    Handle {
        text: format!("{SESSION_PREFIX}{sealed}"),
        key: lies.key(client.pool_id(), sub, &digest),
        digest,
    }
}

/// As [`new`], for a handle that operations are given which name no client: it says in the clear whose it is.
pub fn new_naming_client(ctx: &Ctx, client: &ClientRecord, sub: &str, expires: Millis) -> Handle {
    let handle = new(ctx, client, sub, expires);
    let sealed = handle.text.strip_prefix(SESSION_PREFIX).unwrap_or_default();
    Handle {
        text: format!("{SESSION_PREFIX}{}{CLIENT_ENDS}{sealed}", client.id()),
        ..handle
    }
}

/// The client that a handle names in the clear. Nothing is proved by it: the rest opens for the client it was made for.
pub fn client_of(text: &str) -> Option<&str> {
    let (client_id, _) = text.strip_prefix(SESSION_PREFIX)?.split_once(CLIENT_ENDS)?;
    Some(client_id)
}

/// Finds the row that an opened handle stands for.
///
/// # Errors
/// `NotAuthorizedException` with the service's sentence for a handle that was used.
pub async fn find(
    ctx: &Ctx,
    client: &ClientRecord,
    opened: &Opened,
) -> Result<Stored<SessionRecord>, ApiError> {
    let found = ctx.load(&opened.key(client.pool_id())).await?;
    found.filter(|found| opened.is_of(&found.value)).ok_or_else(used)
}

/// The session as it is by now; nothing if it is gone.
///
/// # Errors
/// When the store fails.
pub async fn again(
    ctx: &Ctx,
    session: &Stored<SessionRecord>,
) -> Result<Option<Stored<SessionRecord>>, ApiError> {
    let now = reload(ctx.platform(), session).await?;
    Ok(now.filter(|now| now.value.slot_digest == session.value.slot_digest))
}

/// Opens the `Session` of a request that must have one.
///
/// # Errors
/// `NotAuthorizedException` with the service's sentence for a handle that is expired, or not ours at all;
/// `InvalidParameterException` if there is none.
pub fn open_required(ctx: &Ctx, client_id: &str, text: Option<&str>) -> Result<Opened, ApiError> {
    let text = text.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| ApiError::missing_parameter("Session"))?;
    let opened = open(ctx, client_id, text).ok_or_else(invalid)?;
    if ctx.now >= opened.expires {
        return Err(expired());
    }
    Ok(opened)
}

/// The batch that consumes a session. It holds for the session as it was read, and so for one answer.
pub fn consumption(stored: &Stored<SessionRecord>) -> Batch {
    Batch::new().remove(stored)
}

/// What a handle says of its row.
pub struct Opened {
    /// When the row expires.
    pub expires: Millis,
    /// Whose session it is.
    pub sub: String,
    /// Under which digest it lies.
    pub digest: String,
    lies: Lies,
}

impl Opened {
    /// Where the row lies.
    pub fn key(&self, pool_id: &str) -> Key<SessionRecord> {
        self.lies.key(pool_id, &self.sub, &self.digest)
    }

    /// Whether what lies there is still this session.
    fn is_of(&self, found: &SessionRecord) -> bool {
        self.lies == Lies::Alone || found.slot_digest.as_deref() == Some(&self.digest)
    }
}

/// Opens a handle, if it is ours and this client's.
pub fn open(ctx: &Ctx, client_id: &str, text: &str) -> Option<Opened> {
    let sealed = text.strip_prefix(SESSION_PREFIX)?;
    let sealed = sealed
        .split_once(CLIENT_ENDS)
        .map_or(sealed, |(_, sealed)| sealed);
    let plain = ctx
        .platform()
        .open(Purpose::Sessions, &session_of(client_id), sealed)
        .ok()?;
    let (expires, rest) = plain.split_first_chunk::<8>()?;
    let (random, sub) = rest.split_first_chunk::<RANDOM_BYTES>()?;
    let (lies, sub) = Lies::read(std::str::from_utf8(sub).ok()?);
    Some(Opened {
        expires: Millis(i64::from_be_bytes(*expires)),
        sub: sub.to_owned(),
        digest: digest(random),
        lies,
    })
}

/// Seals the state of an exchange into a `SECRET_BLOCK`, which clients decode as standard base64 and hash the bytes of.
///
/// The state is filled up with spaces to one length: it says who there is, and its length must not.
///
/// # Errors
/// `InvalidParameterException` for a state that does not fit, which no user's does.
pub fn seal_block(ctx: &Ctx, client_id: &str, state: &[u8]) -> Result<String, ApiError> {
    if state.len() > BLOCK_BYTES {
        return Err(ApiError::invalid_parameter("USERNAME is too long."));
    }
    let mut filled = Zeroizing::new(state.to_vec());
    filled.resize(BLOCK_BYTES, b' ');
    let sealed = ctx
        .platform()
        .seal(Purpose::SecretBlocks, &block_of(client_id), &filled);
    let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(ApiError::internal)?;
    Ok(STANDARD.encode(bytes))
}

/// The state in a decoded `SECRET_BLOCK`, if the block is ours and this client's.
pub fn open_block(ctx: &Ctx, client_id: &str, block: &[u8]) -> Option<Vec<u8>> {
    ctx.platform()
        .open(
            Purpose::SecretBlocks,
            &block_of(client_id),
            &URL_SAFE_NO_PAD.encode(block),
        )
        .ok()
}

/// A session whose time is over.
pub fn expired() -> ApiError {
    ApiError::not_authorized("Invalid session for the user, session is expired.")
}

/// A session that is garbage, or another client's or user's.
pub fn invalid() -> ApiError {
    ApiError::not_authorized("Invalid session for the user.")
}

/// A session that was answered before.
pub fn used() -> ApiError {
    ApiError::not_authorized("Invalid session for the user, session can only be used once.")
}

fn session_of(client_id: &str) -> String {
    format!("session/{client_id}")
}

fn block_of(client_id: &str) -> String {
    format!("secret-block/{client_id}")
}

/// What stands in keys for secret bytes.
pub fn digest(random: &[u8]) -> String {
    hex::encode(&sha256(&[random]))
}

/// Consumes a session: of any number of answers to it, one goes on.
///
/// # Errors
/// `session can only be used once.` for all others.
pub async fn consume(ctx: &Ctx, stored: &Stored<SessionRecord>) -> Result<(), ApiError> {
    match ctx.platform().commit(consumption(stored)).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict { .. }) => Err(used()),
        Err(error) => Err(error.into()),
    }
}
