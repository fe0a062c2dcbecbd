//! The signature of an element, checked as SAML's profile of XML Signature has it (SAML 2.0 Core, 5.4), and nothing else of XML
//! Signature: one reference, to the element that the signature lies in, two transforms, one digest, one signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::canonical;
use crate::fault::Fault;
use crate::keys::{self, Key, compact};
use crate::names::{ENVELOPED, EXCLUSIVE, EXCLUSIVE_WITH_COMMENTS, SIGNATURE};
use crate::xml::Node;

/// By what a signature is judged.
#[derive(Clone, Copy)]
pub(crate) struct Signers<'a> {
    /// The keys of the identity provider.
    pub keys: &'a [Key],
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What the signature of an element covers: its canonical form without the signature, which is to be read in its place. `None`: it has no
/// signature.
///
/// # Errors
/// [`Fault`], for a signature that is wrong, of something else, or of a form that the profile does not have.
pub(crate) fn covered(element: Node<'_, '_>, signers: Signers<'_>) -> Result<Option<String>, Fault> {
    let Some(signature) = element.one(SIGNATURE, "Signature")? else {
        return Ok(None);
    };
    // A comment is no part of what is signed; nobody may hide what a text is by one.
    if !signature.is_plain() {
        return Err(Fault::Signature);
    }
    let info = signature.the(SIGNATURE, "SignedInfo")?;
    if signature.named(SIGNATURE, "Object").next().is_some() {
        return Err(Fault::Signature);
    }
    let reference = info.the(SIGNATURE, "Reference")?;
    let own = element.attribute("ID").filter(|id| !id.is_empty());
    let target = reference.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
    if own.is_none() || own != target {
        return Err(Fault::Signature);
    }
    let transforms = reference.the(SIGNATURE, "Transforms")?;
    let canonical = canonical::form(element, Some(signature), &prefixes_of_transforms(transforms)?)?;
    let digest = keys::digest(algorithm(reference, "DigestMethod")?, canonical.as_bytes())?;
    if digest != bytes(reference, "DigestValue")? {
        return Err(Fault::Signature);
    }
    let method = info.the(SIGNATURE, "CanonicalizationMethod")?;
    let signed = canonical::form(info, None, &prefixes_of_exclusive(method)?)?;
    let made = bytes(signature, "SignatureValue")?;
    keys::check(
        signers.keys,
        signers.now,
        algorithm(info, "SignatureMethod")?,
        signed.as_bytes(),
        &made,
    )?;
    Ok(Some(canonical))
}

/// The prefixes that the second of the two transforms lists.
fn prefixes_of_transforms<'t>(transforms: Node<'t, '_>) -> Result<Vec<&'t str>, Fault> {
    let mut listed = transforms.children();
    let (first, second) = (listed.next(), listed.next());
    let (Some(enveloped), Some(exclusive), None) = (first, second, listed.next()) else {
        return Err(Fault::Signature);
    };
    let is_transform = |node: &Node<'_, '_>| node.is(SIGNATURE, "Transform");
    let is_plain = enveloped.children().next().is_none();
    let is_enveloped =
        is_transform(&enveloped) && is_plain && enveloped.attribute("Algorithm") == Some(ENVELOPED);
    if !is_enveloped || !is_transform(&exclusive) {
        return Err(Fault::Signature);
    }
    prefixes_of_exclusive(exclusive)
}

/// The prefixes that exclusive canonicalization is to treat as inclusive, of the element that names the algorithm.
fn prefixes_of_exclusive<'t>(named: Node<'t, '_>) -> Result<Vec<&'t str>, Fault> {
    // With comments is the same here: a reference to an ID leaves them out, and a signature with one is refused.
    if !matches!(
        named.attribute("Algorithm"),
        Some(EXCLUSIVE | EXCLUSIVE_WITH_COMMENTS)
    ) {
        return Err(Fault::Algorithm);
    }
    let mut inner = named.children();
    let (first, None) = (inner.next(), inner.next()) else {
        return Err(Fault::Signature);
    };
    match first {
        None => Ok(Vec::new()),
        Some(list) if list.is(EXCLUSIVE, "InclusiveNamespaces") => {
            let prefixes = list.attribute("PrefixList").unwrap_or_default();
            Ok(prefixes.split_ascii_whitespace().collect())
        }
        Some(_) => Err(Fault::Signature),
    }
}

fn algorithm<'t>(node: Node<'t, '_>, name: &'static str) -> Result<&'t str, Fault> {
    let named = node.the(SIGNATURE, name)?;
    named.attribute("Algorithm").ok_or(Fault::Algorithm)
}

fn bytes(node: Node<'_, '_>, name: &'static str) -> Result<Vec<u8>, Fault> {
    let text = node.the(SIGNATURE, name)?.text().ok_or(Fault::Signature)?;
    STANDARD.decode(compact(&text)).map_err(|_| Fault::Signature)
}
