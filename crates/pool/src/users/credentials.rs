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
    let plain = Zeroizing::new(format!("{}:{}", made.salt().to_hex(), *made.v_hex()));
    Ok(ctx
        .platform()
        .seal(Purpose::Verifiers, row(pool, user).as_str(), plain.as_bytes()))
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
    read(&opened).map_err(ApiError::internal)
}

/// Reads the text form of a salt and a verifier.
///
/// # Errors
/// When it is something else.
pub(super) fn read(plain: &[u8]) -> Result<Verifier, Unreadable> {
    let text = std::str::from_utf8(plain).map_err(|_| Unreadable::Form)?;
    let (salt, v) = text.split_once(':').ok_or(Unreadable::Form)?;
    Verifier::from_hex(salt, v).map_err(Unreadable::Verifier)
}

/// The row that the verifier is bound to: moved to another user's row, it does not open.
fn row(pool: &PoolRecord, user: &UserRecord) -> Key<UserRecord> {
    UserRecord::key(pool.id(), &user.sub)
}

/// Why a stored verifier cannot be used.
#[derive(Debug)]
pub(super) enum Unreadable {
    Absent,
    Form,
    Verifier(BadVerifier),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unreadable::Absent => "the user has no password",
            Unreadable::Form => "the sealed credential is not a salt and a verifier",
            Unreadable::Verifier(_) => "the sealed verifier cannot be used",
        })
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unreadable::Verifier(error) => Some(error),
            Unreadable::Absent | Unreadable::Form => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use poolhouse_text::with_causes;

    #[test]
    fn a_credential_survives_its_text_form() {
        let salt = Salt::from_hex("2a51c4f0").unwrap();
        let made = srp::verifier("AbCd12345", "mara", "Correct-Horse-9!", &salt);
        let plain = format!("{}:{}", made.salt().to_hex(), *made.v_hex());
        let read = read(plain.as_bytes()).unwrap();
        assert!(srp::check_password(
            "AbCd12345",
            "mara",
            "Correct-Horse-9!",
            &read
        ));
        assert!(!srp::check_password(
            "AbCd12345",
            "mara",
            "Correct-Horse-9?",
            &read
        ));
    }

    #[test]
    fn what_is_no_credential_is_refused_and_not_shown() {
        for plain in [
            &b"c0ffee"[..],
            b"c0ffee:zz",
            b":c0ffee",
            b"c0ffee:1",
            b"c0ffee:\xff",
        ] {
            let refused = ApiError::internal(read(plain).unwrap_err());
            let shown = format!("{} {refused:?}", with_causes(&refused));
            assert!(!shown.contains("c0ffee"), "{shown}");
            // As bytes, too, which is how a list of them would be printed.
            assert!(!shown.contains("99, 48, 102"), "{shown}");
        }
    }
}
