//! What a browser is sent away with, as an identity provider looks at it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_text::percent;

use super::said::NOW;
use crate::keys::{self, Key};

/// Whether what a browser is sent away with is signed by the key of this certificate, as the redirect binding has it.
pub fn is_signed(location: &str, certificate: &str) -> bool {
    let (_, query) = location.split_once('?').unwrap();
    let Some((signed, signature)) = query.split_once("&Signature=") else {
        return false;
    };
    let signature = STANDARD.decode(percent::decode(signature).unwrap()).unwrap();
    let (_, algorithm) = signed.split_once("&SigAlg=").unwrap();
    let key = Key::from_certificate(certificate).unwrap();
    let algorithm = percent::decode(algorithm).unwrap();
    keys::check(&[key], NOW, &algorithm, signed.as_bytes(), &signature).is_ok()
}
