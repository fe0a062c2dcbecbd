//! Keys that sign, as certificates hold them, and the algorithms that count.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::der::{INTEGER, Reader, SEQUENCE, VERSION};
use crate::fault::Fault;
use crate::names;

/// Characters of the longest certificate, in base64: the service's own.
const LONGEST: usize = 4096;

/// The public key of a certificate, and when that counts. Who signed the certificate says nothing: metadata says whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// `SubjectPublicKeyInfo`, DER.
    public: Vec<u8>,
    /// From when on, and until when, in milliseconds since 1970.
    counts: [i64; 2],
}

impl Key {
    /// Reads a certificate: X.509, DER in base64, with any white space.
    ///
    /// # Errors
    /// [`Fault::Certificate`]
    pub fn from_certificate(text: &str) -> Result<Key, Fault> {
        let text = compact(text);
        if text.len() > LONGEST {
            return Err(Fault::Certificate);
        }
        let der = STANDARD.decode(text).map_err(|_| Fault::Certificate)?;
        read(&der).ok_or(Fault::Certificate)
    }

    /// Whether the certificate counts at a moment.
    pub fn counts_at(&self, now: i64) -> bool {
        let [from, until] = self.counts;
        from <= now && now <= until
    }

    /// `SubjectPublicKeyInfo`, DER.
    #[cfg(feature = "testing")]
    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    /// Whether a signature of these bytes is by this key.
    fn verifies(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        UnparsedPublicKey::new(algorithm, &self.public)
            .verify(message, signature)
            .is_ok()
    }
}

/// Base64 without the white space in it.
pub(crate) fn compact(text: &str) -> String {
    text.chars().filter(|held| !held.is_ascii_whitespace()).collect()
}

fn read(der: &[u8]) -> Option<Key> {
    let mut outer = Reader::new(der);
    let mut certificate = Reader::new(outer.of(SEQUENCE)?.contents);
    let mut signed = Reader::new(certificate.of(SEQUENCE)?.contents);
    if signed.is_next(VERSION) {
        signed.next()?;
    }
    let _serial = signed.of(INTEGER)?;
    let _algorithm = signed.of(SEQUENCE)?;
    let _issuer = signed.of(SEQUENCE)?;
    let mut times = Reader::new(signed.of(SEQUENCE)?.contents);
    let _subject = signed.of(SEQUENCE)?;
    let public = signed.of(SEQUENCE)?.whole.to_vec();
    let counts = [moment(&times.time()?)?, moment(&times.time()?)?];
    Some(Key { public, counts })
}

/// Milliseconds of `20260102030405Z`.
fn moment(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('Z')?;
    let moment = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    Some(moment.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// Checks a signature: by any of the keys that count at a moment.
///
/// # Errors
/// [`Fault::Algorithm`], [`Fault::CertificateExpired`] if none counts, [`Fault::Signature`].
pub(crate) fn check(
    keys: &[Key],
    now: i64,
    algorithm: &str,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Fault> {
    // Each has its hash in it; SHA-1 is not among them.
    let algorithm: &'static dyn VerificationAlgorithm = match algorithm {
        names::RSA_SHA256 => &RSA_PKCS1_2048_8192_SHA256,
        names::RSA_SHA384 => &RSA_PKCS1_2048_8192_SHA384,
        names::RSA_SHA512 => &RSA_PKCS1_2048_8192_SHA512,
        names::ECDSA_SHA256 => &ECDSA_P256_SHA256_FIXED,
        names::ECDSA_SHA384 => &ECDSA_P384_SHA384_FIXED,
        names::ECDSA_SHA512 => &ECDSA_P521_SHA512_FIXED,
        _ => return Err(Fault::Algorithm),
    };
    let mut counting = keys.iter().filter(|key| key.counts_at(now)).peekable();
    if counting.peek().is_none() {
        return Err(Fault::CertificateExpired);
    }
    match counting.any(|key| key.verifies(algorithm, message, signature)) {
        true => Ok(()),
        false => Err(Fault::Signature),
    }
}

/// The digest of these bytes.
///
/// # Errors
/// [`Fault::Algorithm`]
pub(crate) fn digest(algorithm: &str, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let algorithm = match algorithm {
        names::SHA256 => &SHA256,
        names::SHA384 => &SHA384,
        names::SHA512 => &SHA512,
        _ => return Err(Fault::Algorithm),
    };
    Ok(digest::digest(algorithm, bytes).as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Idp;

    #[test]
    fn a_certificate_counts_from_its_first_second_to_its_last() {
        let idp = Idp::new();
        let key = Key::from_certificate(&idp.certificate()).unwrap();
        let [from, until] = key.counts;
        assert_eq!(from, 1_767_225_600_000);
        for (now, counts) in [(from - 1, false), (from, true), (until, true), (until + 1, false)] {
            assert_eq!(key.counts_at(now), counts);
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let whole = STANDARD.decode(Idp::new().certificate()).unwrap();
        for cut in [0, 1, 4, 10, 60, whole.len() / 2] {
            assert_eq!(read(&whole[..cut]), None, "{cut}");
        }
        for text in ["", "AA==", "not base64", &"A".repeat(LONGEST + 4)] {
            assert_eq!(Key::from_certificate(text), Err(Fault::Certificate));
        }
    }
}
