//! `Session` and `SECRET_BLOCK`: opaque strings that stand for a row of the store.
//!
//! A handle is sealed: it holds when the row expires and 32 random bytes, and it opens only for the app client it was
//! made for. So a string that is not ours, or another client's, is told from one that was used or came too late,
//! without keeping either. The row lies under a digest of the random bytes: a copy of the database holds no handle.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::sha256;

use crate::clock::Millis;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::{SessionRecord, Stored, keys, load};

/// What every `Session` of the service begins with. Nobody may rely on it; some tools recognise sessions by it.
const SESSION_PREFIX: &str = "AYABe";
const RANDOM_BYTES: usize = 32;

/// What a handle is for. One kind never passes for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The `Session` member.
    Session,
    /// The `SECRET_BLOCK` challenge parameter.
    SecretBlock,
}

/// A new handle, as text for the client and as key for the row.
pub struct Handle {
    /// What the client gets.
    pub text: String,
    /// Where the row lies.
    pub key: String,
    /// The digest at the end of the key.
    pub digest: String,
}

/// Makes a handle for a row that expires at `expires`.
pub fn new(ctx: &Ctx, kind: Kind, client_id: &str, expires: Millis) -> Handle {
    let mut random = [0; RANDOM_BYTES];
    ctx.app.entropy.fill(&mut random);
    let mut plain = Vec::with_capacity(8 + RANDOM_BYTES);
    plain.extend_from_slice(&expires.0.to_be_bytes());
    plain.extend_from_slice(&random);
    let sealed = ctx.app.sealer.seal(&associated(kind, client_id), &plain, &*ctx.app.entropy);
    let digest = digest(&random);
    Handle { text: dress(kind, &sealed), key: keys::session(expires, &digest), digest }
}

/// Finds the row that a handle stands for.
///
/// # Errors
/// `NotAuthorizedException` with the service's sentence for a handle that is expired, used, or not ours at all.
pub async fn find(
    ctx: &Ctx,
    kind: Kind,
    client_id: &str,
    text: &str,
) -> Result<Stored<SessionRecord>, ApiError> {
    let (expires, digest) = open(ctx, kind, client_id, text).ok_or_else(invalid)?;
    if ctx.now >= expires {
        return Err(ApiError::not_authorized("Invalid session for the user, session is expired."));
    }
    load(&*ctx.app.store, &keys::session(expires, &digest)).await?.ok_or_else(used)
}

/// The digest of a handle's random bytes, if the handle is ours and this client's.
pub fn open(ctx: &Ctx, kind: Kind, client_id: &str, text: &str) -> Option<(Millis, String)> {
    let sealed = undress(kind, text)?;
    let plain = ctx.app.sealer.open(&associated(kind, client_id), &sealed).ok()?;
    let (expires, random) = plain.split_first_chunk::<8>()?;
    Some((Millis(i64::from_be_bytes(*expires)), digest(random)))
}

/// A session that is garbage, or another client's or user's.
pub fn invalid() -> ApiError {
    ApiError::not_authorized("Invalid session for the user.")
}

/// A session that was answered before.
pub fn used() -> ApiError {
    ApiError::not_authorized("Invalid session for the user, session can only be used once.")
}

fn associated(kind: Kind, client_id: &str) -> String {
    match kind {
        Kind::Session => format!("session/{client_id}"),
        Kind::SecretBlock => format!("secret-block/{client_id}"),
    }
}

fn dress(kind: Kind, sealed: &str) -> String {
    match kind {
        Kind::Session => format!("{SESSION_PREFIX}{sealed}"),
        // Clients decode the block as standard base64 and hash the bytes.
        Kind::SecretBlock => STANDARD.encode(sealed),
    }
}

fn undress(kind: Kind, text: &str) -> Option<String> {
    match kind {
        Kind::Session => text.strip_prefix(SESSION_PREFIX).map(str::to_owned),
        Kind::SecretBlock => String::from_utf8(STANDARD.decode(text).ok()?).ok(),
    }
}

fn digest(random: &[u8]) -> String {
    hex(&sha256(&[random]))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
