//! What the end of a delivery means for the mail's row: gone, or due again.

use std::time::Duration;

use poolhouse_crypto::Entropy;
use poolhouse_mail::Attempt;
use poolhouse_store::Batch;

use super::line::REST;
use super::numbers::{Fate, Numbers};
use super::outbox::Entry;
use super::plan::report_expired;
use super::route::{Delivered, Failure};
use super::suppression::{self, Why};
use super::urgency::Urgency;
use crate::base::clock::Millis;
use crate::base::platform::Platform;

/// Seconds from one attempt to the next. The last step repeats until the mail expires.
const SCHEDULE: [i64; 6] = [5, 15, 30, 60, 120, 240];
/// The same for codes: with a fifth more it is half a minute at most, for a greylist lets one in after some.
const CODE_SCHEDULE: [i64; 3] = [5, 15, 25];

/// How one mail ended. `None`: it could not be opened or delivering it panicked, and it never will be delivered.
pub(super) type Outcome = Option<Delivered>;

/// The log's lines about a mail that has ended its attempt, and the counts.
pub(super) fn report(entry: &Entry, outcome: &Outcome, numbers: &Numbers) {
    let Some(delivered) = outcome else {
        tracing::error!(
            mail = entry.id,
            request_id = entry.mail.request,
            to = entry.mail.addressee,
            "mail cannot be read or sent, removed"
        );
        return;
    };
    for attempt in &delivered.attempts {
        let fate = match attempt.accepted {
            true => Fate::Accepted,
            false if delivered.refused.is_some() => Fate::Refused,
            false => Fate::Deferred,
        };
        numbers.count(attempt, fate);
        log_attempt(entry, attempt);
    }
    let what = match &delivered.result {
        // The attempts have said it, and a mail to nobody or into the inbox has none.
        Ok(()) | Err(Failure::Unreachable | Failure::Later) => return,
        Err(Failure::Never) => "mail refused for good",
        Err(Failure::Unclear) => "mail perhaps delivered, not repeated",
    };
    let (request_id, to) = (&entry.mail.request, &entry.mail.addressee);
    tracing::warn!(mail = entry.id, request_id, to, "{what}");
}

fn log_attempt(entry: &Entry, attempt: &Attempt) {
    let (mail, request_id, kind) = (&entry.id, &entry.mail.request, entry.urgency.name());
    let to = &entry.mail.addressee;
    let Attempt {
        carrier,
        ms,
        code,
        id,
        words,
        ..
    } = attempt;
    match attempt.accepted {
        true => tracing::info!(
            mail,
            request_id,
            to,
            kind,
            carrier,
            ms,
            code,
            queue_id = id,
            words,
            failures = entry.mail.failures,
            "mail accepted"
        ),
        false => tracing::warn!(
            mail,
            request_id,
            to,
            kind,
            carrier,
            ms,
            code,
            words,
            problem = attempt.problem,
            advice = attempt.advice,
            failures = entry.mail.failures,
            "mail not accepted"
        ),
    }
}

/// The batch that settles a mail.
pub(super) fn settle(platform: &Platform, entry: &Entry, outcome: &Outcome, now: Millis) -> Batch {
    let Some(delivered) = outcome else {
        return entry.removed();
    };
    let (wait, failures) = match &delivered.result {
        Ok(()) | Err(Failure::Unclear) => return entry.removed(),
        Err(Failure::Never) => {
            let said = delivered
                .attempts
                .last()
                .and_then(|attempt| attempt.words.as_deref());
            let refused = delivered
                .refused
                .as_ref()
                .map(|address| suppression::put(platform, address, Why::Refused, said));
            return refused.into_iter().fold(entry.removed(), Batch::merge);
        }
        Err(Failure::Unreachable) => (milliseconds(REST), entry.mail.failures),
        Err(Failure::Later) => (
            backoff(entry.urgency, entry.mail.failures, &*platform.entropy),
            entry.mail.failures + 1,
        ),
    };
    let due = Millis(now.0.saturating_add(wait));
    if due >= entry.mail.expires {
        let earlier = entry.attempts(platform);
        report_expired(entry, delivered.attempts.last().or(earlier.last()));
        return entry.removed();
    }
    let mut entry = entry.clone().with_attempts(platform, &delivered.attempts);
    entry.mail.failures = failures;
    entry.moved(due).0
}

/// Milliseconds until the next attempt: the schedule's step, 20 % more or less at random, so that mails that failed
/// together do not come back together.
fn backoff(urgency: Urgency, failures: u32, entropy: &dyn Entropy) -> i64 {
    let schedule: &[i64] = match urgency {
        Urgency::Code => &CODE_SCHEDULE,
        Urgency::Notice | Urgency::Invitation => &SCHEDULE,
    };
    let step = usize::try_from(failures)
        .unwrap_or(usize::MAX)
        .min(schedule.len() - 1);
    let mut random = [0; 2];
    entropy.fill(&mut random);
    let thousandths = 800 + i64::from(u16::from_be_bytes(random)) * 400 / i64::from(u16::MAX);
    schedule[step] * thousandths
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills with one value.
    struct Always(u8);

    impl Entropy for Always {
        fn fill(&self, out: &mut [u8]) {
            out.fill(self.0);
        }
    }

    #[test]
    fn attempts_come_on_schedule_give_or_take_a_fifth_and_those_of_codes_within_half_a_minute() {
        let seconds = |urgency, failures| {
            let at = |random| backoff(urgency, failures, &Always(random));
            assert_eq!(at(0) * 3, at(0xff) * 2, "a fifth less, a fifth more");
            at(0) / 800
        };
        let of = |urgency| [0, 1, 2, 3, 4, 5, 6, u32::MAX].map(|failures| seconds(urgency, failures));
        assert_eq!(of(Urgency::Code), [5, 15, 25, 25, 25, 25, 25, 25]);
        assert_eq!(of(Urgency::Notice), [5, 15, 30, 60, 120, 240, 240, 240]);
        assert_eq!(of(Urgency::Invitation), of(Urgency::Notice));
        assert_eq!(backoff(Urgency::Code, 9, &Always(0xff)), 30_000);
    }
}
