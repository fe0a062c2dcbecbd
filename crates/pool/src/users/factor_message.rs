//! The message that carries the code of a second factor.

use poolhouse_store::Batch;

use super::code_mail;
use super::messages::{self, Message};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, Factor, PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{CustomMessageSource, Metadata};

/// A code to be sent.
pub struct FactorMessage<'a> {
    /// The factor.
    pub factor: Factor,
    /// Where it is sent.
    pub to: &'a str,
    /// The code.
    pub code: &'a str,
    /// When it ends.
    pub expires: Millis,
    /// The app client that is signed in through.
    pub client: &'a ClientRecord,
    /// `ClientMetadata` of the request.
    pub metadata: &'a Metadata,
}

/// Digits of a factor's code, as many as the service has.
pub fn digits(factor: Factor) -> usize {
    match factor {
        Factor::Sms | Factor::SoftwareToken => 6,
        Factor::Email => 8,
    }
}

/// The message's row, to be committed with the challenge.
///
/// # Errors
/// As [`messages::queue`].
pub async fn write(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    message: FactorMessage<'_>,
) -> Result<Batch, ApiError> {
    match message.factor {
        Factor::Email => {
            let mail = Message {
                source: CustomMessageSource::Authentication,
                to: message.to.to_owned(),
                code: message.code,
                expires: Some(message.expires),
                client: Some(message.client),
                metadata: Some(message.metadata),
                discard: false,
            };
            messages::queue(ctx, pool, user, mail).await
        }
        Factor::Sms | Factor::SoftwareToken => Err(code_mail::no_sms()),
    }
}

/// A phone number as clients may see it: the last four digits.
pub fn mask_number(number: &str) -> String {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let hidden = digits.chars().count().saturating_sub(4);
    let shown: String = digits.chars().skip(hidden).collect();
    format!("+{}{shown}", "*".repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_shows_its_last_four_digits_and_how_many_there_are() {
        assert_eq!(mask_number("+491234568920"), "+********8920");
        assert_eq!(mask_number("+12025559934"), "+*******9934");
        assert_eq!(mask_number("+123"), "+123");
    }
}
