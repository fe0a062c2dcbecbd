//! Mail that the pool itself sends.
//!
//! A mail is a row of the outbox, written in the same commit as what it speaks of, so an answer never waits for a mail
//! relay and a crash loses neither. The worker claims rows under a lease (codes of its own process are written that way),
//! codes first, hands them to the carriers in order or to the local inbox, and tries again on a schedule until the mail
//! expires. At least once to the relay while the code lives, never after it.

pub mod bounce;
mod handover;
mod line;
mod numbers;
mod outbox;
mod pace;
mod plan;
pub mod queue;
mod route;
mod settle;
mod sms;
pub mod suppression;
mod urgency;
mod worker;

use poolhouse_api::ErrorCode;
use poolhouse_confirm::Logo;
use poolhouse_crypto::sha256;
use poolhouse_mail::inbox::Inbox;
use poolhouse_mail::{Address, Email, Envelope, Mailbox, Picture};
use poolhouse_outbound::aws::Caller;
use poolhouse_store::{Batch, Scan, StoreError};
use poolhouse_text::hex;
use tokio::sync::Notify;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::base::settings::MailSettings;
use crate::records::outbox as rows;
use handover::{HandOver, Held};
use numbers::Numbers;
use outbox::{Entry, Kept, Payload};

pub use numbers::{Backlog, Count, Fate};
pub use route::ses;
pub use sms::OutgoingSms;
pub use urgency::Urgency;
pub use worker::Worker;

/// How long a claim lasts, in seconds: longer than one attempt, so that nobody else sends a mail that is under way.
const LEASE_SECONDS: i64 = 30;
/// How long a mail without an expiry of its own is tried, in seconds.
const LONGEST_SECONDS: i64 = 24 * 60 * 60;
/// Mails that are counted at most for [`Mailer::backlog`].
const MOST_COUNTED: usize = 10_000;

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
    /// What leaves first.
    pub urgency: Urgency,
    /// The same for mails of which only the newest is worth sending, such as those of one sign-in.
    pub thread: Option<String>,
    /// The request that asks for it, so that a complaint can be traced.
    pub request_id: String,
    /// A picture that the HTML shows.
    pub picture: Option<Picture>,
    /// Whether nobody is to get it: the mail to a user who does not exist takes the same way as any other, up to the
    /// relay.
    pub discard: bool,
}

/// Puts mail into the outbox and wakes the worker.
pub struct Mailer {
    platform: Platform,
    settings: MailSettings,
    aws: Caller,
    inbox: Option<Inbox>,
    due: Notify,
    handover: HandOver,
    numbers: Numbers,
}

impl Mailer {
    /// A mailer for these settings. Mail goes to `inbox` where no relay is configured; SES is called by `aws`.
    pub fn new(platform: Platform, settings: &MailSettings, inbox: Option<Inbox>, aws: Caller) -> Mailer {
        Mailer {
            platform,
            settings: settings.clone(),
            aws,
            inbox,
            due: Notify::new(),
            handover: HandOver::default(),
            numbers: Numbers::default(),
        }
    }

    /// The outbox row of a mail, to be merged into the caller's batch. Nothing is sent unless that batch is committed.
    ///
    /// # Errors
    /// `CodeDeliveryFailureException` if the server has nowhere to send mail, or nobody can be mailed at this address.
    pub fn queue(&self, now: Millis, mail: OutgoingMail) -> Result<Batch, ApiError> {
        let (from, to) = self.addresses(&mail.to)?;
        let addressee = suppression::addressee(&self.platform, &to);
        let id = outbox_id(&mail.dedup_id);
        let email = Email {
            message_id: format!("{id}@{}", from.address().domain()),
            date: u64::try_from(now.seconds()).unwrap_or_default(),
            reply_to: self.settings.reply_to.clone(),
            bounces_to: bounce::return_path(&self.platform, &self.settings, &from, &to),
            from,
            to,
            picture: mail.picture,
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            language: mail.language,
        };
        let message = email
            .to_bytes()
            .map_err(|error| undeliverable("The mail's text cannot be sent.").caused_by(error))?;
        let payload = Payload {
            envelope: email.envelope(),
            message,
            discard: mail.discard,
            sms: None,
        };
        let row = Kept {
            sealed: payload.seal(&self.platform, &id),
            expires: mail.expires.unwrap_or_else(|| now.plus_seconds(LONGEST_SECONDS)),
            queued: now,
            request: mail.request_id,
            addressee,
            thread: mail.thread.map(|thread| outbox_id(&thread)),
            failures: 0,
            attempts: None,
        };
        Ok(self.insert(row, payload, mail.urgency, id, now))
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
        let addressee = suppression::addressee(&self.platform, &to);
        let payload = Payload {
            envelope: Envelope {
                from: from.address().clone(),
                to,
            },
            message,
            discard: false,
            sms: None,
        };
        let id = outbox_id(dedup_id);
        let row = Kept {
            sealed: payload.seal(&self.platform, &id),
            expires: now.plus_seconds(LONGEST_SECONDS),
            queued: now,
            request: String::new(),
            addressee,
            thread: None,
            failures: 0,
            attempts: None,
        };
        // A function waits for it, and its person.
        Ok(self.insert(row, payload, Urgency::Code, id, now))
    }

    /// From whom, and to whom, if there is a way.
    fn addresses(&self, to: &str) -> Result<(Mailbox, Address), ApiError> {
        let goes_somewhere = self.inbox.is_some() || !self.settings.carriers.is_empty();
        let Some(from) = self.settings.from.clone().filter(|_| goes_somewhere) else {
            return Err(undeliverable(
                "This server cannot send mail. Its operator has to start it with --smtp and --mail-from, or with --inbox.",
            ));
        };
        let to = Address::parse(to).map_err(|error| {
            undeliverable("Mail cannot be sent to the user's email address.").caused_by(error)
        })?;
        Ok((from, to))
    }

    /// The row where it is to lie: handed over to the worker if somebody waits for it, due now if not.
    fn insert(&self, mail: Kept, payload: Payload, urgency: Urgency, id: String, now: Millis) -> Batch {
        let is_held = urgency == Urgency::Code && self.handover.has_room();
        let due = if is_held {
            now.plus_seconds(LEASE_SECONDS)
        } else {
            now
        };
        let key = rows::key(urgency.rank(), due, &id);
        let batch = mail.insert(&key);
        if is_held {
            self.handover.extend([Held {
                key,
                id,
                urgency,
                due,
                mail,
                payload,
            }]);
        }
        batch
    }

    /// How attempts have ended since the start, by carrier and code.
    pub fn counts(&self) -> Vec<Count> {
        self.numbers.all()
    }

    /// What waits in the outbox.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let scan = Scan::prefix(rows::PREFIX, MOST_COUNTED);
        let found = self.platform.store.scan(scan).await?;
        let entries = found.iter().filter_map(|row| Entry::parse(&self.platform, row));
        Ok(Backlog {
            queued: found.len(),
            oldest: entries.map(|entry| entry.mail.queued).min(),
        })
    }

    /// Tells the worker that a queued mail was committed. Forgetting to call it costs a second, not the mail.
    pub fn wake(&self) {
        self.due.notify_one();
    }

    /// Whether the worker would begin now.
    #[cfg(test)]
    pub fn is_woken(&self) -> bool {
        let due = std::pin::pin!(self.due.notified());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        due.poll(&mut context).is_ready()
    }

    /// The local inbox, if the server has one.
    pub fn inbox(&self) -> Option<&Inbox> {
        self.inbox.as_ref()
    }
}

/// The operator's logo as a part of a mail.
pub fn picture(logo: &Logo) -> Picture {
    Picture {
        content_id: Logo::CONTENT_ID,
        content_type: logo.content_type(),
        bytes: logo.bytes().to_vec(),
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
