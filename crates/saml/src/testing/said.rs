//! What an identity provider says, part by part.

use crate::expected::Expected;
use crate::moment;
use crate::names::{ASSERTION, BEARER, PROTOCOL};

use super::Idp;

/// The moment of the tests: 2026-11-30T00:00:00Z.
pub const NOW: i64 = 1_795_996_800_000;
/// The identity provider's entity id.
pub const ISSUER: &str = "https://idp.example/metadata";
/// The service provider's.
pub const AUDIENCE: &str = "urn:amazon:cognito:sp:us-east-1_a";
/// Where it takes responses.
pub const ACS: &str = "https://login.example/saml2/idpresponse";
/// The request that is answered.
pub const REQUEST: &str = "_request";

/// What is said. The default is right in everything.
#[derive(Clone)]
pub struct Said {
    /// The ID of the assertion.
    pub id: String,
    /// The ID of the response.
    pub response_id: String,
    /// Who says it.
    pub issuer: String,
    /// What is in `NameID`, as XML.
    pub name_id: String,
    /// For whom.
    pub audience: String,
    /// Where it is handed in.
    pub recipient: String,
    /// Where it is sent.
    pub destination: String,
    /// What it answers.
    pub in_response_to: Option<String>,
    /// When it was made, from when on and until when it counts, in milliseconds since 1970.
    pub issued: i64,
    /// See above.
    pub from: i64,
    /// See above.
    pub until: i64,
    /// Further conditions, as XML.
    pub conditions: String,
    /// Attributes of the person.
    pub attributes: Vec<(String, Vec<String>)>,
    /// `Success` or another word.
    pub status: String,
}

impl Default for Said {
    fn default() -> Said {
        Said {
            id: "_assertion".to_owned(),
            response_id: "_response".to_owned(),
            issuer: ISSUER.to_owned(),
            name_id: "alice".to_owned(),
            audience: AUDIENCE.to_owned(),
            recipient: ACS.to_owned(),
            destination: ACS.to_owned(),
            in_response_to: Some(REQUEST.to_owned()),
            issued: NOW - 1000,
            from: NOW - 1000,
            until: NOW + 300_000,
            conditions: String::new(),
            attributes: vec![("email".to_owned(), vec!["alice@example.com".to_owned()])],
            status: "Success".to_owned(),
        }
    }
}

impl Said {
    /// The assertion, unsigned.
    pub fn assertion(&self) -> String {
        let [issued, from, until] = [self.issued, self.from, self.until].map(moment::write);
        let Said {
            id,
            issuer,
            name_id,
            audience,
            recipient,
            conditions,
            ..
        } = self;
        let answers = self.answers();
        let attributes: String = self.attributes.iter().map(attribute).collect();
        format!(
            "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{issued}\">\
             <saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID>{name_id}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"{BEARER}\"><saml:SubjectConfirmationData NotOnOrAfter=\"{until}\" \
             Recipient=\"{recipient}\"{answers}/></saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{from}\" NotOnOrAfter=\"{until}\"><saml:AudienceRestriction>\
             <saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>{conditions}</saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{issued}\" SessionIndex=\"_session\"><saml:AuthnContext>\
             <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>\
             </saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement>\
             </saml:Assertion>"
        )
    }

    fn answers(&self) -> String {
        let answered = self.in_response_to.as_ref();
        answered
            .map(|id| format!(" InResponseTo=\"{id}\""))
            .unwrap_or_default()
    }

    /// A response with something in it, unsigned.
    pub fn around(&self, inside: &str) -> String {
        let Said {
            response_id,
            issuer,
            destination,
            status,
            ..
        } = self;
        let (issued, answers) = (moment::write(self.issued), self.answers());
        format!(
            "<samlp:Response xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{response_id}\" Version=\"2.0\" \
             IssueInstant=\"{issued}\" Destination=\"{destination}\"{answers}><saml:Issuer>{issuer}</saml:Issuer>\
             <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{status}\"/></samlp:Status>\
             {inside}</samlp:Response>"
        )
    }

    /// The response, unsigned.
    pub fn response(&self) -> String {
        self.around(&self.assertion())
    }

    /// The response with the assertion signed, as most identity providers send it.
    pub fn signed(&self) -> String {
        Idp::new().sign(&self.response(), &self.id)
    }
}

fn attribute((name, values): &(String, Vec<String>)) -> String {
    let values: String = values
        .iter()
        .map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>"))
        .collect();
    format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
}

/// What the tests' service provider expects, with these keys.
pub fn expected(keys: &[crate::keys::Key]) -> Expected<'_> {
    Expected {
        issuer: ISSUER,
        audience: AUDIENCE,
        acs: ACS,
        in_response_to: Some(REQUEST),
        now: NOW,
        keys,
        decryption: &[],
        wants_encrypted: false,
    }
}
