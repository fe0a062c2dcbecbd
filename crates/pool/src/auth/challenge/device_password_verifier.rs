//! `DEVICE_PASSWORD_VERIFIER`: a remembered device proves the secret that its client made when it was confirmed, by the
//! exchange that passwords are proved by, with group key and device key in place of the pool's name and the user's.
//!
//! The session of `DEVICE_SRP_AUTH` is consumed with the verdict, so a proven password is good for one attempt; a wrong one
//! counts with the wrong codes of the factors that the device stands for.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_confirm::FactorEvent;
use poolhouse_crypto::srp;
use poolhouse_store::{BoxFuture, CommitError, Expect};

use crate::auth::device::DEVICE_KEY;
use crate::auth::exchange::{self, Exchange, Proof};
use crate::auth::handle;
use crate::auth::parameters::Parameters;
use crate::auth::room::{DeviceBegins, Pending, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::document::reload;
use crate::records::{Key, LedgerRecord, SessionRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::users::code_factor::{Counted, Counts};
use crate::users::devices;

/// How often a wrong proof is counted anew when others were counted at the same moment.
const RACES: usize = 80;

/// Goes on with a device's exchange: draws the server's secret, seals it, and asks for the proof. Writes nothing.
///
/// # Errors
/// A device that is not there any more.
pub async fn ask(sign_in: &SignIn<'_>, begun: DeviceBegins) -> Result<Answer, ApiError> {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let device_key = sign_in.device.as_deref().ok_or_else(handle::invalid)?;
    let device = devices::find(ctx, pool.id(), subject.id(), device_key).await?;
    let verifier = devices::open_verifier(ctx, &device)?;
    let entropy = &*ctx.platform().entropy;
    let ours = ctx
        .platform()
        .cpu
        .run(|| srp::challenge(&verifier, entropy))
        .await?;
    let DeviceBegins { session, public_a } = begun;
    let name = ChallengeNameType::DevicePasswordVerifier;
    let record = SessionRecord {
        challenge: name.as_str().to_owned(),
        session_digest: session.key.rsplit('/').next().map(str::to_owned),
        // The block has no room for more.
        trail: Vec::new(),
        expires: session.value.expires,
        ..sign_in.session()
    };
    let block = exchange::seal(ctx, client.id(), &record, &ours, &public_a)?;
    let parameters = BTreeMap::from([
        ("SALT".to_owned(), verifier.salt().to_hex()),
        ("SRP_B".to_owned(), ours.public_b_hex()),
        ("SECRET_BLOCK".to_owned(), block),
        ("USERNAME".to_owned(), subject.public_name(pool)),
        (DEVICE_KEY.to_owned(), device_key.to_owned()),
    ]);
    // The block says everything, and clients need not send a Session with it.
    Ok(Answer::Challenge {
        name,
        session: None,
        parameters,
        available: None,
    })
}

/// The proof of a device, and the exchange that it was made over.
pub struct Proving {
    exchange: Exchange,
    proof: Proof,
}

/// Opens the exchange that an answer belongs to.
///
/// # Errors
/// `InvalidParameterException` naming what is missing or malformed; `NotAuthorizedException` for a block that is expired or not
/// ours.
pub fn open(ctx: &Ctx, client_id: &str, parameters: &Parameters) -> Result<Proving, ApiError> {
    let proof = Proof::read(ctx, parameters)?;
    let exchange = Exchange::open(ctx, client_id, &proof)?;
    Ok(Proving { exchange, proof })
}

impl Proving {
    /// The sign-in, as the block has it.
    pub fn session(&self) -> &SessionRecord {
        &self.exchange.session
    }

    /// The rows that judging begins with.
    pub fn rows(&self, pool_id: &str) -> Vec<String> {
        let session = self.session();
        let counts = LedgerRecord::key(pool_id, &session.sub).into();
        let session = self.key().map(|key| key.into());
        session.into_iter().chain([counts]).collect()
    }

    /// Where the session lies that the proof consumes.
    fn key(&self) -> Option<Key<SessionRecord>> {
        let session = self.session();
        let digest = session.session_digest.as_deref()?;
        Some(SessionRecord::key(&session.pool_id, &session.sub, digest))
    }
}

/// Finds the session that the proof consumes.
///
/// # Errors
/// `NotAuthorizedException` for one that was used.
pub async fn find(ctx: &Ctx, proving: Proving) -> Result<Box<dyn Pending>, ApiError> {
    let key = proving.key().ok_or_else(handle::invalid)?;
    let session = ctx.load(&key).await?.ok_or_else(handle::used)?;
    // Another sign-in of this client has taken its place.
    if session.value.event_id != proving.session().event_id {
        return Err(handle::invalid());
    }
    Ok(Box::new(Found { session, proving }))
}

struct Found {
    session: Stored<SessionRecord>,
    proving: Proving,
}

impl Pending for Found {
    fn session(&self) -> &SessionRecord {
        self.proving.session()
    }

    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(async move {
            if sign_in.device.as_deref() != Some(parameters.required(DEVICE_KEY)?) {
                return Err(handle::invalid());
            }
            let Found { session, proving } = *self;
            judge(sign_in, &session, proving).await?;
            for name in [
                ChallengeNameType::DeviceSrpAuth,
                ChallengeNameType::DevicePasswordVerifier,
            ] {
                sign_in.note_answered(name.as_str());
            }
            Ok(Proven::Device(Box::new(session)))
        })
    }
}

/// Judges the proof. A wrong one is counted, and its session consumed, before anybody hears of it; a right one is consumed by
/// what follows.
async fn judge(
    sign_in: &SignIn<'_>,
    session: &Stored<SessionRecord>,
    proving: Proving,
) -> Result<(), ApiError> {
    let SignIn {
        ctx, pool, subject, ..
    } = sign_in;
    let whose = Counted {
        pool_id: pool.id().to_owned(),
        username: subject.username().to_owned(),
        sub: subject.id().to_owned(),
        is_placed: sign_in.place_before.is_some(),
        is_first: false,
    };
    let mut counts = Counts::of(ctx, whose.clone()).await?;
    counts.check_open(ctx)?;
    let Proving { exchange, proof } = proving;
    let device_key = sign_in.device.as_deref().ok_or_else(handle::invalid)?;
    let device = devices::find(ctx, pool.id(), subject.id(), device_key).await?;
    let verifier = devices::open_verifier(ctx, &device)?;
    let names = [&*device.value.group_key, device_key];
    if exchange.is_proved(ctx, &verifier, names, &proof).await? {
        return Ok(());
    }
    for _ in 0..RACES {
        let wrong = handle::consumption(session)
            .merge(counts.after(ctx, FactorEvent::Wrong))
            .check(UserRecord::key(pool.id(), subject.id()), Expect::Present);
        ctx.audit
            .was_wrong(ErrorCode::NotAuthorizedException, "wrong_device");
        match ctx.platform().commit(wrong).await {
            Ok(_) => return Err(ApiError::incorrect_username_or_password()),
            Err(CommitError::Conflict { .. }) => {
                reload(ctx.platform(), session).await?.ok_or_else(handle::used)?;
                counts = Counts::of(ctx, whose.clone()).await?;
                counts.check_open(ctx)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}
