//! One carrier, and whether it is worth asking.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use poolhouse_mail::carrier::Taken;
use poolhouse_mail::ses::Ses;
use poolhouse_mail::smtp::{self, Client};
use poolhouse_mail::{Deadlines, SendError, advice};
use poolhouse_outbound::TlsSource;
use tokio::time::Instant;

use super::outbox::Payload;

/// How long a carrier that cannot be reached is left alone.
pub(super) const REST: Duration = Duration::from_secs(5);
/// How long one is that does not accept our credentials: asking on would lock them.
const DENIED: [Duration; 3] = [REST, Duration::from_secs(60), Duration::from_secs(300)];

/// A carrier with what is known of it.
pub(super) struct Line {
    pub carrier: Carrier,
    connections: usize,
    rest: Mutex<Rest>,
}

#[derive(Default)]
struct Rest {
    until: Option<Instant>,
    /// How often in a row our credentials were not accepted.
    denials: usize,
}

/// Who takes the mail.
pub(super) enum Carrier {
    /// An SMTP server, over connections that are kept.
    Smtp(Client, TlsSource),
    /// SES.
    Ses(Ses, Deadlines),
}

impl Line {
    pub fn new(carrier: Carrier, connections: usize) -> Line {
        Line {
            carrier,
            connections,
            rest: Mutex::default(),
        }
    }

    /// How many mails may be under way: as many as it takes connections, one where it rested, none while it rests.
    pub fn room(&self) -> usize {
        match self.rest().until {
            None => match &self.carrier {
                Carrier::Smtp(client, _) => client.limit(),
                Carrier::Ses(..) => self.connections,
            },
            Some(until) if until <= Instant::now() => 1,
            Some(_) => 0,
        }
    }

    pub fn rests(&self) -> bool {
        self.rest().until.is_some_and(|until| until > Instant::now())
    }

    /// It took a mail, or refused one for the mail's sake.
    pub fn is_well(&self) {
        *self.rest() = Rest::default();
    }

    /// It is left alone for a while. Says for how long, the first time that it is about credentials or every time that
    /// it is not: one error is enough.
    pub fn let_rest(&self, error: &SendError) -> Option<Duration> {
        let mut rest = self.rest();
        let denials = rest.denials;
        let (pause, is_news) = match error.is_about_credentials() {
            true => (DENIED[denials.min(DENIED.len() - 1)], denials == 0),
            false => (REST, true),
        };
        rest.denials = if error.is_about_credentials() {
            denials + 1
        } else {
            0
        };
        rest.until = Some(Instant::now() + pause);
        is_news.then_some(pause)
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Carrier {
    /// One try, over a kept connection where there is one.
    pub async fn send(&self, payload: &Payload) -> Result<Taken, SendError> {
        match self {
            Carrier::Smtp(client, _) => {
                let sent = client.send(&payload.envelope, &payload.message).await;
                sent.map(Taken::from)
            }
            Carrier::Ses(_, deadlines) => self.send_afresh(payload, deadlines).await,
        }
    }

    /// One try over a connection of its own.
    pub async fn send_afresh(&self, payload: &Payload, deadlines: &Deadlines) -> Result<Taken, SendError> {
        let Payload {
            envelope, message, ..
        } = payload;
        match self {
            Carrier::Smtp(client, tls) => {
                let sent = smtp::send(client.relay(), tls, envelope, message, deadlines).await;
                sent.map(Taken::from)
            }
            Carrier::Ses(ses, _) => {
                let connection = ses.open(deadlines).await?;
                let id = connection.send(envelope, message, deadlines).await?;
                Ok(Taken {
                    id: Some(id),
                    ..Taken::default()
                })
            }
        }
    }

    /// What an operator can do about a failure, where that is known.
    pub fn advice(&self, error: &SendError) -> Option<&'static str> {
        match self {
            Carrier::Smtp(client, _) => advice::for_relay(error, client.relay()),
            Carrier::Ses(..) => None,
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
