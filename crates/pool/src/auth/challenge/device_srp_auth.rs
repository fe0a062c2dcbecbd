//! `DEVICE_SRP_AUTH`: in place of a second factor the pool asks a remembered device for the first half of an exchange, which
//! [`device_password_verifier`](super::device_password_verifier) goes on with.
//!
//! Some clients hand back no `Session` here. They go on by the `SRP_A` with which they have proved the password a moment ago, as
//! pycognito does: a number that nobody else has been told. Without either, whoever has a copy of a device's secret could
//! finish the sign-in of a user who is typing the password.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_crypto::sha256;
use poolhouse_store::{Batch, BoxFuture};

use crate::auth::asking::Asking;
use crate::auth::device::DEVICE_KEY;
use crate::auth::parameters::Parameters;
use crate::auth::room::{DeviceBegins, Pending, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::auth::subject::Subject;
use crate::auth::{exchange, handle};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, SessionRecord, Stored};
use crate::request::Ctx;

/// Asks the device of the sign-in. Returns the session's row, to be committed with the proof of the password, and what the
/// client is asked.
///
/// # Errors
/// `Invalid session for the user.` for a sign-in on no device.
pub fn ask(sign_in: &SignIn<'_>) -> Result<(Batch, Answer), ApiError> {
    let device_key = sign_in.device.as_deref().ok_or_else(handle::invalid)?;
    let name = ChallengeNameType::DeviceSrpAuth;
    let asking = match &sign_in.public_a {
        // A client that uses its SRP_A twice takes the place of its own sign-in before.
        Some(public_a) => Asking::of_secret(
            sign_in,
            name,
            secret_of(sign_in.client.id(), device_key, public_a),
        ),
        None => Asking::new(sign_in, name),
    };
    Ok(asking.handed_out(BTreeMap::from([
        ("USERNAME".to_owned(), sign_in.subject.public_name(sign_in.pool)),
        (DEVICE_KEY.to_owned(), device_key.to_owned()),
    ])))
}

/// What the session of a sign-in is found by that is gone on with by its `SRP_A`.
fn secret_of(client_id: &str, device_key: &str, public_a: &[u8; 32]) -> [u8; 32] {
    let [client_id, device_key] = [client_id, device_key].map(str::as_bytes);
    sha256(&[b"device", &[0], client_id, &[0], device_key, &[0], public_a])
}

/// An answer as far as it says which session it is to.
pub enum Begun {
    /// By its `Session`.
    Session(handle::Opened),
    /// By name and `SRP_A`.
    Numbers {
        /// `USERNAME`
        name: String,
        /// Under which digest the session lies.
        digest: String,
    },
}

/// Reads which session an answer is to.
///
/// # Errors
/// `NotAuthorizedException` for a session that is expired or not ours; `InvalidParameterException` for what is missing or
/// malformed.
pub fn open(
    ctx: &Ctx,
    client_id: &str,
    session: Option<&str>,
    parameters: &Parameters,
) -> Result<Begun, ApiError> {
    let public_a = exchange::public_a(parameters.required("SRP_A")?)?;
    let device_key = parameters.required(DEVICE_KEY)?;
    if session.is_some_and(|text| !text.is_empty()) {
        return handle::open_required(ctx, client_id, session).map(Begun::Session);
    }
    let secret = secret_of(client_id, device_key, &sha256(&[public_a.as_bytes()]));
    Ok(Begun::Numbers {
        name: parameters.required("USERNAME")?.to_owned(),
        digest: handle::digest(&secret),
    })
}

/// Finds the session.
///
/// # Errors
/// `NotAuthorizedException` for one that is not there (any more).
pub async fn find(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    begun: Begun,
) -> Result<Box<dyn Pending>, ApiError> {
    let session = match begun {
        Begun::Session(handle) => handle::find(ctx, client, &handle).await?,
        Begun::Numbers { name, digest } => {
            let subject = Subject::named(ctx, pool, &name, |_| None).await?;
            let key = SessionRecord::key(pool.id(), subject.id(), &digest);
            let found = ctx.load(&key).await?.ok_or_else(handle::invalid)?;
            if ctx.now >= found.value.expires {
                return Err(handle::expired());
            }
            found
        }
    };
    Ok(Box::new(Asked(session)))
}

struct Asked(Stored<SessionRecord>);

impl Pending for Asked {
    fn session(&self) -> &SessionRecord {
        &self.0.value
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
            let public_a = exchange::public_a(parameters.required("SRP_A")?)?;
            Ok(Proven::DeviceBegun(Box::new(DeviceBegins {
                session: self.0,
                public_a,
            })))
        })
    }
}
