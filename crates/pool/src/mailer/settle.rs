//! What the end of a delivery means for the mail's row: gone, or due again.

use std::time::Duration;

use poolhouse_crypto::Entropy;
use poolhouse_mail::SendError;
use poolhouse_store::Batch;

use super::outbox::Entry;
use super::route::{Failure, REST};
use crate::base::clock::Millis;

/// Seconds from one attempt to the next. The last step repeats until the mail expires.
const SCHEDULE: [i64; 6] = [5, 15, 30, 60, 120, 240];

/// How one mail ended. `None`: it could not be opened or delivering it panicked, and it never will be delivered.
pub(super) type Outcome = Option<Result<(), Failure>>;

/// The batch that settles a mail, for which the log gets its line.
pub(super) fn settle(entry: &Entry, outcome: &Outcome, now: Millis, entropy: &dyn Entropy) -> Batch {
    let (wait, failures) = match outcome {
        Some(Ok(())) => {
            tracing::info!(mail = entry.id, failures = entry.failures, "mail accepted");
            return entry.removed();
        }
        Some(Err(Failure::Unreachable)) => (milliseconds(REST), entry.failures),
        Some(Err(Failure::Later(error))) => {
            log_failure(entry, error, "mail deferred");
            (backoff(entry.failures, entropy), entry.failures + 1)
        }
        Some(Err(Failure::Never(error))) => {
            log_failure(entry, error, "mail refused for good");
            return entry.removed();
        }
        Some(Err(Failure::Unclear(error))) => {
            log_failure(entry, error, "mail perhaps delivered, not repeated");
            return entry.removed();
        }
        None => {
            tracing::error!(mail = entry.id, "mail cannot be read or sent, removed");
            return entry.removed();
        }
    };
    let due = Millis(now.0.saturating_add(wait));
    if due >= entry.expires {
        tracing::warn!(mail = entry.id, "mail expired, removed");
        return entry.removed();
    }
    entry.moved(due, failures).0
}

/// Milliseconds until the next attempt: the schedule's step, 20 % more or less at random, so that mails that failed
/// together do not come back together.
fn backoff(failures: u32, entropy: &dyn Entropy) -> i64 {
    let step = usize::try_from(failures)
        .unwrap_or(usize::MAX)
        .min(SCHEDULE.len() - 1);
    let mut random = [0; 2];
    entropy.fill(&mut random);
    let thousandths = 800 + i64::from(u16::from_be_bytes(random)) * 400 / i64::from(u16::MAX);
    SCHEDULE[step] * thousandths
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn log_failure(entry: &Entry, error: &SendError, what: &'static str) {
    let code = error.reply().map(|reply| reply.code());
    tracing::warn!(mail = entry.id, failures = entry.failures, %error, class = ?error.class(), code, "{what}");
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
    fn attempts_come_at_5_15_30_60_120_240_seconds_give_or_take_a_fifth() {
        let at = |failures, random| backoff(failures, &Always(random));
        for (failures, seconds) in [
            (0, 5),
            (1, 15),
            (2, 30),
            (3, 60),
            (4, 120),
            (5, 240),
            (6, 240),
            (u32::MAX, 240),
        ] {
            assert_eq!(
                (at(failures, 0), at(failures, 0xff)),
                (seconds * 800, seconds * 1200),
                "{failures} failures"
            );
        }
    }
}
