//! What the pool keeps instead of a password: an SRP salt and verifier, sealed under the user's row.

use std::fmt;

use poolhouse_crypto::srp::{self, BadVerifier, Salt, Verifier};
use zeroize::Zeroizing;

use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{Key, PoolRecord, UserRecord};
use crate::request::Ctx;

/// Makes the verifier for a user's new password and seals it.
///
/// # Errors
/// `TooManyRequestsException` when the server has too much arithmetic to do already.
pub async fn seal_verifier(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    password: &str,
) -> Result<String, ApiError> {
    let salt = Salt::random(&*ctx.platform().entropy);
    // Clients prove it for the name that they are given.
    let name = pool.compared(&user.username);
    let make = || srp::verifier(pool.srp_name(), &name, password, &salt);
    let made = ctx.platform().cpu.run(make).await?;
    Ok(ctx
        .platform()
        .seal(Purpose::Verifiers, row(pool, user).as_str(), &made.to_bytes()))
}

/// Opens a user's verifier.
///
/// # Errors
/// `InternalErrorException` if the user has none (ask first), or it was not sealed by this server for this user.
pub fn open_verifier(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<Verifier, ApiError> {
    let sealed = user
        .sealed_verifier
        .as_deref()
        .ok_or_else(|| ApiError::internal(Unreadable::Absent))?;
    let opened = ctx
        .platform()
        .open(Purpose::Verifiers, row(pool, user).as_str(), sealed)
        .map_err(ApiError::internal)?;
    let opened = Zeroizing::new(opened);
    Verifier::from_bytes(&opened).map_err(unusable)
}

/// What was opened is no verifier. The error shows nothing of it.
pub(super) fn unusable(error: BadVerifier) -> ApiError {
    ApiError::internal(Unreadable::Verifier(error))
}

/// The row that the verifier is bound to: moved to another user's row, it does not open.
fn row(pool: &PoolRecord, user: &UserRecord) -> Key<UserRecord> {
    UserRecord::key(pool.id(), &user.sub)
}

/// Why a stored verifier cannot be used.
#[derive(Debug)]
enum Unreadable {
    Absent,
    Verifier(BadVerifier),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unreadable::Absent => "the user has no password",
            Unreadable::Verifier(_) => "the sealed verifier cannot be used",
        })
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unreadable::Verifier(error) => Some(error),
            Unreadable::Absent => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use poolhouse_text::with_causes;

    #[test]
    fn what_is_no_credential_is_refused_and_not_shown() {
        for plain in [
            &b"c0ffee"[..],
            b"c0ffee:zz",
            b":c0ffee",
            b"c0ffee:1",
            b"c0ffee:\xff",
            b"\x01\x06c0ffee",
        ] {
            let refused = unusable(Verifier::from_bytes(plain).err().unwrap());
            let shown = format!("{} {refused:?}", with_causes(&refused));
            assert!(!shown.contains("c0ffee"), "{shown}");
            // As bytes, too, which is how a list of them would be printed.
            assert!(!shown.contains("99, 48, 102"), "{shown}");
        }
    }
}
