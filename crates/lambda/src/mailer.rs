//! The mail of one call: two attempts inside one deadline.

use poolhouse_confirm::{CodeMail, Logo};
use poolhouse_mail::carrier::{Opened, Taken};
use poolhouse_mail::{Address, Carrier, Class, Deadlines, Email, Envelope, Picture, SendError};
use poolhouse_text::with_causes;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::log::{Line, Log};
use crate::settings::MailSettings;

/// What the first attempt may use of the time that is left. A carrier that has not answered by then may as well be asked
/// again, or another one.
const FIRST_SHARE: f64 = 0.6;

/// Sends the mail of the Create function.
pub(crate) struct Mailer {
    settings: MailSettings,
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
    /// The carrier: `host:port` of a relay, `ses.REGION`.
    pub(crate) carrier: String,
    /// What the carrier calls the mail, where that is safe to log.
    pub(crate) id: Option<String>,
    /// How many attempts it took.
    pub(crate) attempts: usize,
}

impl Mailer {
    pub(crate) fn new(settings: MailSettings) -> Self {
        Self { settings }
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
            bounces_to: None,
            picture: mail.logo.as_ref().map(picture),
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

    /// Sends a notice in what is left of the time. One that does not leave fails nothing.
    pub(crate) async fn notify(&self, notice: &CodeMail, now: u64, by: Instant, log: &Log) {
        let schedule = Schedule::until(by);
        let letter = match self.letter(notice, now) {
            Ok(letter) => letter,
            Err(failure) => {
                return log.warn(Line::new("a notice was not made").with("reason", &*failure.reason));
            }
        };
        match self.send(self.open(schedule).await, &letter, schedule).await {
            Ok(delivery) => log.info(Line::new("notice sent").with("relay", delivery.carrier)),
            Err(error) => log.warn(Line::new("a notice was not sent").with("reason", self.told(&error))),
        }
    }

    /// Why a mail did not leave, and what an operator can do about it, for the log.
    pub(crate) fn told(&self, error: &SendError) -> String {
        let mut carriers = self.settings.carriers.iter().rev();
        match carriers.find_map(|carrier| carrier.advice(error)) {
            Some(advice) => format!("{}. {advice}", with_causes(error)),
            None => with_causes(error),
        }
    }

    /// The connection of the first attempt, which can be opened while something else is waited for.
    pub(crate) async fn open(&self, schedule: Schedule) -> Result<Opened<'_>, SendError> {
        self.settings.carriers[0].open(&until(schedule.first)).await
    }

    /// Sends the letter over the connection that was opened, or else over a second one: to the next carrier, or to the
    /// same one where there is no other. Only a mailbox that takes no mail is final.
    pub(crate) async fn send(
        &self,
        opened: Result<Opened<'_>, SendError>,
        letter: &Letter,
        schedule: Schedule,
    ) -> Result<Delivery, SendError> {
        let [first, second] = &self.settings.carriers;
        let error = match send_over(opened, letter, schedule.first).await {
            Ok(taken) => return Ok(Delivery::new(first, taken, 1)),
            Err(error) if error.class() == Class::Permanent => return Err(error),
            Err(error) => error,
        };
        let opened = second.open(&until(schedule.last)).await;
        match send_over(opened, letter, schedule.last).await {
            Ok(taken) => Ok(Delivery::new(second, taken, 2)),
            // The carrier of the first attempt may have the mail. The caller must know that before anything else.
            Err(_) if error.class() == Class::Unknown => Err(error),
            Err(error) => Err(error),
        }
    }
}

impl Delivery {
    fn new(carrier: &Carrier, taken: Taken, attempts: usize) -> Self {
        Self {
            carrier: carrier.to_string(),
            id: taken.id,
            attempts,
        }
    }
}

fn picture(logo: &Logo) -> Picture {
    Picture {
        content_id: Logo::CONTENT_ID,
        content_type: logo.content_type(),
        bytes: logo.bytes().to_vec(),
    }
}

async fn send_over(
    opened: Result<Opened<'_>, SendError>,
    letter: &Letter,
    by: Instant,
) -> Result<Taken, SendError> {
    let opened = opened?;
    if letter.discard {
        opened.rehearse(&until(by)).await?;
        return Ok(Taken::default());
    }
    opened.send(&letter.envelope, &letter.bytes, &until(by)).await
}

fn until(by: Instant) -> Deadlines {
    Deadlines::within(by.saturating_duration_since(Instant::now()))
}
