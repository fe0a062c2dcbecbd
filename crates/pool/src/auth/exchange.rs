//! An SRP exchange on its way to the client and back, of a password or of a device's secret: the server's half rides sealed in
//! `SECRET_BLOCK`, and the proof comes back with the block.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::constant_time_eq;
use poolhouse_crypto::srp::{self, Challenge, PublicA, Verifier, parse_a, timestamp};
use serde_json::Value;
use zeroize::Zeroizing;

use super::handle;
use super::parameters::Parameters;
use crate::base::error::ApiError;
use crate::records::SessionRecord;
use crate::records::document::Document;
use crate::request::Ctx;

/// How far a client's clock may be off, in seconds. The service checks for gross errors only.
const CLOCK_SKEW_SECONDS: i64 = 30 * 60;

/// Reads `SRP_A`.
///
/// # Errors
/// `InvalidParameterException` for one that no honest client sends.
pub fn public_a(srp_a: &str) -> Result<PublicA, ApiError> {
    parse_a(srp_a).map_err(|_| {
        ApiError::invalid_parameter(
            "SRP_A must be a hexadecimal number that is not a multiple of the group's prime.",
        )
    })
}

/// Seals what a block holds: the server's numbers, the client's, and the sign-in.
///
/// # Errors
/// As [`handle::seal_block`].
pub fn seal(
    ctx: &Ctx,
    client_id: &str,
    session: &SessionRecord,
    ours: &Challenge,
    public_a: &PublicA,
) -> Result<String, ApiError> {
    let session = session.to_document().to_string();
    let length = Challenge::LENGTH + PublicA::LENGTH + session.len();
    let mut state = Zeroizing::new(Vec::with_capacity(length));
    state.extend_from_slice(&ours.to_bytes());
    state.extend_from_slice(public_a.as_bytes());
    state.extend_from_slice(session.as_bytes());
    handle::seal_block(ctx, client_id, &state)
}

/// What a client answered to the exchange, read and checked for form.
pub struct Proof {
    block: Vec<u8>,
    signature: Vec<u8>,
    timestamp: String,
}

impl Proof {
    /// Reads the proof.
    ///
    /// # Errors
    /// `InvalidParameterException` naming what is missing or malformed; `NotAuthorizedException` for a time that is far off.
    pub fn read(ctx: &Ctx, parameters: &Parameters) -> Result<Proof, ApiError> {
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
pub struct Exchange {
    /// The sign-in it belongs to.
    pub session: SessionRecord,
    /// What its use is noted under.
    pub digest: String,
    /// The client's number.
    pub public_a: PublicA,
    ours: Challenge,
}

impl Exchange {
    /// Opens the block that a proof was made over.
    ///
    /// # Errors
    /// `NotAuthorizedException` for a block that is expired, or not ours, which is a wrong password.
    pub fn open(ctx: &Ctx, client_id: &str, proof: &Proof) -> Result<Exchange, ApiError> {
        let state = handle::open_block(ctx, client_id, &proof.block).map(Zeroizing::new);
        let exchange = state.and_then(|state| Exchange::read(&state));
        let exchange = exchange.ok_or_else(ApiError::incorrect_username_or_password)?;
        if ctx.now >= exchange.session.expires {
            Err(handle::expired())
        } else {
            Ok(exchange)
        }
    }

    /// Reads what [`seal`] wrote; the rest is filling.
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

    /// Whether the proof was made with the secret of this verifier, for the two names that it was made for.
    ///
    /// # Errors
    /// `TooManyRequestsException` when the server has too much arithmetic to do already.
    pub async fn is_proved(
        &self,
        ctx: &Ctx,
        verifier: &Verifier,
        names: [&str; 2],
        proof: &Proof,
    ) -> Result<bool, ApiError> {
        let [group, name] = names;
        let judge = || {
            let expected = srp::expected_signature(
                group,
                name,
                verifier,
                &self.ours,
                &self.public_a,
                &proof.block,
                &proof.timestamp,
            );
            Some(constant_time_eq(&expected.ok()?, &proof.signature))
        };
        let right = ctx.platform().cpu.go_on(judge).await?;
        Ok(right.unwrap_or(false))
    }
}
