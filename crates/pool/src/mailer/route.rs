//! Where mail goes: to carriers in order of preference, or into the local inbox.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use poolhouse_mail::inbox::Inbox;
use poolhouse_mail::ses::{SIGNING_NAME, Ses};
use poolhouse_mail::smtp::{self, Client};
use poolhouse_mail::{Class, Deadlines, Envelope, Phase, Problem, SendError};
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::aws::{Caller, Service};
use poolhouse_text::with_causes;
use tokio::time::Instant;

use super::outbox::Payload;
use crate::base::clock::Millis;
use crate::base::settings::{MailCarrier, SesSettings};

/// The most that one attempt takes, all carriers and the repetition after an unclear end together.
pub(super) const ATTEMPT: Duration = Duration::from_secs(25);
/// The part of it that the carriers share between them.
const FIRST_TRIES: Duration = Duration::from_secs(20);
/// How long a carrier that cannot be reached is left alone.
pub(super) const REST: Duration = Duration::from_secs(5);
/// Mails under way at a time, and so the connections to a relay.
pub(super) const CONCURRENCY: usize = 4;

/// Why a mail was not accepted, as far as its row is concerned.
#[derive(Debug)]
pub(super) enum Failure {
    /// Not this mail's fault: no relay can be reached, or none lets us in. It counts no attempt.
    Unreachable,
    /// The relay does not take it now.
    Later(SendError),
    /// Nobody will ever take it.
    Never(SendError),
    /// It was written to its last byte twice and twice no answer came. It may have arrived.
    Unclear(SendError),
}

/// Where mail goes.
pub(super) enum Route {
    /// To these carriers, the first that takes it.
    Carriers(Vec<Line>),
    /// Into the local inbox.
    Inbox(Inbox),
}

/// One carrier, and whether it is worth asking.
pub(super) struct Line {
    carrier: Carrier,
    rests_until: Mutex<Option<Instant>>,
}

/// Whoever takes the mail.
enum Carrier {
    /// An SMTP server, over connections that are kept.
    Smtp(Client, TlsSource),
    /// SES.
    Ses(Ses, Deadlines),
}

impl Route {
    /// A route over these carriers.
    pub fn carriers(carriers: &[MailCarrier], tls: &TlsSource, aws: &Caller) -> Route {
        let share = FIRST_TRIES / u32::try_from(carriers.len().max(1)).unwrap_or(u32::MAX);
        let deadlines = Deadlines {
            total: share,
            ..Deadlines::default()
        };
        let line = |carrier: &MailCarrier| Line {
            carrier: match carrier {
                MailCarrier::Smtp(relay) => {
                    let client = Client::new(relay.clone(), tls.clone(), deadlines, CONCURRENCY);
                    Carrier::Smtp(client, tls.clone())
                }
                MailCarrier::Ses(settings) => Carrier::Ses(ses(settings, aws), deadlines),
            },
            rests_until: Mutex::new(None),
        };
        Route::Carriers(carriers.iter().map(line).collect())
    }

    /// How many mails may be claimed now beside those under way: none while every carrier rests, one to probe whether one is
    /// back, and all that fit otherwise.
    pub fn room(&self, under_way: usize) -> usize {
        let Route::Carriers(lines) = self else {
            return CONCURRENCY.saturating_sub(under_way);
        };
        let limit = lines.iter().map(Line::room).max().unwrap_or_default();
        limit.saturating_sub(under_way)
    }

    /// Delivers one mail. `now` is when it arrives, as far as the local inbox is concerned.
    pub async fn deliver(&self, payload: &Payload, now: Millis) -> Result<(), Failure> {
        match self {
            Route::Inbox(inbox) => {
                let Envelope { from, to } = &payload.envelope;
                inbox.deliver(from.as_str(), &[to.as_str()], &payload.message, now.0);
                Ok(())
            }
            Route::Carriers(lines) => deliver_by_carrier(lines, payload).await,
        }
    }
}

/// SES as these settings have it.
pub fn ses(settings: &SesSettings, aws: &Caller) -> Ses {
    let service = Service {
        label: "SES",
        signing_name: SIGNING_NAME,
        region: settings.region.clone(),
        endpoint: settings.endpoint.clone(),
        caller: aws.clone(),
    };
    Ses::new(service, settings.configuration_set.clone())
}

async fn deliver_by_carrier(lines: &[Line], payload: &Payload) -> Result<(), Failure> {
    let ends = Instant::now() + ATTEMPT;
    let mut failure = Failure::Unreachable;
    for line in lines.iter().filter(|line| !line.rests()) {
        let error = match line.carrier.send(payload).await {
            Ok(()) => {
                line.set_rest(None);
                return Ok(());
            }
            Err(error) => error,
        };
        match error.class() {
            Class::Permanent => return Err(Failure::Never(error)),
            Class::Unknown => return line.repeat(payload, ends).await,
            Class::Transient | Class::Config if is_about_the_carrier(&error) => {
                line.set_rest(Some(Instant::now() + REST));
                tracing::warn!(carrier = %line.carrier, error = with_causes(&error), "mail carrier rests");
            }
            Class::Transient | Class::Config => failure = Failure::Later(error),
        }
    }
    Err(failure)
}

/// Whether the next mail would fare the same: nobody answers, we are not let in, or we are told to go away.
fn is_about_the_carrier(error: &SendError) -> bool {
    let before_the_mail = matches!(
        error.phase(),
        Phase::Connect | Phase::Tls | Phase::Greeting | Phase::Hello | Phase::StartTls | Phase::Auth
    );
    before_the_mail
        || match error.problem() {
            Problem::Refused(reply) => matches!(reply.code(), 421 | 454),
            // In the sandbox SES rejects some recipients and not others; the rest is about our account.
            Problem::Rejected { error, .. } => error != "MessageRejected",
            _ => false,
        }
}

impl Carrier {
    /// One try, over a kept connection where there is one.
    async fn send(&self, payload: &Payload) -> Result<(), SendError> {
        match self {
            Carrier::Smtp(client, _) => client.send(&payload.envelope, &payload.message).await.map(drop),
            Carrier::Ses(_, deadlines) => self.send_afresh(payload, deadlines).await,
        }
    }

    /// One try over a connection of its own.
    async fn send_afresh(&self, payload: &Payload, deadlines: &Deadlines) -> Result<(), SendError> {
        let Payload {
            envelope, message, ..
        } = payload;
        match self {
            Carrier::Smtp(client, tls) => smtp::send(client.relay(), tls, envelope, message, deadlines)
                .await
                .map(drop),
            Carrier::Ses(ses, _) => {
                let connection = ses.open(deadlines).await?;
                connection.send(envelope, message, deadlines).await.map(drop)
            }
        }
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Carrier::Smtp(client, _) => client.relay().fmt(f),
            Carrier::Ses(ses, _) => ses.fmt(f),
        }
    }
}

impl Line {
    /// One more try with the same bytes on a fresh connection, after an end that left open whether the mail arrived.
    async fn repeat(&self, payload: &Payload, ends: Instant) -> Result<(), Failure> {
        let deadlines = Deadlines::within(ends.saturating_duration_since(Instant::now()));
        match self.carrier.send_afresh(payload, &deadlines).await {
            Ok(()) => Ok(()),
            Err(error) if error.class() == Class::Permanent => Err(Failure::Never(error)),
            // Whatever the second try met, the first may have arrived.
            Err(error) => Err(Failure::Unclear(error)),
        }
    }

    fn rests(&self) -> bool {
        self.rest().is_some_and(|until| until > Instant::now())
    }

    /// A relay that rested is asked with one mail first.
    fn room(&self) -> usize {
        match self.rest() {
            None => CONCURRENCY,
            Some(until) if until <= Instant::now() => 1,
            Some(_) => 0,
        }
    }

    fn rest(&self) -> Option<Instant> {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_rest(&self, until: Option<Instant>) {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use poolhouse_mail::smtp::Relay;
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn a_carrier_that_rested_is_asked_with_one_mail_and_then_with_as_many_as_ever() {
        let relay = MailCarrier::Smtp(Relay::parse("smtp://localhost").unwrap());
        let aws = crate::testing::aws(
            crate::testing::nobodys_key(),
            Arc::new(crate::testing::FrozenClock::default()),
        );
        let route = Route::carriers(&[relay], &crate::base::tls::source(), &aws);
        let Route::Carriers(lines) = &route else {
            panic!("a carrier")
        };
        assert_eq!(
            [route.room(0), route.room(3), route.room(4), route.room(9)],
            [4, 1, 0, 0]
        );
        lines[0].set_rest(Some(Instant::now() + REST));
        assert_eq!(route.room(0), 0, "while it rests");
        tokio::time::advance(REST).await;
        assert_eq!([route.room(0), route.room(1)], [1, 0], "afterwards");
        lines[0].set_rest(None);
        assert_eq!(route.room(0), 4, "once it took a mail");
    }
}
