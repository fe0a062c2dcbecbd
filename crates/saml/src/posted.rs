//! What a browser's form carries of an identity provider: base64 of a document.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fault::Fault;
use crate::keys::compact;
use crate::names::{PROTOCOL, SUCCESS};
use crate::xml::Node;

/// Characters of the longest document: the service's own limit.
pub(crate) const LONGEST: usize = 100_000;

/// The document in a form's field.
///
/// # Errors
/// [`Fault::TooLarge`], [`Fault::Encoding`].
pub(crate) fn decoded(encoded: &str) -> Result<String, Fault> {
    let encoded = compact(encoded);
    // Four characters are three bytes.
    if encoded.len() > LONGEST / 3 * 4 + 8 {
        return Err(Fault::TooLarge);
    }
    let bytes = STANDARD.decode(encoded).map_err(|_| Fault::Encoding)?;
    String::from_utf8(bytes).map_err(|_| Fault::Encoding)
}

/// That the provider has done what it was asked.
///
/// # Errors
/// [`Fault::NotSuccess`], [`Fault::Shape`].
pub(crate) fn status(response: Node<'_, '_>) -> Result<(), Fault> {
    let code = response.the(PROTOCOL, "Status")?.the(PROTOCOL, "StatusCode")?;
    match code.attribute("Value") == Some(SUCCESS) {
        true => Ok(()),
        false => Err(Fault::NotSuccess),
    }
}
