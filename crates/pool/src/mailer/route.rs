//! Where mail goes: to carriers in order of preference, or into the local inbox.

use std::time::Duration;

use poolhouse_mail::carrier::Taken;
use poolhouse_mail::inbox::Inbox;
use poolhouse_mail::ses::{SIGNING_NAME, Ses};
use poolhouse_mail::sms::{Gateway, Sms};
use poolhouse_mail::smtp::Client;
use poolhouse_mail::{Address, Attempt, Class, Deadlines, Envelope, Phase, Problem, SendError};
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::aws::{Caller, Service};
use poolhouse_text::with_causes;
use tokio::time::Instant;

use super::line::{Carrier, Line};
use super::outbox::Payload;
use super::urgency::Urgency;
use crate::base::clock::Clock;
use crate::base::settings::{MailCarrier, SesSettings};

/// The most that one attempt takes, all carriers and the repetition after an unclear end together.
pub(super) const ATTEMPT: Duration = Duration::from_secs(25);
/// The part of it that the carriers share between them.
const FIRST_TRIES: Duration = Duration::from_secs(20);

/// Why a mail was not accepted, as far as its row is concerned.
#[derive(Clone, Copy, Debug)]
pub(super) enum Failure {
    /// Not this mail's fault: no relay can be reached, or none lets us in. It counts no attempt.
    Unreachable,
    /// Nobody takes it now.
    Later,
    /// Nobody will ever take it.
    Never,
    /// It was written to its last byte twice and twice no answer came. It may have arrived.
    Unclear,
}

/// How a delivery ended, and what was tried.
pub(super) struct Delivered {
    /// Accepted, or why not.
    pub result: Result<(), Failure>,
    /// Every carrier that was asked.
    pub attempts: Vec<Attempt>,
    /// The address, if it is what was refused.
    pub refused: Option<Address>,
}

impl Delivered {
    /// An end without an attempt.
    pub fn untried(result: Result<(), Failure>) -> Delivered {
        Delivered {
            result,
            attempts: Vec::new(),
            refused: None,
        }
    }
}

/// Where mail goes.
pub(super) struct Route {
    way: Way,
    connections: usize,
    /// Where text messages go; without a gateway, into the inbox.
    texts: Option<(Gateway, TlsSource)>,
    inbox: Option<Inbox>,
}

enum Way {
    /// To these carriers, the first that takes it.
    Carriers(Vec<Line>),
    /// Into the local inbox.
    Inbox(Inbox),
}

impl Route {
    /// A route over these carriers, with at most so many connections to each.
    pub fn carriers(carriers: &[MailCarrier], connections: usize, tls: &TlsSource, aws: &Caller) -> Route {
        let share = FIRST_TRIES / u32::try_from(carriers.len().max(1)).unwrap_or(u32::MAX);
        let deadlines = Deadlines {
            total: share,
            ..Deadlines::default()
        };
        let line = |carrier: &MailCarrier| {
            let carrier = match carrier {
                MailCarrier::Smtp(relay) => {
                    let client = Client::new(relay.clone(), tls.clone(), deadlines, connections);
                    Carrier::Smtp(client, tls.clone())
                }
                MailCarrier::Ses(settings) => Carrier::Ses(ses(settings, aws), deadlines),
            };
            Line::new(carrier, connections)
        };
        Route {
            way: Way::Carriers(carriers.iter().map(line).collect()),
            connections,
            texts: None,
            inbox: None,
        }
    }

    /// A route into the inbox.
    pub fn inbox(inbox: Inbox, connections: usize) -> Route {
        Route {
            way: Way::Inbox(inbox),
            connections,
            texts: None,
            inbox: None,
        }
    }

    /// The same, with text messages going to a gateway, or else into an inbox.
    pub fn with_texts(self, gateway: Option<&Gateway>, tls: &TlsSource, inbox: Option<&Inbox>) -> Route {
        Route {
            texts: gateway.map(|gateway| (gateway.clone(), tls.clone())),
            inbox: inbox.cloned(),
            ..self
        }
    }

    /// How many more mails of this urgency may be started. `under_way`: all there are, and those that are no codes. None
    /// while every carrier rests, one to probe whether one is back, and all that fit otherwise; of several connections
    /// one is kept for codes.
    pub fn room(&self, urgency: Urgency, under_way: (usize, usize)) -> usize {
        let limit = match &self.way {
            Way::Inbox(_) => self.connections,
            Way::Carriers(lines) => lines.iter().map(Line::room).max().unwrap_or_default(),
        };
        let (all, others) = under_way;
        let free = limit.saturating_sub(all);
        match urgency {
            Urgency::Code => free,
            Urgency::Notice | Urgency::Invitation => {
                let share = if limit > 1 { limit - 1 } else { limit };
                free.min(share.saturating_sub(others))
            }
        }
    }

    /// Says goodbye on connections that were idle for too long. To be called once a second.
    pub async fn close_idle(&self) {
        for client in self.clients() {
            client.close_idle().await;
        }
    }

    /// Says goodbye on all connections.
    pub async fn close(&self) {
        for client in self.clients() {
            client.close().await;
        }
    }

    fn clients(&self) -> impl Iterator<Item = &Client> {
        let lines = match &self.way {
            Way::Carriers(lines) => lines.as_slice(),
            Way::Inbox(_) => &[],
        };
        lines.iter().filter_map(|line| match &line.carrier {
            Carrier::Smtp(client, _) => Some(client),
            Carrier::Ses(..) => None,
        })
    }

    /// Delivers one mail. The clock says when attempts ended, and when it arrives, as far as the local inbox is concerned.
    pub async fn deliver(&self, payload: &Payload, clock: &dyn Clock) -> Delivered {
        if let Some(sms) = &payload.sms {
            return self.text(sms, payload, clock).await;
        }
        match &self.way {
            Way::Inbox(inbox) => {
                let Envelope { from, to } = &payload.envelope;
                inbox.deliver(from.as_str(), &[to.as_str()], &payload.message, clock.now().0);
                Delivered::untried(Ok(()))
            }
            Way::Carriers(lines) => by_carrier(lines, payload, clock).await,
        }
    }
}

impl Route {
    /// Delivers a text message. One whose end left open whether it arrived is not repeated: people would get two.
    async fn text(&self, sms: &Sms, payload: &Payload, clock: &dyn Clock) -> Delivered {
        let Some((gateway, tls)) = &self.texts else {
            let Some(inbox) = &self.inbox else {
                return Delivered::untried(Err(Failure::Later));
            };
            let from = payload.envelope.from.as_str();
            inbox.deliver(from, &[sms.to.as_str()], &payload.message, clock.now().0);
            return Delivered::untried(Ok(()));
        };
        let deadlines = Deadlines {
            total: FIRST_TRIES,
            ..Deadlines::default()
        };
        let started = Instant::now();
        let sent = gateway.send(sms, tls, &deadlines).await;
        let outcome = sent.as_ref().map_err(|error| (error, None));
        let to = &payload.envelope.to;
        let attempt = Attempt::new(clock.now().0, gateway.to_string(), started.elapsed(), to, outcome);
        let result = sent.map(drop).map_err(|error| match error.class() {
            Class::Unknown => Failure::Unclear,
            Class::Permanent => Failure::Never,
            Class::Transient | Class::Config => Failure::Later,
        });
        Delivered {
            result,
            attempts: vec![attempt],
            refused: None,
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
            Problem::Rejected { error, .. } => {
                !matches!(error.as_str(), "MessageRejected" | "BadRequestException")
            }
            _ => false,
        }
}

async fn by_carrier(lines: &[Line], payload: &Payload, clock: &dyn Clock) -> Delivered {
    let ends = Instant::now() + ATTEMPT;
    let mut delivered = Delivered::untried(Err(Failure::Unreachable));
    for line in lines.iter().filter(|line| !line.rests()) {
        let started = Instant::now();
        let sent = line.carrier.send(payload).await;
        delivered.note(line, payload, clock, started, &sent);
        let error = match sent {
            Ok(_) => {
                line.is_well();
                delivered.result = Ok(());
                return delivered;
            }
            Err(error) => error,
        };
        match error.class() {
            Class::Permanent => {
                delivered.refuse(payload, &error);
                return delivered;
            }
            Class::Unknown => {
                delivered.repeat(line, payload, clock, ends).await;
                return delivered;
            }
            Class::Transient | Class::Config if is_about_the_carrier(&error) => {
                if let Some(pause) = line.let_rest(&error) {
                    let advice = line.carrier.advice(&error);
                    let (error, seconds) = (with_causes(&error), pause.as_secs());
                    tracing::error!(carrier = %line.carrier, error, advice, seconds, "mail carrier rests");
                }
            }
            Class::Transient | Class::Config => delivered.result = Err(Failure::Later),
        }
    }
    delivered
}

impl Delivered {
    /// Adds an attempt to the record.
    fn note(
        &mut self,
        line: &Line,
        payload: &Payload,
        clock: &dyn Clock,
        started: Instant,
        sent: &Result<Taken, SendError>,
    ) {
        let outcome = sent.as_ref().map_err(|error| (error, line.carrier.advice(error)));
        self.attempts.push(Attempt::new(
            clock.now().0,
            line.carrier.to_string(),
            started.elapsed(),
            &payload.envelope.to,
            outcome,
        ));
    }

    fn refuse(&mut self, payload: &Payload, error: &SendError) {
        self.refused = error.is_refused_mailbox().then(|| payload.envelope.to.clone());
        self.result = Err(Failure::Never);
    }

    /// One more try with the same bytes on a fresh connection, after an end that left open whether the mail arrived.
    async fn repeat(&mut self, line: &Line, payload: &Payload, clock: &dyn Clock, ends: Instant) {
        let deadlines = Deadlines::within(ends.saturating_duration_since(Instant::now()));
        let started = Instant::now();
        let sent = line.carrier.send_afresh(payload, &deadlines).await;
        self.note(line, payload, clock, started, &sent);
        match sent {
            Ok(_) => self.result = Ok(()),
            Err(error) if error.class() == Class::Permanent => self.refuse(payload, &error),
            // Whatever the second try met, the first may have arrived.
            Err(_) => self.result = Err(Failure::Unclear),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::mailer::line::REST;
    use crate::testing::{FrozenClock, aws, nobodys_key};
    use poolhouse_mail::smtp::Relay;

    fn route(connections: usize) -> Route {
        let relay = MailCarrier::Smtp(Relay::parse("smtp://localhost").unwrap());
        let aws = aws(nobodys_key(), Arc::new(FrozenClock::default()));
        Route::carriers(&[relay], connections, &crate::base::tls::source(), &aws)
    }

    fn line(route: &Route) -> &Line {
        match &route.way {
            Way::Carriers(lines) => &lines[0],
            Way::Inbox(_) => panic!("a carrier"),
        }
    }

    fn refusal(phase: Phase) -> SendError {
        SendError::of_reply(phase, 535, "5.7.8 no")
    }

    #[tokio::test(start_paused = true)]
    async fn a_carrier_that_rested_is_asked_with_one_mail_and_then_with_as_many_as_ever() {
        let route = route(4);
        let room = |under_way| route.room(Urgency::Code, (under_way, 0));
        assert_eq!([room(0), room(3), room(4), room(9)], [4, 1, 0, 0]);
        line(&route).let_rest(&refusal(Phase::Connect));
        assert_eq!(room(0), 0, "while it rests");
        tokio::time::advance(REST).await;
        assert_eq!([room(0), room(1)], [1, 0], "afterwards");
        line(&route).is_well();
        assert_eq!(room(0), 4, "once it took a mail");
    }

    #[test]
    fn of_several_connections_one_is_kept_for_codes() {
        let room = |connections, under_way| {
            let route = route(connections);
            [Urgency::Code, Urgency::Notice, Urgency::Invitation]
                .map(|urgency| route.room(urgency, under_way))
        };
        assert_eq!(room(4, (0, 0)), [4, 3, 3]);
        assert_eq!(room(4, (3, 3)), [1, 0, 0], "beside invitations");
        assert_eq!(room(4, (3, 0)), [1, 1, 1], "beside codes");
        assert_eq!(room(1, (0, 0)), [1, 1, 1], "there is only one");
    }

    #[tokio::test(start_paused = true)]
    async fn wrong_credentials_are_told_once_and_tried_less_and_less() {
        let route = route(4);
        let line = line(&route);
        let denied = refusal(Phase::Auth);
        let mut told = Vec::new();
        for pause in [5, 60, 300, 300] {
            told.push(line.let_rest(&denied));
            tokio::time::advance(Duration::from_secs(pause - 1)).await;
            assert!(line.rests(), "{pause}");
            tokio::time::advance(Duration::from_secs(1)).await;
            assert!(!line.rests(), "{pause}");
        }
        assert_eq!(told, [Some(REST), None, None, None]);
        line.is_well();
        assert_eq!(
            line.let_rest(&denied),
            Some(REST),
            "from the start, once they were right"
        );
    }
}
