//! Authenticator apps: the seeds that they share with the pool, and whether a code is one of theirs.

use poolhouse_api::ErrorCode;
use poolhouse_crypto::{Entropy, constant_time_eq, totp};
use poolhouse_store::Batch;
use poolhouse_text::base32;
use zeroize::Zeroizing;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{Factor, Key, PoolRecord, RecordBatch, SoftwareToken, Stored, UserRecord};
use crate::request::Ctx;

/// Bytes of a seed.
const SEED_BYTES: usize = 32;

/// A seed, as it is shared with an app.
pub struct Seed(Zeroizing<Vec<u8>>);

/// What a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The code of this step, which was not used before.
    Right(u64),
    /// The code of a step that was used, or of one before it.
    Used,
    /// No code of now.
    Wrong,
}

impl Seed {
    /// A new one.
    pub fn draw(entropy: &dyn Entropy) -> Seed {
        let mut seed = Zeroizing::new(vec![0; SEED_BYTES]);
        entropy.fill(&mut seed);
        Seed(seed)
    }

    /// `SecretCode`: what a person types into an app, or reads from a QR code.
    pub fn text(&self) -> String {
        base32::encode(&self.0)
    }

    /// The seed that a [`text`](Self::text) says.
    pub fn of_text(text: &str) -> Option<Seed> {
        base32::decode(text).map(Zeroizing::new).map(Seed)
    }

    /// The seed of a stored app.
    ///
    /// # Errors
    /// When it does not open.
    pub fn open(ctx: &Ctx, token: &Stored<SoftwareToken>) -> Result<Seed, ApiError> {
        let opened = ctx
            .platform()
            .open(Purpose::TokenSeeds, &token.key, &token.value.sealed);
        Ok(Seed(Zeroizing::new(opened.map_err(ApiError::internal)?)))
    }

    /// The seed as the row at `key` has it.
    pub fn seal(&self, ctx: &Ctx, key: &Key<SoftwareToken>) -> String {
        ctx.platform().seal(Purpose::TokenSeeds, key.as_str(), &self.0)
    }

    /// Judges a code: of the step of now, of the one before or of the one after, for clocks differ. Each step is good once, and
    /// none is after a later one. All are compared, whichever is right.
    pub fn judge(&self, last_step: Option<u64>, typed: &str, now: Millis) -> Judged {
        let now = totp::step(now.seconds());
        let mut judged = Judged::Wrong;
        for step in now.saturating_sub(1)..=now.saturating_add(1) {
            let is_right = constant_time_eq(totp::code(&self.0, step).as_bytes(), typed.as_bytes());
            let is_used = last_step.is_some_and(|last| step <= last);
            judged = match (is_right, is_used, judged) {
                (true, false, Judged::Wrong | Judged::Used) => Judged::Right(step),
                (true, true, Judged::Wrong) => Judged::Used,
                _ => judged,
            };
        }
        judged
    }
}

/// Checks that users of the pool may register authenticator apps.
///
/// # Errors
/// `SoftwareTokenMFANotFoundException` in the service's words.
pub fn check_pool(pool: &PoolRecord) -> Result<(), ApiError> {
    if pool.factors.has(Factor::SoftwareToken) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::SoftwareTokenMFANotFoundException,
        "Software Token MFA has not been enabled by the userPool",
    ))
}

/// There is no app to judge by.
pub fn not_found() -> ApiError {
    ApiError::new(
        ErrorCode::SoftwareTokenMFANotFoundException,
        "Software Token MFA does not exist for the user.",
    )
}

/// A code that does not verify an app.
pub fn not_verified() -> ApiError {
    ApiError::new(
        ErrorCode::EnableSoftwareTokenMFAException,
        "Code mismatch and fail enable Software Token MFA",
    )
}

/// The rows that make an app the user's, in place of one before: part of the commit that says so in the user's row. The step of
/// the code that verified it is used.
pub fn verified(
    ctx: &Ctx,
    pool: &PoolRecord,
    sub: &str,
    seed: &Seed,
    name: Option<String>,
    step: u64,
) -> Batch {
    let key = SoftwareToken::key(pool.id(), sub);
    let token = SoftwareToken {
        sealed: seed.seal(ctx, &key),
        name: name.filter(|name| !name.is_empty()),
        last_step: Some(step),
    };
    Batch::new().record(key, poolhouse_store::Expect::Any, &token)
}

/// Says in the user's row that it has an app.
pub fn note(user: &mut UserRecord, now: Millis) {
    user.factors.has_token = true;
    user.modified = now;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238's seed, whose codes are 94287082, 07081804 and 14050471 at 59, 1111111109 and 1111111111 seconds.
    fn seed() -> Seed {
        Seed(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    #[test]
    fn a_code_is_good_a_step_early_and_late_and_no_longer() {
        let code = "287082";
        for (seconds, judged) in [
            (-1, Judged::Right(1)),
            (29, Judged::Right(1)),
            (59, Judged::Right(1)),
            (89, Judged::Right(1)),
            (90, Judged::Wrong),
        ] {
            assert_eq!(
                seed().judge(None, code, Millis(seconds * 1000)),
                judged,
                "{seconds}"
            );
        }
        for other in ["", "28708", "2870820", "287083", "94287082"] {
            assert_eq!(
                seed().judge(None, other, Millis(59_000)),
                Judged::Wrong,
                "{other}"
            );
        }
    }

    #[test]
    fn a_step_is_good_once_and_none_before_it_is_good_after() {
        let (earlier, later) = ("081804", "050471");
        let judge = |last: Option<u64>, code: &str| seed().judge(last, code, Millis(1_111_111_111_000));
        let step = totp::step(1_111_111_109);
        assert_eq!(judge(None, earlier), Judged::Right(step));
        assert_eq!(judge(Some(step), earlier), Judged::Used);
        assert_eq!(judge(Some(step), later), Judged::Right(step + 1));
        assert_eq!(judge(Some(step + 1), earlier), Judged::Used);
        assert_eq!(judge(Some(step + 1), "000000"), Judged::Wrong);
    }

    #[test]
    fn a_seed_is_what_apps_take() {
        assert_eq!(seed().text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let read = Seed::of_text(&seed().text()).map(|seed| seed.0.to_vec());
        assert_eq!(read.as_deref(), Some(&b"12345678901234567890"[..]));
        assert!(Seed::of_text("not base32").is_none());
    }
}
