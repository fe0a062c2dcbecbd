//! An identity provider for tests: it signs and encrypts what it is told to, right or wrong.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot make is a fault of the test"
)]

mod encrypted;
mod redirected;
mod said;
mod signed_out;

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::certificate::{Usage, self_signed};
use poolhouse_crypto::jwt::{KeyBits, SigningKey};

use crate::canonical;
use crate::keys::{self, Key};
use crate::names::{EXCLUSIVE, METADATA, PROTOCOL, RSA_SHA256, SHA256, SIGNATURE};
use crate::xml::{self, Node};

pub use encrypted::{Cipher, encrypt};
pub use redirected::is_signed;
pub use said::{ACS, AUDIENCE, ISSUER, NOW, REQUEST, Said, expected};
pub use signed_out::{SLO, SignedOut};

/// Bytes of the longest document that is signed.
const LONGEST: usize = 4 * 1024 * 1024;

/// An identity provider with a key.
pub struct Idp {
    key: &'static SigningKey,
    times: [&'static str; 2],
}

impl Default for Idp {
    fn default() -> Idp {
        Idp::new()
    }
}

impl Idp {
    /// The one that the service provider trusts. Its certificate counts in all of 2026 and nine years more.
    pub fn new() -> Idp {
        static KEY: OnceLock<SigningKey> = OnceLock::new();
        Idp {
            key: KEY.get_or_init(|| SigningKey::generate(KeyBits::Rsa2048).unwrap()),
            times: ["20260101000000", "20360101000000"],
        }
    }

    /// Somebody else.
    pub fn other() -> Idp {
        static KEY: OnceLock<SigningKey> = OnceLock::new();
        Idp {
            key: KEY.get_or_init(|| SigningKey::generate(KeyBits::Rsa2048).unwrap()),
            times: ["20260101000000", "20360101000000"],
        }
    }

    /// The same key in a certificate that counts at other times.
    pub fn counting(self, times: [&'static str; 2]) -> Idp {
        Idp { times, ..self }
    }

    /// Its certificate, in base64.
    pub fn certificate(&self) -> String {
        STANDARD.encode(self_signed(self.key, "idp", [7; 16], self.times, Usage::Signing).unwrap())
    }

    /// The key that its certificate holds.
    pub fn key(&self) -> Key {
        Key::from_certificate(&self.certificate()).unwrap()
    }

    /// Its private key, PKCS #8: for tests that encrypt to it.
    pub fn private(&self) -> Vec<u8> {
        self.key.to_pkcs8().unwrap().to_vec()
    }

    /// What it says of itself.
    pub fn metadata(&self) -> String {
        let redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
        format!(
            "<md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{ISSUER}\"><md:IDPSSODescriptor \
             protocolSupportEnumeration=\"{PROTOCOL}\"><md:KeyDescriptor use=\"signing\"><ds:KeyInfo \
             xmlns:ds=\"{SIGNATURE}\"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
             </md:KeyDescriptor><md:SingleLogoutService Binding=\"{redirect}\" Location=\"https://idp.example/slo\"/>\
             <md:SingleSignOnService Binding=\"{redirect}\" Location=\"https://idp.example/sso\"/>\
             </md:IDPSSODescriptor></md:EntityDescriptor>",
            self.certificate()
        )
    }

    /// The document with the element of this ID signed.
    pub fn sign(&self, document: &str, id: &str) -> String {
        self.sign_as(document, id, "")
    }

    /// The same, with something in the signature's key info.
    pub fn sign_as(&self, document: &str, id: &str, key_info: &str) -> String {
        let digest = of_element(document, id, |node| {
            keys::digest(SHA256, canonical::form(node, None, &[]).unwrap().as_bytes()).unwrap()
        });
        let info = format!(
            "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"></ds:SignatureMethod><ds:Reference URI=\"#{id}\"><ds:Transforms>\
             <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>\
             <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{SHA256}\"></ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue>\
             </ds:Reference></ds:SignedInfo>",
            STANDARD.encode(digest)
        );
        self.sign_with(document, id, &info, key_info)
    }

    /// The document with a signature over just this `SignedInfo` after the issuer of the element of this ID.
    pub fn sign_with(&self, document: &str, id: &str, info: &str, key_info: &str) -> String {
        // As it stands in the document, its canonical form declares the prefix: nothing else of it changes.
        let declared = info.replacen(
            "<ds:SignedInfo",
            &format!("<ds:SignedInfo xmlns:ds=\"{SIGNATURE}\""),
            1,
        );
        let parsed = xml::parse(&declared, LONGEST).unwrap();
        let node = Node {
            document: &parsed,
            id: parsed.document_element().unwrap(),
        };
        let signed = canonical::form(node, None, &[]).unwrap();
        let value = STANDARD.encode(self.key.sign_bytes(signed.as_bytes()).unwrap());
        let signature = format!(
            "<ds:Signature xmlns:ds=\"{SIGNATURE}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue>{key_info}\
             </ds:Signature>"
        );
        let start = document.find(&format!(" ID=\"{id}\"")).unwrap();
        let end = "</saml:Issuer>";
        let at = start + document[start..].find(end).unwrap() + end.len();
        format!("{}{signature}{}", &document[..at], &document[at..])
    }
}

/// Does something with the element of an ID.
fn of_element<T>(document: &str, id: &str, act: impl Fn(Node<'_, '_>) -> T) -> T {
    let parsed = xml::parse(document, LONGEST).unwrap();
    let root = Node {
        document: &parsed,
        id: parsed.document_element().unwrap(),
    };
    let mut all = std::iter::once(root).chain(root.below());
    act(all.find(|node| node.attribute("ID") == Some(id)).unwrap())
}

/// A document as a form has it.
pub fn posted(document: &str) -> String {
    STANDARD.encode(document)
}
