//! What an identity provider posts: read, and believed only if every check holds.

use crate::assertion::{self, Assertion, text};
use crate::decrypt::{self, is_encrypted};
use crate::expected::Expected;
use crate::fault::Fault;
use crate::names::{ASSERTION, PROTOCOL, SIGNATURE};
use crate::posted::{LONGEST, decoded, status};
use crate::signature::{Signers, covered};
use crate::xml::{self, Node};

/// Reads what a form's `SAMLResponse` holds.
///
/// # Errors
/// [`Fault`]: it is not to be believed, and nothing of it is.
pub fn accept(encoded: &str, expected: &Expected<'_>) -> Result<Assertion, Fault> {
    let text = decoded(encoded)?;
    let document = xml::parse(&text, LONGEST)?;
    let response = xml::root(&document, PROTOCOL, "Response")?;
    check_shape(response)?;
    let signers = Signers {
        keys: expected.keys,
        now: expected.now,
    };
    match covered(response, signers)? {
        Some(signed) => {
            let document = xml::parse(&signed, LONGEST)?;
            let response = xml::root(&document, PROTOCOL, "Response")?;
            if response.attribute("Destination").is_none() {
                return Err(Fault::Destination);
            }
            read(response, expected, signers, true)
        }
        None => read(response, expected, signers, false),
    }
}

/// That there is one assertion, where it belongs, and no signature but its own and the response's.
fn check_shape(response: Node<'_, '_>) -> Result<(), Fault> {
    let is_assertion = |node: &Node<'_, '_>| node.is(ASSERTION, "Assertion") || is_encrypted(*node);
    let mut inside = response.children().filter(is_assertion);
    let (Some(assertion), None) = (inside.next(), inside.next()) else {
        return match status(response) {
            Ok(()) => Err(Fault::Shape("Assertion")),
            Err(fault) => Err(fault),
        };
    };
    if response.below().filter(is_assertion).count() != 1 {
        return Err(Fault::Shape("Assertion"));
    }
    let of = |node: Node<'_, '_>| node.named(SIGNATURE, "Signature").count();
    let everywhere = response
        .below()
        .filter(|node| node.is(SIGNATURE, "Signature"))
        .count();
    match everywhere == of(response) + of(assertion) {
        true => Ok(()),
        false => Err(Fault::Signature),
    }
}

/// Reads a response; `is_signed` if its very bytes are.
fn read(
    response: Node<'_, '_>,
    expected: &Expected<'_>,
    signers: Signers<'_>,
    is_signed: bool,
) -> Result<Assertion, Fault> {
    if response.attribute("Version") != Some("2.0") {
        return Err(Fault::Shape("Version"));
    }
    if let Some(issuer) = response.one(ASSERTION, "Issuer")?
        && text(issuer)? != expected.issuer
    {
        return Err(Fault::Issuer);
    }
    if response
        .attribute("Destination")
        .is_some_and(|to| to != expected.acs)
    {
        return Err(Fault::Destination);
    }
    if response.attribute("InResponseTo") != expected.in_response_to {
        return Err(Fault::InResponseTo);
    }
    status(response)?;
    match response.one(ASSERTION, "EncryptedAssertion")? {
        Some(encrypted) => {
            let text = decrypt::assertion(encrypted, expected.decryption)?;
            let document = xml::parse(&text, LONGEST)?;
            let assertion = xml::root(&document, ASSERTION, "Assertion")?;
            check_alone(assertion)?;
            believed(assertion, expected, signers, is_signed)
        }
        None if expected.wants_encrypted => Err(Fault::NotEncrypted),
        None => {
            let assertion = response.the(ASSERTION, "Assertion")?;
            believed(assertion, expected, signers, is_signed)
        }
    }
}

/// That what was decrypted is one assertion and nothing that hides another.
fn check_alone(assertion: Node<'_, '_>) -> Result<(), Fault> {
    let own = assertion.named(SIGNATURE, "Signature").count();
    let is_other = |node: Node<'_, '_>| node.is(ASSERTION, "Assertion") || is_encrypted(node);
    let signatures = assertion
        .below()
        .filter(|node| node.is(SIGNATURE, "Signature"))
        .count();
    match own == signatures && !assertion.below().any(is_other) {
        true => Ok(()),
        false => Err(Fault::Signature),
    }
}

/// An assertion from the bytes that are signed: its own, or the response's that it came in.
fn believed(
    assertion: Node<'_, '_>,
    expected: &Expected<'_>,
    signers: Signers<'_>,
    is_covered: bool,
) -> Result<Assertion, Fault> {
    match covered(assertion, signers)? {
        Some(signed) => {
            let document = xml::parse(&signed, LONGEST)?;
            assertion::read(xml::root(&document, ASSERTION, "Assertion")?, expected)
        }
        None if is_covered => assertion::read(assertion, expected),
        None => Err(Fault::Unsigned),
    }
}
