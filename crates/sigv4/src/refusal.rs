//! Why a request was refused, in AWS's terms.

use std::fmt;

/// A refusal, with the text AWS gives for it. No text repeats a signature, presented or expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no signature.
    MissingAuthenticationToken,
    /// The signature cannot be read; the text says what it lacks.
    IncompleteSignature(String),
    /// The access key is unknown.
    UnrecognizedClient,
    /// The signature is wrong, of another time, or of another scope.
    InvalidSignature(String),
}

impl Refusal {
    /// The error's name on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::IncompleteSignature(_) => "IncompleteSignatureException",
            Self::UnrecognizedClient => "UnrecognizedClientException",
            Self::InvalidSignature(_) => "InvalidSignatureException",
        }
    }

    /// The signature is not the one of this request.
    pub(crate) fn mismatch() -> Self {
        Self::InvalidSignature(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details."
                .to_owned(),
        )
    }
}

/// The error's message on the wire.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingAuthenticationToken => "Missing Authentication Token",
            Self::UnrecognizedClient => "The security token included in the request is invalid.",
            Self::IncompleteSignature(text) | Self::InvalidSignature(text) => text,
        })
    }
}

impl std::error::Error for Refusal {}
