//! Where mail goes: to relays in order of preference, or into the local inbox.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use poolhouse_mail::Envelope;
use poolhouse_mail::inbox::Inbox;
use poolhouse_mail::smtp::{self, Class, Client, Deadlines, Phase, Relay, SendError, TlsSource};
use tokio::time::Instant;

use super::outbox::Payload;
use crate::clock::Millis;
use crate::error::with_causes;

/// The most that one attempt takes, all relays and the repetition after an unclear end together.
pub(super) const ATTEMPT: Duration = Duration::from_secs(25);
/// The part of it that the relays share between them.
const FIRST_TRIES: Duration = Duration::from_secs(20);
/// How long a relay that cannot be reached is left alone.
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
    /// To these relays, the first that takes it.
    Relays(Vec<Line>),
    /// Into the local inbox.
    Inbox(Inbox),
}

/// One relay, and whether it is worth asking.
pub(super) struct Line {
    client: Client,
    tls: TlsSource,
    rests_until: Mutex<Option<Instant>>,
}

impl Route {
    /// A route over these relays.
    pub fn relays(relays: &[Relay], tls: &TlsSource) -> Route {
        let share = FIRST_TRIES / u32::try_from(relays.len().max(1)).unwrap_or(u32::MAX);
        let deadlines = Deadlines {
            total: share,
            ..Deadlines::default()
        };
        let line = |relay: &Relay| Line {
            client: Client::new(relay.clone(), tls.clone(), deadlines, CONCURRENCY),
            tls: tls.clone(),
            rests_until: Mutex::new(None),
        };
        Route::Relays(relays.iter().map(line).collect())
    }

    /// How many mails may be claimed now beside those under way: none while every relay rests, one to probe whether a
    /// relay is back, and all that fit otherwise.
    pub fn room(&self, under_way: usize) -> usize {
        let Route::Relays(lines) = self else {
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
            Route::Relays(lines) => deliver_by_relay(lines, payload).await,
        }
    }
}

async fn deliver_by_relay(lines: &[Line], payload: &Payload) -> Result<(), Failure> {
    let ends = Instant::now() + ATTEMPT;
    let mut failure = Failure::Unreachable;
    for line in lines.iter().filter(|line| !line.rests()) {
        let error = match line.client.send(&payload.envelope, &payload.message).await {
            Ok(_) => {
                line.set_rest(None);
                return Ok(());
            }
            Err(error) => error,
        };
        match error.class() {
            Class::Permanent => return Err(Failure::Never(error)),
            Class::Unknown => return line.repeat(payload, ends).await,
            Class::Transient | Class::Config if is_about_the_relay(&error) => {
                line.set_rest(Some(Instant::now() + REST));
                tracing::warn!(relay = %line.client.relay(), error = with_causes(&error), "mail relay rests");
            }
            Class::Transient | Class::Config => failure = Failure::Later(error),
        }
    }
    Err(failure)
}

/// Whether the next mail would fare the same: nobody answers, we are not let in, or we are told to go away.
fn is_about_the_relay(error: &SendError) -> bool {
    let before_the_mail = matches!(
        error.phase(),
        Phase::Connect | Phase::Tls | Phase::Greeting | Phase::Hello | Phase::StartTls | Phase::Auth
    );
    before_the_mail
        || error
            .reply()
            .is_some_and(|reply| matches!(reply.code(), 421 | 454))
}

impl Line {
    /// One more try with the same bytes on a fresh connection, after an end that left open whether the mail arrived.
    async fn repeat(&self, payload: &Payload, ends: Instant) -> Result<(), Failure> {
        let deadlines = Deadlines::within(ends.saturating_duration_since(Instant::now()));
        let relay = self.client.relay();
        match smtp::send(relay, &self.tls, &payload.envelope, &payload.message, &deadlines).await {
            Ok(_) => Ok(()),
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
