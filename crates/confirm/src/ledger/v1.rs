//! The layout of ledgers before this one, which are still read.

use super::record::{Device, EventNote, Ledger, TAG_BYTES, Used};
use crate::counts::Counts;
use crate::time::Moment;

pub(super) const VERSION: &str = "v1";

/// Buckets of a minute and of an hour.
const MINUTES: usize = 16;
const HOURS: usize = 25;
const HOUR_S: u32 = 3_600;

/// One thing counted over both windows, the newest bucket first.
type Windows = ([u8; MINUTES], [u8; HOURS]);

pub(super) fn read(payload: &[u8]) -> Option<Ledger> {
    let (number, rest) = payload.split_first_chunk()?;
    let (written, rest) = rest.split_first_chunk()?;
    let (mail_tag, rest) = rest.split_first_chunk::<6>()?;
    let (mailed_at, rest) = rest.split_first_chunk()?;
    let ([repeats], rest) = rest.split_first_chunk()?;
    let (mails, rest) = windows(rest)?;
    let (wrong_codes, rest) = windows(rest)?;
    let (locked_until, rest) = rest.split_first_chunk()?;
    let (used, rest) = rest.split_first_chunk::<6>()?;
    let (devices, []) = rest.as_chunks() else {
        return None;
    };
    let (written, mailed_at) = (Moment::from_bytes(*written), Moment::from_bytes(*mailed_at));
    let used = Used {
        nonce: std::array::from_fn(|at| used[at]),
        // It is not known whose sign-in used it: to every one it is used.
        instance: Default::default(),
        ends: written.plus(600),
    };
    Some(Ledger {
        number: u32::from_be_bytes(*number),
        event: EventNote {
            tag: std::array::from_fn(|at| mail_tag[at]),
            at: mailed_at,
            repeats: *repeats,
            mailed: mailed_at != Moment::START,
        },
        open: counts(written, &mails, &wrong_codes, Moment::from_bytes(*locked_until)),
        devices: devices
            .iter()
            .map(|id| Device {
                id: *id,
                trusted: true,
            })
            .collect(),
        used: if used.nonce == [0; TAG_BYTES] {
            Vec::new()
        } else {
            vec![used]
        },
        ..Ledger::first(written)
    })
}

/// The same counts in today's windows. A count that lay in the current hour but not in the last quarter of one is one of
/// the day alone.
fn counts(written: Moment, mails: &Windows, wrong_codes: &Windows, locked_until: Moment) -> Counts {
    let mut counts = Counts::NONE;
    let minute = |at: usize| written.before(60 * seconds(at));
    let hour = |at: usize| written.before(HOUR_S * seconds(at));
    for (at, times) in mails.0.iter().enumerate() {
        counts.add_earlier_mails(written, minute(at), *times);
    }
    for (at, times) in wrong_codes.0.iter().enumerate() {
        counts.add_earlier_wrong_codes(written, minute(at), *times, 0);
    }
    // The quarter of an hour may have begun in the hour before, so its mails are taken off the newest hours.
    let mut counted: u8 = mails.0.iter().fold(0, |sum, times| sum.saturating_add(*times));
    for (at, times) in mails.1.iter().enumerate() {
        let rest = times.saturating_sub(counted);
        counted = counted.saturating_sub(*times);
        counts.add_mails_of_day(written, hour(at), rest);
    }
    for (at, times) in wrong_codes.1.iter().enumerate() {
        counts.add_earlier_wrong_codes(written, hour(at), 0, *times);
    }
    counts.lock_until(locked_until);
    counts
}

fn seconds(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn windows(bytes: &[u8]) -> Option<(Windows, &[u8])> {
    let (minutes, rest) = bytes.split_first_chunk()?;
    let (hours, rest) = rest.split_first_chunk()?;
    Some(((*minutes, *hours), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::MailRules;

    const WRITTEN: Moment = Moment::from_bytes([0x6a, 0x9d, 0x77, 0x61]);

    fn payload(change: impl Fn(&mut [u8; 111])) -> Vec<u8> {
        let mut payload = [0; 111];
        payload[4..8].copy_from_slice(&WRITTEN.to_bytes());
        change(&mut payload);
        payload.to_vec()
    }

    /// Where the windows begin: mails by minute and hour, then wrong codes.
    const MAILS: usize = 19;
    const MAILS_OF_HOURS: usize = MAILS + MINUTES;

    #[test]
    fn an_older_ledger_says_how_often_it_was_written_and_which_event_it_mailed() {
        let mailed_at = WRITTEN.before(7);
        let ledger = read(&payload(|payload| {
            payload[..4].copy_from_slice(&70_000_u32.to_be_bytes());
            payload[8..14].copy_from_slice(&[1, 2, 3, 4, 5, 6]);
            payload[14..18].copy_from_slice(&mailed_at.to_bytes());
            payload[18] = 2;
        }))
        .unwrap();
        let event = EventNote {
            tag: [1, 2, 3, 4],
            at: mailed_at,
            repeats: 2,
            mailed: true,
        };
        assert_eq!(
            (ledger.number, ledger.event, ledger.written),
            (70_000, event, WRITTEN)
        );
        let silent = read(&payload(|_| ())).unwrap();
        assert!(!silent.event.mailed, "one that never mailed says so");
        assert!(silent.used.is_empty() && silent.devices.is_empty());
    }

    /// Two mails this minute, which the newest hour holds too, three before them in that hour, one in the hour before, four
    /// twenty hours ago.
    #[test]
    fn an_older_ledger_says_how_many_mails_left_in_the_day() {
        let ledger = read(&payload(|payload| {
            payload[MAILS] = 2;
            payload[MAILS_OF_HOURS..MAILS_OF_HOURS + 2].copy_from_slice(&[5, 1]);
            payload[MAILS_OF_HOURS + 20] = 4;
        }))
        .unwrap();
        let mut expected = Counts::NONE;
        expected.add_earlier_mails(WRITTEN, WRITTEN, 2);
        expected.add_mails_of_day(WRITTEN, WRITTEN, 3);
        expected.add_mails_of_day(WRITTEN, WRITTEN.before(3_600), 1);
        expected.add_mails_of_day(WRITTEN, WRITTEN.before(20 * 3_600), 4);
        assert_eq!(ledger.open, expected);
        // With one more there are eleven in the day, and three in the hour.
        let rules = MailRules {
            at_once: 10,
            per_hour: 20,
            per_day: 12,
            ..MailRules::DEFAULT
        };
        let mut counts = ledger.open;
        counts.count_mail(&rules, WRITTEN);
        assert_eq!(counts.mail_wait_s(&rules, WRITTEN), 0);
        let fewer = |per_day, per_hour| MailRules {
            per_day,
            per_hour,
            ..rules
        };
        assert_eq!(counts.mail_wait_s(&fewer(11, 20), WRITTEN), rules.beyond_limit_s);
        assert_eq!(counts.mail_wait_s(&fewer(12, 4), WRITTEN), 0);
        assert_eq!(counts.mail_wait_s(&fewer(12, 3), WRITTEN), rules.beyond_limit_s);
    }
}
