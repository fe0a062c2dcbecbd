//! The message that carries the code of a second factor.

use poolhouse_api::ErrorCode;
use poolhouse_store::Batch;

use super::message::Message;
use super::{custom_sender, messages};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::mailer::OutgoingSms;
use crate::records::{ClientRecord, Factor, PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{CustomMessageSource, Medium, Metadata, Wording};

/// Stands for the code in a text.
const CODE: &str = "{####}";
/// What a text message says where neither the pool nor a function says otherwise. Nothing follows the code, or people would copy
/// that, too.
const WORDS: &str = "Your authentication code is {####}";

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
    /// Whether it is made and nobody gets it: it is to a name that nobody has.
    pub discard: bool,
}

/// Digits of a factor's code, as many as the service has; `is_first` for one that comes in place of a password.
pub fn digits(factor: Factor, is_first: bool) -> usize {
    match factor {
        Factor::Sms if is_first => 8,
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
    let (factor, expires) = (message.factor, message.expires);
    let mail = Message {
        source: CustomMessageSource::Authentication,
        to: message.to.to_owned(),
        code: message.code,
        expires: Some(expires),
        client: Some(message.client),
        metadata: Some(message.metadata),
        discard: message.discard,
    };
    match factor {
        Factor::Email => messages::queue(ctx, pool, user, mail).await,
        Factor::Sms if custom_sender::is_set(pool, Medium::Sms) => {
            custom_sender::hand_over(ctx, pool, user, Medium::Sms, &mail).await?;
            Ok(Batch::new())
        }
        Factor::Sms => {
            let text = text(ctx, pool, user, &mail).await?;
            let sms = OutgoingSms {
                to: mail.to,
                text: text.replace(CODE, message.code),
                expires,
                dedup_id: format!("sms {} {} {}", pool.id(), user.sub, ctx.request_id),
                request_id: ctx.request_id.clone(),
                discard: mail.discard,
            };
            ctx.app.mailer.queue_sms(ctx.now, sms)
        }
        Factor::SoftwareToken => Err(ApiError::internal("an app is sent no codes")),
    }
}

/// What the message says, the code still missing: in the words of the pool's function, the pool, or ours.
async fn text(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    message: &Message<'_>,
) -> Result<String, ApiError> {
    let custom = match message.discard {
        true => Wording::default(),
        false => messages::custom_wording(ctx, pool, user, message, false).await?,
    };
    match custom.sms {
        Some(text) if text.contains(CODE) => Ok(text),
        Some(_) => Err(ApiError::new(
            ErrorCode::InvalidLambdaResponseException,
            format!("CustomMessage answered an smsMessage without {CODE}."),
        )),
        None => {
            let template = pool.settings.sms_authentication_message.clone();
            Ok(template.unwrap_or_else(|| WORDS.to_owned()))
        }
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
