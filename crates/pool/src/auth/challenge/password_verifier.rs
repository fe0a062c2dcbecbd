//! Proving a password without sending it: the `PASSWORD_VERIFIER` challenge.
//!
//! The server's half of the exchange rides sealed in `SECRET_BLOCK`, because clients answer this challenge without a
//! `Session` in `USER_SRP_AUTH`, and because beginning an exchange needs no password: what anybody may do a thousand
//! times must not write a thousand rows. The first answer, right or wrong, leaves a row that says the block was used, in
//! the commit that counts the attempt; every later one finds it there.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_crypto::constant_time_eq;
use poolhouse_crypto::srp::{self, Challenge, PublicA, parse_a, timestamp};
use poolhouse_store::{Batch, BoxFuture};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::auth::handle;
use crate::auth::lockout::{Attempt, Proved, WRONG_PASSWORD};
use crate::auth::parameters::Parameters;
use crate::auth::place;
use crate::auth::room::{Pending, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::document::Document;
use crate::records::{AnsweredBlock, RecordBatch, SessionRecord};
use crate::request::Ctx;

/// How far a client's clock may be off, in seconds. The service checks for gross errors only.
const CLOCK_SKEW_SECONDS: i64 = 30 * 60;

/// Starts the exchange: draws the server's secret, seals it, and asks for the proof. Writes nothing.
///
/// `with_session` is how `CUSTOM_AUTH` asks: it hands out a `Session` beside the block; `USER_SRP_AUTH` does not.
///
/// # Errors
/// `InvalidParameterException` for an `SRP_A` that no honest client sends.
pub async fn ask(
    sign_in: &SignIn<'_>,
    parameters: &Parameters,
    with_session: bool,
) -> Result<Answer, ApiError> {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let public_a = parse_a(parameters.required("SRP_A")?).map_err(|_| bad_a())?;
    let verifier = subject.verifier(ctx, pool)?;
    let salt = verifier.salt().to_hex();
    let entropy = &*ctx.platform().entropy;
    let ours = ctx
        .platform()
        .cpu
        .run(|| srp::challenge(&verifier, entropy))
        .await?;

    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let session = with_session.then(|| handle::new(ctx, client, subject.id(), expires));
    let record = SessionRecord {
        challenge: ChallengeNameType::PasswordVerifier.as_str().to_owned(),
        session_digest: session.as_ref().map(|session| session.digest.clone()),
        // Nothing has happened that the answer to this would not tell, and the block has no room.
        trail: Vec::new(),
        expires,
        ..sign_in.session()
    };
    let block = handle::seal_block(ctx, client.id(), &state(&record, &ours, &public_a))?;

    let name = subject.public_name(pool);
    let parameters = BTreeMap::from([
        ("SALT".to_owned(), salt),
        ("SRP_B".to_owned(), ours.public_b_hex()),
        ("SECRET_BLOCK".to_owned(), block),
        ("USERNAME".to_owned(), name.clone()),
        ("USER_ID_FOR_SRP".to_owned(), name),
    ]);
    Ok(Answer::Challenge {
        name: ChallengeNameType::PasswordVerifier,
        session: session.map(|session| session.text),
        parameters,
    })
}

/// What a block holds: the server's numbers, the client's, and the sign-in.
fn state(session: &SessionRecord, ours: &Challenge, public_a: &PublicA) -> Zeroizing<Vec<u8>> {
    let session = session.to_document().to_string();
    let length = Challenge::LENGTH + PublicA::LENGTH + session.len();
    let mut state = Zeroizing::new(Vec::with_capacity(length));
    state.extend_from_slice(&ours.to_bytes());
    state.extend_from_slice(public_a.as_bytes());
    state.extend_from_slice(session.as_bytes());
    state
}

/// Opens the exchange that an answer belongs to.
///
/// # Errors
/// `InvalidParameterException` naming what is missing or malformed; `NotAuthorizedException` for a block that is expired,
/// or not ours, which is a wrong password, or another sign-in's than the `Session` beside it.
pub fn open(
    ctx: &Ctx,
    client_id: &str,
    session: Option<&str>,
    parameters: &Parameters,
) -> Result<Proving, ApiError> {
    let proof = Proof::read(ctx, parameters)?;
    let exchange = Exchange::open(ctx, client_id, &proof)?;
    check_session_belongs(ctx, client_id, &exchange.session, session)?;
    Ok(Proving { exchange, proof })
}

/// Where the exchange was begun with a `Session` and the client sends it back, it must be that one.
fn check_session_belongs(
    ctx: &Ctx,
    client_id: &str,
    record: &SessionRecord,
    session: Option<&str>,
) -> Result<(), ApiError> {
    let Some(text) = session.filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let digest = handle::open(ctx, client_id, text).map(|opened| opened.digest);
    if digest.is_some() && digest == record.session_digest {
        Ok(())
    } else {
        Err(handle::invalid())
    }
}

/// An exchange and the proof that was made over it.
pub struct Proving {
    exchange: Exchange,
    proof: Proof,
}

impl Pending for Proving {
    fn session(&self) -> &SessionRecord {
        &self.exchange.session
    }

    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        _parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(async move {
            let proved = judge(sign_in, self.exchange, self.proof).await?;
            sign_in.note_answered(ChallengeNameType::PasswordVerifier.as_str());
            Ok(Proven::Password(proved))
        })
    }
}

/// What a client answered to `PASSWORD_VERIFIER`, read and checked for form.
struct Proof {
    block: Vec<u8>,
    signature: Vec<u8>,
    timestamp: String,
}

impl Proof {
    fn read(ctx: &Ctx, parameters: &Parameters) -> Result<Proof, ApiError> {
        let bad_timestamp = || {
            ApiError::invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
        };
        let seconds = timestamp::parse(parameters.required("TIMESTAMP")?).ok_or_else(bad_timestamp)?;
        // The proof is judged over this spelling, whatever the client's.
        let canonical = timestamp::format(seconds).ok_or_else(bad_timestamp)?;
        let signature = STANDARD
            .decode(parameters.required("PASSWORD_CLAIM_SIGNATURE")?)
            .map_err(|_| {
                ApiError::invalid_parameter(
                    "Invalid PASSWORD_CLAIM_SIGNATURE format. Must be a Base64 string.",
                )
            })?;
        let block = STANDARD
            .decode(parameters.required("PASSWORD_CLAIM_SECRET_BLOCK")?)
            .map_err(|_| ApiError::incorrect_username_or_password())?;
        if (seconds - ctx.now.seconds()).abs() > CLOCK_SKEW_SECONDS {
            return Err(ApiError::not_authorized(
                "TIMESTAMP is too far from the server's clock.",
            ));
        }
        Ok(Proof {
            block,
            signature,
            timestamp: canonical,
        })
    }
}

/// An exchange that waits for its proof.
struct Exchange {
    /// The sign-in it belongs to.
    session: SessionRecord,
    /// What its use is noted under.
    digest: String,
    ours: Challenge,
    public_a: PublicA,
}

impl Exchange {
    /// Opens the block that a proof was made over.
    fn open(ctx: &Ctx, client_id: &str, proof: &Proof) -> Result<Exchange, ApiError> {
        let state = handle::open_block(ctx, client_id, &proof.block).map(Zeroizing::new);
        let exchange = state.and_then(|state| Exchange::read(&state));
        let exchange = exchange.ok_or_else(ApiError::incorrect_username_or_password)?;
        if ctx.now >= exchange.session.expires {
            Err(handle::expired())
        } else {
            Ok(exchange)
        }
    }

    /// Reads what [`state`] wrote; the rest is filling.
    fn read(state: &[u8]) -> Option<Exchange> {
        let (ours, rest) = state.split_at_checked(Challenge::LENGTH)?;
        let (public_a, session) = rest.split_at_checked(PublicA::LENGTH)?;
        let session: Value = serde_json::from_slice(session).ok()?;
        Some(Exchange {
            session: SessionRecord::from_document(&session)?,
            digest: handle::digest(state),
            ours: Challenge::from_bytes(ours).ok()?,
            public_a: PublicA::from_bytes(public_a).ok()?,
        })
    }
}

/// Judges the proof. The challenge is consumed with the verdict: together with the count of a wrong one, in the commit
/// of what follows a right one.
async fn judge(sign_in: &SignIn<'_>, exchange: Exchange, proof: Proof) -> Result<Proved, ApiError> {
    let SignIn {
        ctx, pool, subject, ..
    } = sign_in;
    let Exchange {
        session,
        digest,
        ours,
        public_a,
    } = exchange;
    let who = subject.id();
    let answered = AnsweredBlock {
        expires: session.expires,
    };
    let consume = Batch::new().create(AnsweredBlock::key(pool.id(), who, &digest), &answered);
    let place = place::of_request(&sign_in.metadata);
    let attempt = Attempt::begin_at(ctx, pool.id(), who.to_owned(), place).await?;
    let attempt = attempt.consuming(consume, handle::used);
    let verifier = subject.verifier(ctx, pool)?;
    let name = pool.srp_name();
    let user_id = subject.public_name(pool);
    let right = ctx
        .platform()
        .cpu
        .go_on(|| {
            let expected = srp::expected_signature(
                name,
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
    if right && has_password {
        Ok(attempt.proved())
    } else {
        ctx.audit
            .was_wrong(ErrorCode::NotAuthorizedException, WRONG_PASSWORD);
        attempt.failed(ctx).await?;
        Err(ApiError::incorrect_username_or_password())
    }
}

fn bad_a() -> ApiError {
    ApiError::invalid_parameter(
        "SRP_A must be a hexadecimal number that is not a multiple of the group's prime.",
    )
}
