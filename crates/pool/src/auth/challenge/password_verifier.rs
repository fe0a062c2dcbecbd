//! Proving a password without sending it: the `PASSWORD_VERIFIER` challenge.
//!
//! The server's half of the exchange rides sealed in `SECRET_BLOCK`, because clients answer this challenge without a
//! `Session` in `USER_SRP_AUTH`, and because beginning an exchange needs no password: what anybody may do a thousand
//! times must not write a thousand rows. The first answer, right or wrong, leaves a row that says the block was used, in
//! the commit that counts the attempt; every later one finds it there.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_crypto::sha256;
use poolhouse_crypto::srp;
use poolhouse_store::{Batch, BoxFuture};

use crate::auth::device;
use crate::auth::exchange::{self, Exchange, Proof};
use crate::auth::handle;
use crate::auth::lockout::{Attempt, Proved, WRONG_PASSWORD};
use crate::auth::parameters::Parameters;
use crate::auth::place;
use crate::auth::room::{Pending, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::{AnsweredBlock, RecordBatch, SessionRecord};
use crate::request::Ctx;

/// Starts the exchange: draws the server's secret, seals it, and asks for the proof. Writes nothing.
///
/// `with_session` is how `CUSTOM_AUTH` and `USER_AUTH` ask: they hand out a `Session` beside the block; `USER_SRP_AUTH` does not.
///
/// # Errors
/// `InvalidParameterException` for an `SRP_A` that no honest client sends.
pub async fn ask(sign_in: &SignIn<'_>, srp_a: &str, with_session: bool) -> Result<Answer, ApiError> {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let public_a = exchange::public_a(srp_a)?;
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
    let block = exchange::seal(ctx, client.id(), &record, &ours, &public_a)?;

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
        available: None,
    })
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
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(async move {
            // Clients know here by which name they keep their device, and name it here alone. If it is not the user's they
            // answer the same challenge again without it, so nothing is judged before.
            sign_in.device = device::named(sign_in.ctx, sign_in.pool, &sign_in.subject, parameters).await?;
            sign_in.public_a = Some(sha256(&[self.exchange.public_a.as_bytes()]));
            let proved = judge(sign_in, self.exchange, self.proof).await?;
            sign_in.note_answered(ChallengeNameType::PasswordVerifier.as_str());
            Ok(Proven::Password(proved))
        })
    }
}

/// Judges the proof. The challenge is consumed with the verdict: together with the count of a wrong one, in the commit
/// of what follows a right one.
async fn judge(sign_in: &SignIn<'_>, exchange: Exchange, proof: Proof) -> Result<Proved, ApiError> {
    let SignIn {
        ctx, pool, subject, ..
    } = sign_in;
    let who = subject.id();
    let answered = AnsweredBlock {
        expires: exchange.session.expires,
    };
    let consume = Batch::new().create(AnsweredBlock::key(pool.id(), who, &exchange.digest), &answered);
    let place = place::of_request(&sign_in.metadata);
    let attempt = Attempt::begin_at(ctx, pool.id(), who.to_owned(), place).await?;
    let attempt = attempt.consuming(consume, handle::used);
    let verifier = subject.verifier(ctx, pool)?;
    let names = [pool.srp_name(), &*subject.public_name(pool)];
    let right = exchange.is_proved(ctx, &verifier, names, &proof).await?;
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
