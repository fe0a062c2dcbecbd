//! What an identity provider answers to somebody who leaves: read, and believed only if every check holds.
//!
//! It need not be signed: nothing is given for it, and the ID that it repeats is known to the provider and to the browser that left alone.
//! A signature that there is must hold.

use crate::assertion::text;
use crate::fault::Fault;
use crate::keys::Key;
use crate::names::{ASSERTION, PROTOCOL, SIGNATURE};
use crate::posted::{LONGEST, decoded, status};
use crate::signature::{Signers, covered};
use crate::xml::{self, Node};

/// What an answer has to be.
#[derive(Clone, Copy)]
pub struct ExpectedLogout<'a> {
    /// The identity provider, by its entity id.
    pub issuer: &'a str,
    /// Where answers are taken.
    pub destination: &'a str,
    /// The ID of the request that it answers.
    pub in_response_to: &'a str,
    /// Milliseconds since 1970.
    pub now: i64,
    /// The keys with which the identity provider signs.
    pub keys: &'a [Key],
}

/// Reads what a form's `SAMLResponse` holds, in answer to a request to sign somebody out.
///
/// # Errors
/// [`Fault::NotSuccess`]: it is the provider's answer, and says that it has not done so. Any other [`Fault`]: it is not to be believed.
pub fn accept_logout(encoded: &str, expected: &ExpectedLogout<'_>) -> Result<(), Fault> {
    let document = decoded(encoded)?;
    let document = xml::parse(&document, LONGEST)?;
    let response = root(&document)?;
    let signatures = response.below().filter(|node| node.is(SIGNATURE, "Signature"));
    if signatures.count() != response.named(SIGNATURE, "Signature").count() {
        return Err(Fault::Signature);
    }
    let signers = Signers {
        keys: expected.keys,
        now: expected.now,
    };
    match covered(response, signers)? {
        Some(signed) => check(root(&xml::parse(&signed, LONGEST)?)?, expected),
        None => check(response, expected),
    }
}

fn root<'t, 'a>(document: &'t uppsala::Document<'a>) -> Result<Node<'t, 'a>, Fault> {
    xml::root(document, PROTOCOL, "LogoutResponse")
}

fn check(response: Node<'_, '_>, expected: &ExpectedLogout<'_>) -> Result<(), Fault> {
    if response.attribute("Version") != Some("2.0") {
        return Err(Fault::Shape("Version"));
    }
    if text(response.the(ASSERTION, "Issuer")?)? != expected.issuer {
        return Err(Fault::Issuer);
    }
    if response.attribute("Destination") != Some(expected.destination) {
        return Err(Fault::Destination);
    }
    if response.attribute("InResponseTo") != Some(expected.in_response_to) {
        return Err(Fault::InResponseTo);
    }
    status(response)
}
