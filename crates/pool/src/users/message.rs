//! What is to be sent to a user, by whatever sends it.

use crate::base::clock::Millis;
use crate::records::ClientRecord;
use crate::triggers::events::{CustomMessageSource, Metadata};

/// A mail to a user.
pub struct Message<'a> {
    /// What it is for.
    pub source: CustomMessageSource,
    /// The address.
    pub to: String,
    /// The code, or the temporary password.
    pub code: &'a str,
    /// When the code ends: the mail is not sent after that.
    pub expires: Option<Millis>,
    /// The app client that caused it; `None` for administrators' calls without one.
    pub client: Option<&'a ClientRecord>,
    /// `ClientMetadata` of the request.
    pub metadata: Option<&'a Metadata>,
    /// Whether it is made and nobody gets it; no function hears of it.
    pub discard: bool,
}
