//! Why something that was read is not believed.

use std::fmt;

/// Why a response, an assertion or metadata is refused. No text of the sender is in it: it goes into logs, and to the client's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no base64, no UTF-8, or says that it is in another encoding.
    Encoding,
    /// It is longer than anything that is read.
    TooLarge,
    /// It is no well-formed XML, or has a document type, an entity, or an ID twice.
    Xml,
    /// It lacks what the standard requires, or has too much of it. The word names the part.
    Shape(&'static str),
    /// The identity provider says that it has not done what it was asked: signs nobody in, or nobody out.
    NotSuccess,
    /// Neither the response nor the assertion is signed.
    Unsigned,
    /// A signature covers something else, or is wrong, or is by a key that is not the provider's.
    Signature,
    /// An algorithm that does not count: SHA-1, for one.
    Algorithm,
    /// It is from somebody else.
    Issuer,
    /// It is to somebody else.
    Destination,
    /// The assertion may be handed in elsewhere only.
    Recipient,
    /// The assertion is meant for others.
    Audience,
    /// It answers another request, or none, or one where none was made.
    InResponseTo,
    /// It does not count yet.
    NotYet,
    /// It no longer counts.
    Expired,
    /// It holds under a condition that is not known here.
    Condition,
    /// It says nobody's name.
    NameId,
    /// It is not encrypted, and has to be.
    NotEncrypted,
    /// It cannot be decrypted.
    Decryption,
    /// A certificate is not readable, or of a key that does not count.
    Certificate,
    /// No certificate that is to be used counts at the moment.
    CertificateExpired,
    /// An address is no URL that a browser may be sent to.
    Url,
}

impl Fault {
    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Fault::Encoding => "it is not base64 of UTF-8",
            Fault::TooLarge => "it is too long",
            Fault::Xml => "it is not well-formed XML without a document type",
            Fault::Shape(_) => "a part is missing or there twice",
            Fault::NotSuccess => "the identity provider signed nobody in",
            Fault::Unsigned => "neither the response nor the assertion is signed",
            Fault::Signature => "the signature is invalid",
            Fault::Algorithm => "the algorithm is not supported",
            Fault::Issuer => "the issuer is another one",
            Fault::Destination => "the destination is another one",
            Fault::Recipient => "the recipient is another one",
            Fault::Audience => "the audience is another one",
            Fault::InResponseTo => "it answers another request",
            Fault::NotYet => "it is not valid yet",
            Fault::Expired => "it has expired",
            Fault::Condition => "a condition is not known",
            Fault::NameId => "there is no NameID",
            Fault::NotEncrypted => "the assertion is not encrypted",
            Fault::Decryption => "the assertion cannot be decrypted",
            Fault::Certificate => "a certificate cannot be used",
            Fault::CertificateExpired => "the identity provider's certificate has expired",
            Fault::Url => "an address is not a URL of HTTPS",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Shape(part) => write!(f, "{}: {part}", self.words()),
            other => f.write_str(other.words()),
        }
    }
}

impl std::error::Error for Fault {}
