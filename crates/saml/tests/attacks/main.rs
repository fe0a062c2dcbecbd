//! Responses that are wrong. Each is an attack that has worked on somebody; none gets a name out of this crate.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail, at once")]

mod assertions;
mod documents;
mod signatures;
mod wrapping;

use poolhouse_saml::testing::{Idp, Said, expected, posted};
use poolhouse_saml::{Fault, accept};

/// What becomes of a response.
fn fault(document: &str) -> Option<Fault> {
    accept(&posted(document), &expected(&[Idp::new().key()])).err()
}

/// A response whose one assertion is signed, in three parts: what is before the assertion, it, and what is after.
fn parts() -> [String; 3] {
    let signed = Said::default().signed();
    let from = signed.find("<saml:Assertion").unwrap();
    let until = signed.find("</samlp:Response>").unwrap();
    [&signed[..from], &signed[from..until], &signed[until..]].map(str::to_owned)
}

/// The signature in something, and the rest of it.
fn without_signature(signed: &str) -> (String, String) {
    let from = signed.find("<ds:Signature ").unwrap();
    let end = "</ds:Signature>";
    let until = signed.find(end).unwrap() + end.len();
    let rest = format!("{}{}", &signed[..from], &signed[until..]);
    (signed[from..until].to_owned(), rest)
}

/// The assertion that the attacker would like: of the administrator, with an ID of its own.
fn evil() -> String {
    let said = Said {
        id: "_evil".to_owned(),
        name_id: "admin".to_owned(),
        ..Said::default()
    };
    said.assertion()
}

/// The same with something right after its issuer.
fn evil_with(inside: &str) -> String {
    evil().replacen("</saml:Issuer>", &format!("</saml:Issuer>{inside}"), 1)
}
