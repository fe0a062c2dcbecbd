//! Text messages: rows of the same outbox, which go to the gateway, or into the local inbox where there is none.

use poolhouse_mail::sms::Sms;
use poolhouse_mail::{Address, Email, Mailbox};
use poolhouse_store::Batch;

use super::outbox::{Kept, Payload};
use super::{Mailer, Urgency, outbox_id, suppression, undeliverable};
use crate::base::clock::Millis;
use crate::base::error::ApiError;

/// The domain of what the inbox and the queue show in place of an address. `.invalid` resolves nowhere (RFC 2606).
const DOMAIN: &str = "sms.invalid";

/// A text message as an operation asks for it.
pub struct OutgoingSms {
    /// The number, as the user's attribute has it.
    pub to: String,
    /// What it says.
    pub text: String,
    /// When what it says is no longer true: it is not sent after that.
    pub expires: Millis,
    /// Equal for copies of one message, different for different ones.
    pub dedup_id: String,
    /// The request that asks for it.
    pub request_id: String,
    /// Whether it is made, takes the same way, and nobody gets it.
    pub discard: bool,
}

impl Mailer {
    /// Whether the server sends text messages: by a gateway, or into the local inbox.
    pub fn sends_sms(&self) -> bool {
        let is_delivered = self.inbox.is_some() || !self.settings.carriers.is_empty();
        is_delivered && (self.settings.sms.is_some() || self.inbox.is_some())
    }

    /// The outbox row of a text message, to be merged into the caller's batch. Nothing is sent unless that batch is committed.
    ///
    /// # Errors
    /// `CodeDeliveryFailureException` if the server sends none, or the number cannot be one.
    pub fn queue_sms(&self, now: Millis, message: OutgoingSms) -> Result<Batch, ApiError> {
        if !self.sends_sms() {
            return Err(undeliverable(
                "This server cannot send text messages. Its operator has to set sms.gateway in poolhouse.toml, or start it with --inbox.",
            ));
        }
        let parse = |local: &str| {
            Address::parse(&format!("{local}@{DOMAIN}")).map_err(|error| {
                undeliverable("No message can be sent to the user's phone number.").caused_by(error)
            })
        };
        let (from, to) = (parse("poolhouse")?, parse(&message.to)?);
        let addressee = suppression::addressee(&self.platform, &to);
        let id = outbox_id(&message.dedup_id);
        let shown = Email {
            message_id: format!("{id}@{DOMAIN}"),
            date: u64::try_from(now.seconds()).unwrap_or_default(),
            reply_to: None,
            bounces_to: None,
            from: Mailbox::parse(from.as_str()).map_err(ApiError::internal)?,
            to,
            picture: None,
            subject: "SMS".to_owned(),
            text: message.text.clone(),
            html: None,
            language: None,
        };
        let bytes = shown
            .to_bytes()
            .map_err(|error| undeliverable("The message's text cannot be sent.").caused_by(error))?;
        let payload = Payload {
            envelope: shown.envelope(),
            message: bytes,
            discard: message.discard,
            sms: Some(Sms {
                to: message.to,
                text: message.text,
                id: id.clone(),
            }),
        };
        let row = Kept {
            sealed: payload.seal(&self.platform, &id),
            expires: message.expires,
            queued: now,
            request: message.request_id,
            addressee,
            thread: None,
            failures: 0,
            attempts: None,
        };
        Ok(self.insert(row, payload, Urgency::Code, id, now))
    }
}
