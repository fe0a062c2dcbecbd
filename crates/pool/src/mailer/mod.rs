//! Mail that the pool itself sends.
//!
//! A mail is a row of the outbox, written in the same commit as what it speaks of, so an answer never waits for a mail
//! relay and a crash loses neither. The worker claims rows under a lease (those of its own process are written that way), hands them to the carriers in order or to the
//! local inbox, and tries again on a schedule until the mail expires. At least once to the relay while the code lives,
//! never after it.

mod handover;
mod outbox;
mod route;
mod settle;
mod worker;

use poolhouse_api::ErrorCode;
use poolhouse_crypto::sha256;
use poolhouse_mail::inbox::Inbox;
use poolhouse_mail::{Address, Email, Envelope, Mailbox};
use poolhouse_outbound::aws::Caller;
use poolhouse_store::Batch;
use poolhouse_text::hex;
use tokio::sync::Notify;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::base::settings::{MailCarrier, MailSettings};
use crate::records::outbox as rows;
use handover::{HandOver, Held};
use outbox::Payload;

pub use route::ses;
pub use worker::Worker;

/// How long a claim lasts, in seconds: longer than one attempt, so that nobody else sends a mail that is under way.
const LEASE_SECONDS: i64 = 30;
/// How long a mail without an expiry of its own is tried, in seconds.
const LONGEST_SECONDS: i64 = 24 * 60 * 60;

/// A mail as an operation asks for it.
#[derive(Clone)]
pub struct OutgoingMail {
    /// The one recipient, as the user's attribute has it.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same in HTML.
    pub html: Option<String>,
    /// The language as a BCP 47 tag.
    pub language: Option<String>,
    /// When what the mail says is no longer true: it is not sent after that. `None`: a day from now.
    pub expires: Option<Millis>,
    /// Equal for copies of one mail, different for different ones. The Message-ID is made of it, so that a receiver can
    /// drop a second copy.
    pub dedup_id: String,
    /// Whether nobody is to get it: the mail to a user who does not exist takes the same way as any other, up to the
    /// relay.
    pub discard: bool,
}

/// Puts mail into the outbox and wakes the worker.
pub struct Mailer {
    platform: Platform,
    carriers: Vec<MailCarrier>,
    aws: Caller,
    from: Option<Mailbox>,
    inbox: Option<Inbox>,
    goes_somewhere: bool,
    due: Notify,
    handover: HandOver,
}

impl Mailer {
    /// A mailer for these settings. Mail goes to `inbox` where no relay is configured; SES is called by `aws`.
    pub fn new(platform: Platform, settings: &MailSettings, inbox: Option<Inbox>, aws: Caller) -> Mailer {
        Mailer {
            platform,
            carriers: settings.carriers.clone(),
            aws,
            from: settings.from.clone(),
            goes_somewhere: inbox.is_some() || !settings.carriers.is_empty(),
            inbox,
            due: Notify::new(),
            handover: HandOver::default(),
        }
    }

    /// The outbox row of a mail, to be merged into the caller's batch. Nothing is sent unless that batch is committed.
    ///
    /// # Errors
    /// `CodeDeliveryFailureException` if the server has nowhere to send mail, or nobody can be mailed at this address.
    pub fn queue(&self, now: Millis, mail: OutgoingMail) -> Result<Batch, ApiError> {
        let (from, to) = self.addresses(&mail.to)?;
        let id = outbox_id(&mail.dedup_id);
        let email = Email {
            message_id: format!("{id}@{}", from.address().domain()),
            date: u64::try_from(now.seconds()).unwrap_or_default(),
            from,
            to,
            reply_to: None,
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            language: mail.language,
        };
        let message = email
            .to_bytes()
            .map_err(|error| undeliverable("The mail's text cannot be sent.").caused_by(error))?;
        let expires = mail.expires.unwrap_or_else(|| now.plus_seconds(LONGEST_SECONDS));
        let payload = Payload {
            envelope: email.envelope(),
            message,
            discard: mail.discard,
        };
        Ok(self.row(now, &id, &payload, expires))
    }

    /// The outbox row of a whole message, which goes out as it is. `dedup_id` is as in [`OutgoingMail`].
    ///
    /// # Errors
    /// As [`queue`](Self::queue).
    pub fn queue_message(
        &self,
        now: Millis,
        to: &str,
        message: Vec<u8>,
        dedup_id: &str,
    ) -> Result<Batch, ApiError> {
        let (from, to) = self.addresses(to)?;
        let payload = Payload {
            envelope: Envelope {
                from: from.address().clone(),
                to,
            },
            message,
            discard: false,
        };
        let expires = now.plus_seconds(LONGEST_SECONDS);
        Ok(self.row(now, &outbox_id(dedup_id), &payload, expires))
    }

    /// From whom, and to whom, if there is a way.
    fn addresses(&self, to: &str) -> Result<(Mailbox, Address), ApiError> {
        let Some(from) = self.from.clone().filter(|_| self.goes_somewhere) else {
            return Err(undeliverable(
                "This server cannot send mail. Its operator has to start it with --smtp and --mail-from, or with --inbox.",
            ));
        };
        let to = Address::parse(to).map_err(|error| {
            undeliverable("Mail cannot be sent to the user's email address.").caused_by(error)
        })?;
        Ok((from, to))
    }

    fn row(&self, now: Millis, id: &str, payload: &Payload, expires: Millis) -> Batch {
        let held = self.handover.has_room();
        let due = if held {
            now.plus_seconds(LEASE_SECONDS)
        } else {
            now
        };
        let row = outbox::insert(&self.platform, &rows::key(due, id), id, payload, expires);
        if held {
            self.handover.extend([Held {
                key: rows::key(due, id),
                since: now,
            }]);
        }
        row
    }

    /// Tells the worker that a queued mail was committed. Forgetting to call it costs a second, not the mail.
    pub fn wake(&self) {
        self.due.notify_one();
    }

    /// The local inbox, if the server has one.
    pub fn inbox(&self) -> Option<&Inbox> {
        self.inbox.as_ref()
    }
}

/// A name for the row and the Message-ID: legible nowhere, and free of characters that either could not carry.
fn outbox_id(dedup_id: &str) -> String {
    let digest = sha256(&[b"outbox", dedup_id.as_bytes()]);
    hex::encode(&digest[..16])
}

fn undeliverable(message: &str) -> ApiError {
    ApiError::new(ErrorCode::CodeDeliveryFailureException, message)
}
