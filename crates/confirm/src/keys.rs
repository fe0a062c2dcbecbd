//! The secret key behind everything here that must not be guessed or forged, and the one keyed function made of it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use poolhouse_text::hex;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Bytes of the code that tells which key signed a text: enough to choose between two, too few to matter otherwise.
const KEY_ID_BYTES: usize = 4;

/// Bytes of every message authentication code here. Half an HMAC-SHA-256 is what RFC 2104 section 5 still allows.
pub(crate) const MAC_BYTES: usize = 16;

/// The least key material that is accepted.
const LEAST_KEY_BYTES: usize = 32;

/// What a keyed value is for. Two purposes never share a value, whatever goes into them.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    KeyId,
    Code,
    Nonce,
    Round,
    Round2,
    Ledger,
    Ledger2,
    EventTag,
    FakeAddress,
    MailId,
    Device,
    DeviceId,
    SignIn,
    Instance,
    Grant,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::KeyId => b"poolhouse.confirm.v1.key-id",
            Self::Code => b"poolhouse.confirm.v1.code",
            Self::Nonce => b"poolhouse.confirm.v1.nonce",
            Self::Round => b"poolhouse.confirm.v1.round",
            Self::Round2 => b"poolhouse.confirm.v2.round",
            Self::Ledger => b"poolhouse.confirm.v1.ledger",
            Self::Ledger2 => b"poolhouse.confirm.v2.ledger",
            Self::EventTag => b"poolhouse.confirm.v1.event-tag",
            Self::FakeAddress => b"poolhouse.confirm.v1.fake-address",
            Self::MailId => b"poolhouse.confirm.v1.mail-id",
            Self::Device => b"poolhouse.confirm.v1.device",
            Self::DeviceId => b"poolhouse.confirm.v1.device-id",
            Self::SignIn => b"poolhouse.confirm.v2.sign-in",
            Self::Instance => b"poolhouse.confirm.v2.instance",
            Self::Grant => b"poolhouse.confirm.v2.grant",
        }
    }
}

/// One secret key. `Debug` shows its id only.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpKey([u8; 32]);

impl OtpKey {
    /// A key from random bytes, at least 32 of them.
    ///
    /// # Errors
    /// Too few bytes, or bytes that no random source gives.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnusableKey> {
        if bytes.len() < LEAST_KEY_BYTES {
            return Err(UnusableKey::TooShort { bytes: bytes.len() });
        }
        let mut seen = [false; 256];
        for byte in bytes {
            seen[usize::from(*byte)] = true;
        }
        // 32 random bytes hold fewer than 16 different values about once in 10^13 keys.
        if seen.iter().filter(|seen| **seen).count() < 16 {
            return Err(UnusableKey::NotRandom);
        }
        Ok(Self::condense(bytes))
    }

    /// A key from text: hexadecimal (64 digits or more), else base64 in either alphabet, padded or not.
    ///
    /// # Errors
    /// Text that is neither, or a key that [`OtpKey::from_bytes`] refuses.
    pub fn from_text(text: &str) -> Result<Self, UnusableKey> {
        let text = text.trim();
        let bytes = match hexadecimal(text) {
            Some(bytes) => bytes,
            None => [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
                .iter()
                .find_map(|engine| engine.decode(text).ok())
                .ok_or(UnusableKey::NotHexOrBase64)?,
        };
        Self::from_bytes(&bytes)
    }

    /// A key that lives for one sign-in only, made of fresh randomness.
    pub(crate) fn of_one_sign_in(seed: &[u8; 32]) -> Self {
        Self::condense(seed)
    }

    /// Any length of material to the 32 bytes that HMAC uses.
    fn condense(bytes: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update(b"poolhouse.confirm.v1.key")
                .chain_update(bytes)
                .finalize()
                .into(),
        )
    }

    /// HMAC-SHA-256 over the purpose and the parts, each with its length before it, so that no two lists collide.
    pub(crate) fn keyed(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC pads a key shorter than its block with zeros; doing that here leaves no error to handle.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(purpose.label());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first `N` bytes of [`OtpKey::keyed`].
    pub(crate) fn keyed_short<const N: usize>(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; N] {
        let whole = self.keyed(purpose, parts);
        std::array::from_fn(|at| whole[at])
    }

    /// Six characters that name this key in what it signs.
    pub(crate) fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.keyed_short::<KEY_ID_BYTES>(Purpose::KeyId, &[]))
    }
}

impl fmt::Debug for OtpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OtpKey({})", self.id())
    }
}

/// The key that signs, and during a rotation the one before it, which still verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Signs everything new.
    pub current: OtpKey,
    /// Signed what is still alive: keep it for a day after a rotation, the longest that a ledger counts back.
    pub previous: Option<OtpKey>,
}

impl Keys {
    /// The live key of this id.
    pub(crate) fn find(&self, id: &str) -> Option<&OtpKey> {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|key| key.id() == id)
    }
}

/// Why a key was refused. No variant carries key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnusableKey {
    /// Neither hexadecimal nor base64.
    NotHexOrBase64,
    /// Fewer than 32 bytes.
    TooShort {
        /// How many there were.
        bytes: usize,
    },
    /// Nearly all bytes are the same: a placeholder, not a key.
    NotRandom,
}

impl fmt::Display for UnusableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHexOrBase64 => f.write_str("it is neither hexadecimal nor base64"),
            Self::TooShort { bytes } => {
                write!(f, "it holds {bytes} bytes, at least {LEAST_KEY_BYTES} are needed")
            }
            Self::NotRandom => f.write_str("its bytes are not random"),
        }
    }
}

impl std::error::Error for UnusableKey {}

/// Equality that takes the same time wherever the texts differ. Their lengths are not secret.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    hex::decode(text).filter(|bytes| bytes.len() >= LEAST_KEY_BYTES)
}

#[cfg(test)]
mod tests {
    use cpu_time::ThreadTime;

    use super::same;

    #[test]
    fn c5_a_comparison_takes_the_same_time_wherever_two_texts_differ() {
        let text = vec![b'7'; 1 << 16];
        let differing_at = |place: usize| {
            let mut other = text.clone();
            other[place] = b'8';
            other
        };
        let others = [differing_at(0), differing_at(text.len() - 1)];
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..101 {
            for (other, times) in others.iter().zip(&mut times) {
                let started = ThreadTime::now();
                assert!(!same(&text, other));
                times.push(started.elapsed());
            }
        }
        let [first, last] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64()
        });
        let ratio = last / first;
        assert!(
            (0.8..1.25).contains(&ratio),
            "the last byte takes {ratio:.3} of the first one's time"
        );
    }
}
