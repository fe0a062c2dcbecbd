//! The mail of one call: two attempts inside one deadline.

use poolhouse_confirm::CodeMail;
use poolhouse_mail::smtp::{Class, Connection, Deadlines, Relay, SendError, TlsSource};
use poolhouse_mail::{Address, Email, Envelope};
use tokio::time::Instant;

use crate::failure::Failure;
use crate::settings::MailSettings;

/// What the first attempt may use of the time that is left. A relay that has not answered by then may as well be asked
/// again, or another one.
const FIRST_SHARE: f64 = 0.6;

/// Sends the mail of the Create function.
pub(crate) struct Mailer {
    settings: MailSettings,
    tls: TlsSource,
}

/// A mail as it goes over the wire, the same bytes at every attempt.
pub(crate) struct Letter {
    envelope: Envelope,
    bytes: Vec<u8>,
    /// Made for nobody: all the work, and no mail.
    discard: bool,
}

/// When the attempts of one mail must be over.
#[derive(Clone, Copy)]
pub(crate) struct Schedule {
    first: Instant,
    last: Instant,
}

impl Schedule {
    pub(crate) fn until(last: Instant) -> Self {
        let now = Instant::now();
        Self {
            first: now + last.saturating_duration_since(now).mul_f64(FIRST_SHARE),
            last,
        }
    }
}

/// How a mail left.
pub(crate) struct Delivery {
    /// The relay, as `host:port`.
    pub(crate) relay: String,
    /// How many attempts it took.
    pub(crate) attempts: usize,
}

impl Mailer {
    pub(crate) fn new(settings: MailSettings, tls: TlsSource) -> Self {
        Self { settings, tls }
    }

    /// The mail as bytes. `now` is its date, in seconds since 1970.
    pub(crate) fn letter(&self, mail: &CodeMail, now: u64) -> Result<Letter, Failure> {
        let to = Address::parse(&mail.to).map_err(|error| Failure::mail_not_sent(error.to_string()))?;
        let email = Email {
            message_id: format!("{}@{}", mail.dedup_id, self.settings.from.address().domain()),
            date: now,
            from: self.settings.from.clone(),
            to,
            reply_to: None,
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            html: Some(mail.html.clone()),
            language: Some(mail.locale.tag().to_owned()),
        };
        let bytes = email
            .to_bytes()
            .map_err(|error| Failure::mail_not_sent(error.to_string()))?;
        Ok(Letter {
            envelope: email.envelope(),
            bytes,
            discard: mail.discard,
        })
    }

    /// The connection of the first attempt, which can be opened while something else is waited for.
    pub(crate) async fn open(&self, schedule: Schedule) -> Result<Connection, SendError> {
        Connection::open(&self.settings.relays[0], &self.tls, &until(schedule.first)).await
    }

    /// Sends the letter over the connection that was opened, or else over a second one: to the next relay, or to the
    /// same one where there is no other. A refusal of the recipient or of the mail is final.
    pub(crate) async fn send(
        &self,
        opened: Result<Connection, SendError>,
        letter: &Letter,
        schedule: Schedule,
    ) -> Result<Delivery, SendError> {
        let first = match opened {
            Ok(connection) => send_over(connection, letter, schedule.first).await,
            Err(error) => Err(error),
        };
        let error = match first {
            Ok(()) => return Ok(self.delivery(0)),
            Err(error) if error.class() == Class::Permanent => return Err(error),
            Err(error) => error,
        };
        let second = match Connection::open(&self.settings.relays[1], &self.tls, &until(schedule.last)).await
        {
            Ok(connection) => send_over(connection, letter, schedule.last).await,
            Err(error) => Err(error),
        };
        match second {
            Ok(()) => Ok(self.delivery(1)),
            // The relay of the first attempt may have the mail. The caller must know that before anything else.
            Err(_) if error.class() == Class::Unknown => Err(error),
            Err(error) => Err(error),
        }
    }

    fn delivery(&self, attempt: usize) -> Delivery {
        let relay = self
            .settings
            .relays
            .get(attempt)
            .map(Relay::to_string)
            .unwrap_or_default();
        Delivery {
            relay,
            attempts: attempt + 1,
        }
    }
}

async fn send_over(connection: Connection, letter: &Letter, by: Instant) -> Result<(), SendError> {
    if letter.discard {
        return connection.rehearse(&until(by)).await;
    }
    let sent = connection.send(&letter.envelope, &letter.bytes, &until(by)).await;
    sent.outcome.map(drop)
}

fn until(by: Instant) -> Deadlines {
    Deadlines::within(by.saturating_duration_since(Instant::now()))
}
