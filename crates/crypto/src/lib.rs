//! SRP-6a, JWT, password checks and sealing. No clock, no environment.
//!
//! | module | what it does |
//! |---|---|
//! | [`srp`] | the password proof of Amazon Cognito user pools, server half; also the password check itself |
//! | [`jwt`] | signs and verifies access and ID tokens (RS256), and publishes the keys |
//! | [`certificate`] | self-signed certificates |
//! | [`opaque`] | refresh tokens: a payload in the outer shape of a JWE |
//! | [`seal`] | encrypts what is stored or handed to a client for safe keeping |
//! | [`stream`], [`recipient`], [`passphrase`] | encrypts backups, for a recipient or under words |
//! | [`encryption_sdk`] | writes codes for functions that send them |
//! | [`totp`] | the codes of authenticator apps |
//! | [`webauthn`] | what passkeys register and sign |
//! | [`floor`] | what one sign-in costs in arithmetic alone, for the benchmarks |
//!
//! Everything random is drawn from an [`Entropy`] the caller passes, and everything timed takes the time as an
//! argument, so every function here can be replayed. Secrets are wiped when dropped and never printed by `Debug`.

mod arithmetic;
mod bignum;
pub mod certificate;
mod comb;
mod digest;
pub mod encryption_sdk;
mod entropy;
mod fatal;
pub mod floor;
mod group;
mod hex;
mod ids;
#[cfg(target_arch = "x86_64")]
mod ifma;
mod joint;
pub mod jwt;
pub mod opaque;
pub mod passphrase;
pub mod recipient;
pub mod seal;
pub mod srp;
pub mod stream;
#[cfg(test)]
mod testing;
pub mod totp;
pub mod webauthn;

pub use digest::{constant_time_eq, derive_key, hmac_sha256, secret_hash, sha256};
pub use entropy::{Entropy, OsEntropy};
pub use ids::{LOWER_ALPHANUMERIC, MIXED_ALPHANUMERIC, random_id, random_text, uuid_from, uuid_v4};

/// Builds the tables that sign-in uses, so that the first request does not wait for them. Takes a few milliseconds of
/// CPU once per process; later calls do nothing.
pub fn warm_up() {
    arithmetic::warm_up();
}
