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
