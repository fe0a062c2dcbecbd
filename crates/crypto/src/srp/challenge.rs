//! The server's public number, and the proof it expects.

use std::fmt;

use zeroize::Zeroizing;

use super::{BadA, PublicA, Verifier};
use crate::Entropy;
use crate::arithmetic::{add, multiply, power, power_of_generator};
use crate::digest::{hkdf, hmac_sha256, sha256};
use crate::group::{GENERATOR, MODULUS, Residue, WIDTH, java_bytes};

/// Bytes of the secret b. RFC 5054, section 2.5.3, asks for 256 bits at least; more would only cost time.
const SECRET_BYTES: usize = 32;

/// What the server keeps between its challenge and the client's answer.
pub struct Challenge {
    b: Zeroizing<[u8; SECRET_BYTES]>,
    public_b: Residue,
}

impl Challenge {
    /// Bytes of [`to_bytes`](Self::to_bytes).
    pub const LENGTH: usize = SECRET_BYTES + WIDTH;

    /// The value of `SRP_B`: lower-case hexadecimal without leading zeros.
    pub fn public_b_hex(&self) -> String {
        self.public_b.to_hex()
    }

    /// b and B, to be sealed until the answer comes: [`Challenge::from_bytes`] reads them. Secret.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::LENGTH));
        bytes.extend_from_slice(&*self.b);
        bytes.extend_from_slice(self.public_b.as_bytes());
        bytes
    }

    /// Reads what [`Challenge::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadChallenge> {
        let (b, public_b) = bytes.split_first_chunk().ok_or(BadChallenge)?;
        if public_b.len() != WIDTH {
            return Err(BadChallenge);
        }
        let public_b = Residue::from_unsigned(public_b).ok_or(BadChallenge)?;
        Ok(Self {
            b: Zeroizing::new(*b),
            public_b,
        })
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(..)")
    }
}

/// The bytes are not those of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadChallenge;

impl fmt::Display for BadChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are not those of an SRP challenge")
    }
}

impl std::error::Error for BadChallenge {}

/// Draws b and computes B = k·v + g^b.
pub fn challenge(verifier: &Verifier, entropy: &dyn Entropy) -> Challenge {
    let mut b = Zeroizing::new([0; SECRET_BYTES]);
    entropy.fill(&mut *b);
    let public_b = add(&multiply(&multiplier_k(), verifier.v()), &power_of_generator(&b));
    Challenge { b, public_b }
}

/// The proof that a client which knows the password sends as `PASSWORD_CLAIM_SIGNATURE` (there in base64).
///
/// `secret_block` is the decoded `SECRET_BLOCK` and `timestamp` the client's `TIMESTAMP`, verbatim. Compare in constant
/// time.
///
/// # Errors
/// [`BadA`] if u comes out as zero, when the proof would not depend on the password.
pub fn expected_signature(
    pool_name: &str,
    user_id: &str,
    verifier: &Verifier,
    challenge: &Challenge,
    public_a: &PublicA,
    secret_block: &[u8],
    timestamp: &str,
) -> Result<[u8; 32], BadA> {
    let u = scrambler_u(public_a, challenge);
    let key = session_key(verifier, challenge, public_a, &u)?;
    Ok(hmac_sha256(
        &*key,
        &[
            pool_name.as_bytes(),
            user_id.as_bytes(),
            secret_block,
            timestamp.as_bytes(),
        ],
    ))
}

/// k = H(N ‖ g).
fn multiplier_k() -> Residue {
    let hash = sha256(&[&java_bytes(&MODULUS), &[GENERATOR]]);
    let mut bytes = [0; WIDTH];
    bytes[WIDTH - hash.len()..].copy_from_slice(&hash);
    Residue::from_reduced(bytes)
}

/// u = H(A ‖ B). Both are on the wire, so u is no secret.
fn scrambler_u(public_a: &PublicA, challenge: &Challenge) -> [u8; 32] {
    sha256(&[
        &java_bytes(public_a.residue().as_bytes()),
        &java_bytes(challenge.public_b.as_bytes()),
    ])
}

/// The key both sides derive from S = (A·v^u)^b.
pub(super) fn session_key(
    verifier: &Verifier,
    challenge: &Challenge,
    public_a: &PublicA,
    u: &[u8; 32],
) -> Result<Zeroizing<[u8; 16]>, BadA> {
    if u == &[0; 32] {
        return Err(BadA);
    }
    let base = multiply(public_a.residue(), &verifier.power(u));
    let s = power(&base, &challenge.b);
    Ok(Zeroizing::new(hkdf(
        &java_bytes(u),
        &java_bytes(s.as_bytes()),
        b"Caldera Derived Key",
    )))
}
