//! The arithmetic of one sign-in and nothing else: what no server that speaks this protocol can go below on this
//! machine with these primitives.

use std::fmt;
use std::time::Duration;

use serde_json::json;

use crate::jwt::{KeyBits, KeyError, SigningKey};
use crate::srp::{self, BadA, Salt};
use crate::{OsEntropy, warm_up};

/// CPU time of the parts of a sign-in, in milliseconds: the median over the rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor {
    /// A password check: v = g^x.
    pub password_ms: f64,
    /// Both halves of the server's SRP: k·v + g^b, then (A·v^u)^b.
    pub srp_ms: f64,
    /// Two tokens signed.
    pub sign_pair_ms: f64,
}

/// Measures the floor. `cpu_clock` tells the CPU time this thread has used so far; `rounds` must be 1 at least.
///
/// # Errors
/// [`FloorError`] if the key or the arithmetic fails.
pub fn measure(rounds: usize, cpu_clock: &dyn Fn() -> Duration) -> Result<Floor, FloorError> {
    warm_up();
    let salt = Salt::random(&OsEntropy);
    let verifier = srp::verifier("pool", "user", "password", &salt);
    // Any power of g other than 1 serves as a client's A.
    let public_a = srp::parse_a(&srp::challenge(&verifier, &OsEntropy).public_b_hex())
        .map_err(FloorError::Arithmetic)?;
    let key = SigningKey::generate(KeyBits::Rsa2048).map_err(FloorError::Key)?;
    let claims =
        json!({ "sub": "00000000-0000-4000-8000-000000000000", "token_use": "access", "exp": 1_754_303_600 });

    let mut times = [const { Vec::new() }; 3];
    for _ in 0..rounds.max(1) {
        let start = cpu_clock();
        srp::check_password("pool", "user", "password", &verifier);
        let password = cpu_clock();
        let challenge = srp::challenge(&verifier, &OsEntropy);
        srp::expected_signature("pool", "user", &verifier, &challenge, &public_a, &[], "")
            .map_err(FloorError::Arithmetic)?;
        let srp = cpu_clock();
        for _ in 0..2 {
            key.sign(&claims).map_err(FloorError::Key)?;
        }
        let signed = cpu_clock();
        for (times, (from, to)) in times
            .iter_mut()
            .zip([(start, password), (password, srp), (srp, signed)])
        {
            times.push(to.saturating_sub(from));
        }
    }
    let [password_ms, srp_ms, sign_pair_ms] = times.map(median_ms);
    Ok(Floor {
        password_ms,
        srp_ms,
        sign_pair_ms,
    })
}

fn median_ms(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

/// Why the floor could not be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloorError {
    /// No key, or no signature.
    Key(KeyError),
    /// The SRP exchange was refused.
    Arithmetic(BadA),
}

impl fmt::Display for FloorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "the signing part of the floor failed",
            Self::Arithmetic(_) => "the SRP part of the floor failed",
        })
    }
}

impl std::error::Error for FloorError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(match self {
            Self::Key(error) => error,
            Self::Arithmetic(error) => error,
        })
    }
}
