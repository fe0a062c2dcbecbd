//! The ledger: what must be remembered of a user between two sign-ins, as a signed text of 181 characters, and 8 more
//! for each trusted device, of which there are three at most.
//!
//! It lives in an attribute that the app client may read and write, so it holds nothing secret, counts only if it was
//! signed for this user of this pool, and proves nothing: the worst that a client can do by removing it, or putting an
//! older one back, is to make the user look like one who signs in for the first time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::device::DEVICE_BYTES;
use crate::event::Caller;
use crate::keys::{Keys, MAC_BYTES, OtpKey, Purpose, same};
use crate::time::Moment;
use crate::window::{Day, QuarterHour};

const VERSION: &str = "v1";

/// Bytes of the names of an event and of a used code: enough that two of one user do not meet by chance.
pub(crate) const TAG_BYTES: usize = 6;

/// How far the clocks of two instances may be apart, in seconds.
const CLOCK_SKEW_S: u32 = 60;

/// After how long a ledger counts nothing any more, in seconds: the longest window is a day, in slots.
const SPENT_AFTER_S: u32 = 2 * 24 * 60 * 60;

/// Most devices that are trusted at a time.
const MOST_DEVICES: usize = 3;

/// What is remembered of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// One more with every ledger that is written.
    pub(crate) number: u32,
    /// When it was written; the windows count back from here.
    pub(crate) written: Moment,
    /// The last event that mailed, when it first did, and how often it did so again.
    pub(crate) mail_tag: [u8; TAG_BYTES],
    pub(crate) mailed_at: Moment,
    pub(crate) mail_repeats: u8,
    pub(crate) mails: Counts,
    pub(crate) wrong_codes: Counts,
    pub(crate) locked_until: Moment,
    /// The code that was used last, by a part of its nonce.
    pub(crate) used: [u8; TAG_BYTES],
    /// The trusted devices, the newest first.
    pub(crate) devices: Vec<[u8; DEVICE_BYTES]>,
}

/// One thing counted over both windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) quarter_hour: QuarterHour,
    pub(crate) day: Day,
}

impl Counts {
    const NONE: Self = Self {
        quarter_hour: QuarterHour::EMPTY,
        day: Day::EMPTY,
    };

    fn advanced(self, from: Moment, to: Moment) -> Self {
        Self {
            quarter_hour: self.quarter_hour.advanced(from, to),
            day: self.day.advanced(from, to),
        }
    }

    pub(crate) fn add_one(&mut self) {
        self.quarter_hour.add_one();
        self.day.add_one();
    }
}

/// What the attribute carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A ledger that was written for this user.
    Ours(Ledger),
    /// Nothing.
    Nothing,
    /// A code and its end in the clear, as older functions wrote it.
    Legacy,
    /// Anything else: another hand's text, another user's ledger, or one signed with a key that is gone.
    Forged,
}

impl Ledger {
    /// The ledger of a user who signs in for the first time.
    pub(crate) const fn first(now: Moment) -> Self {
        Self {
            number: 0,
            written: now,
            mail_tag: [0; TAG_BYTES],
            mailed_at: Moment::START,
            mail_repeats: 0,
            mails: Counts::NONE,
            wrong_codes: Counts::NONE,
            locked_until: Moment::START,
            used: [0; TAG_BYTES],
            devices: Vec::new(),
        }
    }

    /// Trusts a device; if there are too many then, the oldest is forgotten.
    pub(crate) fn trust(&mut self, device: [u8; DEVICE_BYTES]) {
        self.devices.retain(|known| *known != device);
        self.devices.insert(0, device);
        self.devices.truncate(MOST_DEVICES);
    }

    /// What the text of the attribute is to this user.
    pub(crate) fn open(text: Option<&str>, keys: &Keys, caller: &Caller<'_>) -> Found {
        match text {
            None | Some("") => Found::Nothing,
            Some(text) if is_legacy(text) => Found::Legacy,
            Some(text) => Self::parse(text, keys, caller).map_or(Found::Forged, Found::Ours),
        }
    }

    /// Whether it was written by a clock that ran ahead of ours by more than clocks do. What it says of times would hold
    /// for ever, or for as long as that clock was wrong.
    pub(crate) fn is_ahead_of(&self, now: Moment) -> bool {
        self.written.since(now) > CLOCK_SKEW_S
    }

    /// The same ledger, seen from now.
    pub(crate) fn at(self, now: Moment) -> Self {
        Self {
            mails: self.mails.advanced(self.written, now),
            wrong_codes: self.wrong_codes.advanced(self.written, now),
            written: now,
            ..self
        }
    }

    /// The text for the attribute, signed with the current key.
    pub(crate) fn seal(&self, keys: &Keys, caller: &Caller<'_>) -> String {
        let payload = self.payload();
        let mac = mac(&keys.current, caller, &payload);
        format!(
            "{VERSION}.{}.{}.{}",
            keys.current.id(),
            BASE64.encode(&payload),
            BASE64.encode(mac)
        )
    }

    fn parse(text: &str, keys: &Keys, caller: &Caller<'_>) -> Option<Self> {
        let mut parts = text.split('.');
        let (version, id, payload, signature) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != VERSION || parts.next().is_some() {
            return None;
        }
        let payload = BASE64.decode(payload).ok()?;
        let expected = mac(keys.find(id)?, caller, &payload);
        same(&expected, &BASE64.decode(signature).ok()?)
            .then(|| Self::from_payload(&payload))
            .flatten()
    }

    fn payload(&self) -> Vec<u8> {
        [
            &self.number.to_be_bytes()[..],
            &self.written.to_bytes(),
            &self.mail_tag,
            &self.mailed_at.to_bytes(),
            &[self.mail_repeats],
            &self.mails.quarter_hour.to_bytes(),
            &self.mails.day.to_bytes(),
            &self.wrong_codes.quarter_hour.to_bytes(),
            &self.wrong_codes.day.to_bytes(),
            &self.locked_until.to_bytes(),
            &self.used,
            self.devices.as_flattened(),
        ]
        .concat()
    }

    fn from_payload(payload: &[u8]) -> Option<Self> {
        let (number, rest) = payload.split_first_chunk()?;
        let (written, rest) = rest.split_first_chunk()?;
        let (mail_tag, rest) = rest.split_first_chunk()?;
        let (mailed_at, rest) = rest.split_first_chunk()?;
        let ([mail_repeats], rest) = rest.split_first_chunk()?;
        let (mails, rest) = counts(rest)?;
        let (wrong_codes, rest) = counts(rest)?;
        let (locked_until, rest) = rest.split_first_chunk()?;
        let (used, rest) = rest.split_first_chunk()?;
        let (devices, []) = rest.as_chunks() else {
            return None;
        };
        Some(Self {
            number: u32::from_be_bytes(*number),
            written: Moment::from_bytes(*written),
            mail_tag: *mail_tag,
            mailed_at: Moment::from_bytes(*mailed_at),
            mail_repeats: *mail_repeats,
            mails,
            wrong_codes,
            locked_until: Moment::from_bytes(*locked_until),
            used: *used,
            devices: devices.to_vec(),
        })
    }
}

/// Whether a ledger says nothing that a first sign-in would not: its windows are over, it locks nobody and trusts no
/// device. For whoever keeps ledgers in rows of their own and clears old ones away. The signature is not checked:
/// clearing a forged one away does no harm.
#[must_use]
pub fn is_spent(text: &str, now: i64) -> bool {
    let now = Moment::from_epoch_s(now);
    let payload = text
        .split('.')
        .nth(2)
        .and_then(|payload| BASE64.decode(payload).ok());
    payload
        .and_then(|payload| Ledger::from_payload(&payload))
        .is_some_and(|ledger| {
            ledger.written.plus(SPENT_AFTER_S) <= now
                && ledger.locked_until <= now
                && ledger.devices.is_empty()
        })
}

fn counts(bytes: &[u8]) -> Option<(Counts, &[u8])> {
    let (quarter_hour, rest) = bytes.split_first_chunk()?;
    let (day, rest) = rest.split_first_chunk()?;
    let counts = Counts {
        quarter_hour: QuarterHour::from_bytes(*quarter_hour),
        day: Day::from_bytes(*day),
    };
    Some((counts, rest))
}

fn mac(key: &OtpKey, caller: &Caller<'_>, payload: &[u8]) -> [u8; MAC_BYTES] {
    key.keyed_short(Purpose::Ledger, &[&caller.person()[..], &[payload]].concat())
}

/// `123456,1700000000`: a code, a comma, its end.
fn is_legacy(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once(',')
        .is_some_and(|(code, end)| digits(code) && digits(end.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(change: impl Fn(&mut Ledger)) -> String {
        let mut ledger = Ledger::first(Moment::from_epoch_s(1_000_000));
        change(&mut ledger);
        format!("{VERSION}.key.{}.mac", BASE64.encode(ledger.payload()))
    }

    #[test]
    fn a_ledger_is_spent_when_its_windows_are_over_and_nothing_else_holds() {
        let written = 1_000_000;
        let two_days = i64::from(SPENT_AFTER_S);
        let plain = text(|_| {});
        assert!(!is_spent(&plain, written + two_days - 1));
        assert!(is_spent(&plain, written + two_days));
        let locked = text(|ledger| ledger.locked_until = Moment::from_epoch_s(written + two_days + 1));
        assert!(!is_spent(&locked, written + two_days));
        let trusting = text(|ledger| ledger.trust([1; DEVICE_BYTES]));
        assert!(!is_spent(&trusting, i64::MAX));
        for other in ["", "123456,1700000000", "v1.key.!.mac", "v1.key.AAAA.mac", "v1"] {
            assert!(!is_spent(other, i64::MAX), "{other:?}");
        }
    }
}
