//! Proving a password without sending it: the `PASSWORD_VERIFIER` challenge.
//!
//! The server's half of the exchange lies sealed in the session row that `SECRET_BLOCK` stands for, because clients
//! answer this challenge without a `Session` in `USER_SRP_AUTH`. The row is deleted by the first answer, right or
//! wrong, in the commit that counts the attempt.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_crypto::constant_time_eq;
use poolhouse_crypto::srp::{self, Challenge, parse_a, timestamp};
use poolhouse_store::{Batch, Expect};

use super::handle::{self, Kind};
use super::lockout;
use super::parameters::Parameters;
use super::step::{Answer, SignIn};
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::document::Document;
use crate::records::{SessionRecord, Stored};

/// How far a client's clock may be off, in seconds. The service checks for gross errors only.
const CLOCK_SKEW_SECONDS: i64 = 30 * 60;

/// Starts the exchange: draws the server's secret, keeps it, and asks for the proof.
///
/// `with_session` is how `CUSTOM_AUTH` asks: it hands out a `Session` beside the block; `USER_SRP_AUTH` does not.
///
/// # Errors
/// `InvalidParameterException` for an `SRP_A` that no honest client sends, and store failures.
pub async fn challenge(
    sign_in: &SignIn<'_>,
    parameters: &Parameters,
    with_session: bool,
) -> Result<Answer, ApiError> {
    let SignIn { ctx, pool, client, subject, .. } = sign_in;
    let public_a = parse_a(parameters.required("SRP_A")?).map_err(|_| bad_a())?;
    let verifier = subject.verifier(ctx, pool)?;
    let salt = verifier.salt().to_hex();
    let entropy = ctx.app.entropy.clone();
    let ours = ctx.app.cpu.run(move || srp::challenge(&verifier, &*entropy)).await?;

    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let block = handle::new(ctx, Kind::SecretBlock, client.id(), expires);
    let session = with_session.then(|| handle::new(ctx, Kind::Session, client.id(), expires));
    let state = format!("{}:{}", handle::hex(&ours.to_bytes()), public_a.to_hex());
    let record = SessionRecord {
        challenge: ChallengeNameType::PasswordVerifier.as_str().to_owned(),
        sealed_srp: Some(ctx.app.sealer.seal(&block.key, state.as_bytes(), &*ctx.app.entropy)),
        session_digest: session.as_ref().map(|session| session.digest.clone()),
        expires,
        ..sign_in.session()
    };
    ctx.app.store.commit(Batch::new().put(block.key, Expect::Absent, record.to_body())).await?;

    let name = subject.public_name(ctx, pool)?;
    let parameters = BTreeMap::from([
        ("SALT".to_owned(), salt),
        ("SRP_B".to_owned(), ours.public_b_hex()),
        ("SECRET_BLOCK".to_owned(), block.text),
        ("USERNAME".to_owned(), name.clone()),
        ("USER_ID_FOR_SRP".to_owned(), name),
    ]);
    Ok(Answer::Challenge {
        name: ChallengeNameType::PasswordVerifier,
        session: session.map(|session| session.text),
        parameters,
    })
}

/// What a client answered to `PASSWORD_VERIFIER`, read and checked for form.
pub struct Proof {
    block: Vec<u8>,
    signature: Vec<u8>,
    timestamp: String,
}

impl Proof {
    /// Reads the proof.
    ///
    /// # Errors
    /// `InvalidParameterException` naming what is missing or malformed.
    pub fn read(ctx: &Ctx, parameters: &Parameters) -> Result<Proof, ApiError> {
        let text = parameters.required("TIMESTAMP")?.to_owned();
        let seconds = timestamp::parse(&text).ok_or_else(|| {
            ApiError::invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
        })?;
        let signature = STANDARD.decode(parameters.required("PASSWORD_CLAIM_SIGNATURE")?).map_err(|_| {
            ApiError::invalid_parameter("Invalid PASSWORD_CLAIM_SIGNATURE format. Must be a Base64 string.")
        })?;
        let block = STANDARD
            .decode(parameters.required("PASSWORD_CLAIM_SECRET_BLOCK")?)
            .map_err(|_| ApiError::incorrect_username_or_password())?;
        if (seconds - ctx.now.seconds()).abs() > CLOCK_SKEW_SECONDS {
            return Err(ApiError::not_authorized("TIMESTAMP is too far from the server's clock."));
        }
        Ok(Proof { block, signature, timestamp: text })
    }
}

/// Judges the proof. Counts the attempt and consumes the challenge first, in one commit; returns the batch that
/// forgets the failures.
///
/// # Errors
/// `Incorrect username or password.`, `Password attempts exceeded`, or a session used before.
pub async fn judge(
    sign_in: &SignIn<'_>,
    stored: &Stored<SessionRecord>,
    proof: Proof,
) -> Result<Batch, ApiError> {
    let SignIn { ctx, pool, subject, .. } = sign_in;
    let consume = Batch::new().delete(stored.key.clone(), Expect::Version(stored.version));
    let who = subject.lockout_name(ctx, pool)?;
    let clear = lockout::count(ctx, pool.id(), &who, &consume, handle::used).await?;

    let sealed = stored.value.sealed_srp.as_deref().ok_or_else(handle::invalid)?;
    let state = ctx.app.sealer.open(&stored.key, sealed).map_err(ApiError::internal)?;
    let (ours, public_a) = read_state(&state).ok_or_else(|| ApiError::internal("a sealed SRP state is unreadable"))?;
    let verifier = subject.verifier(ctx, pool)?;
    let name = pool.srp_name().to_owned();
    let user_id = subject.public_name(ctx, pool)?;
    let right = ctx
        .app
        .cpu
        .run(move || {
            let public_a = parse_a(&public_a).ok()?;
            let expected = srp::expected_signature(
                &name,
                &user_id,
                &verifier,
                &ours,
                &public_a,
                &proof.block,
                &proof.timestamp,
            );
            Some(constant_time_eq(&expected.ok()?, &proof.signature))
        })
        .await?
        .unwrap_or(false);
    let has_password = subject.user().is_some_and(|user| user.sealed_verifier.is_some());
    if right && has_password { Ok(clear) } else { Err(ApiError::incorrect_username_or_password()) }
}

fn read_state(state: &[u8]) -> Option<(Challenge, String)> {
    let (challenge, public_a) = std::str::from_utf8(state).ok()?.split_once(':')?;
    let bytes: Option<Vec<u8>> = (0..challenge.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(challenge.get(at..at + 2)?, 16).ok())
        .collect();
    Some((Challenge::from_bytes(&bytes?).ok()?, public_a.to_owned()))
}

fn bad_a() -> ApiError {
    ApiError::invalid_parameter("SRP_A must be a hexadecimal number that is not a multiple of the group's prime.")
}
