//! What an identity provider answers to somebody who leaves, part by part.

use crate::moment;
use crate::names::{ASSERTION, PROTOCOL};

use super::said::{ISSUER, NOW, REQUEST};

/// Where the service provider takes answers.
pub const SLO: &str = "https://login.example/saml2/logout";

/// What is answered. The default is right in everything.
#[derive(Clone)]
pub struct SignedOut {
    /// Who says it.
    pub issuer: String,
    /// Where it is sent.
    pub destination: String,
    /// What it answers.
    pub in_response_to: String,
    /// `Success` or another word.
    pub status: String,
    /// The element's name.
    pub name: String,
}

impl Default for SignedOut {
    fn default() -> SignedOut {
        SignedOut {
            issuer: ISSUER.to_owned(),
            destination: SLO.to_owned(),
            in_response_to: REQUEST.to_owned(),
            status: "Success".to_owned(),
            name: "LogoutResponse".to_owned(),
        }
    }
}

impl SignedOut {
    /// The ID that the document has.
    pub const ID: &str = "_left";

    /// The document, unsigned.
    pub fn document(&self) -> String {
        let SignedOut {
            issuer,
            destination,
            in_response_to,
            status,
            name,
        } = self;
        let issued = moment::write(NOW);
        let id = SignedOut::ID;
        format!(
            "<samlp:{name} xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" \
             IssueInstant=\"{issued}\" Destination=\"{destination}\" InResponseTo=\"{in_response_to}\">\
             <saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode \
             Value=\"urn:oasis:names:tc:SAML:2.0:status:{status}\"/></samlp:Status></samlp:{name}>"
        )
    }
}
