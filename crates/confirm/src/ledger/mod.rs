//! The ledger: what must be remembered of a user between two sign-ins, as a signed text of 256 characters at most.
//!
//! It lives in an attribute that the app client may read and write, so it holds nothing secret, counts only if it was
//! signed for this user of this pool, and proves nothing: the worst that a client can do by removing it, or putting an
//! older one back, is to make the user look like one who signs in for the first time. Where no client can reach it (a
//! table, the server's own store), the text may be longer and then remembers more.

mod record;
mod v1;
mod v2;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::keys::{Keys, MAC_BYTES, OtpKey, Purpose, same};
use crate::person::Person;

pub(crate) use record::{Device, EventNote, Grant, INSTANCE_TAG_BYTES, Judged, Ledger, TAG_BYTES, Used};
pub(crate) use v2::Room;

/// What the place of a ledger carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A ledger that was written for this user.
    Ours(Box<Ledger>),
    /// Nothing.
    Nothing,
    /// A code and its end in the clear, as older functions wrote it.
    Legacy,
    /// Anything else: another hand's text, another user's ledger, or one signed with a key that is gone.
    Forged,
}

impl Ledger {
    /// What the text is to this user.
    pub(crate) fn open(text: Option<&str>, keys: &Keys, person: &Person<'_>) -> Found {
        match text {
            None | Some("") => Found::Nothing,
            Some(text) if is_legacy(text) => Found::Legacy,
            Some(text) => {
                Self::parse(text, keys, person).map_or(Found::Forged, |ledger| Found::Ours(Box::new(ledger)))
            }
        }
    }

    /// The text for its place, signed with the current key.
    pub(crate) fn seal(&self, keys: &Keys, person: &Person<'_>, room: Room) -> String {
        let payload = v2::write(self, room);
        let mac = mac(&keys.current, Purpose::Ledger2, person, &payload);
        format!(
            "{}.{}.{}.{}",
            v2::VERSION,
            keys.current.id(),
            BASE64.encode(&payload),
            BASE64.encode(mac)
        )
    }

    fn parse(text: &str, keys: &Keys, person: &Person<'_>) -> Option<Self> {
        let mut parts = text.split('.');
        let (version, id, payload, signature) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let purpose = match version {
            v1::VERSION => Purpose::Ledger,
            v2::VERSION => Purpose::Ledger2,
            _ => return None,
        };
        if parts.next().is_some() {
            return None;
        }
        let payload = BASE64.decode(payload).ok()?;
        let expected = mac(keys.find(id)?, purpose, person, &payload);
        same(&expected, &BASE64.decode(signature).ok()?)
            .then(|| Self::from_payload(version, &payload))
            .flatten()
    }

    fn from_payload(version: &str, payload: &[u8]) -> Option<Self> {
        match version {
            v1::VERSION => v1::read(payload),
            _ => v2::read(payload),
        }
    }
}

/// Whether a ledger must not end by itself: it counts wrong codes in a row, which nothing but right codes, a new password
/// or an administrator takes away. The signature is not checked.
#[must_use]
pub fn has_row(text: &str) -> bool {
    unchecked(text).is_some_and(|ledger| ledger.has_row())
}

fn unchecked(text: &str) -> Option<Ledger> {
    let mut parts = text.split('.');
    let (version, payload) = (parts.next()?, parts.nth(1)?);
    Ledger::from_payload(version, &BASE64.decode(payload).ok()?)
}

fn mac(key: &OtpKey, purpose: Purpose, person: &Person<'_>, payload: &[u8]) -> [u8; MAC_BYTES] {
    key.keyed_short(purpose, &[&person.parts()[..], &[payload]].concat())
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
    use crate::counts::Counts;
    use crate::settings::{LockRules, MailRules};
    use crate::time::Moment;

    fn text(change: impl Fn(&mut Ledger)) -> String {
        let mut ledger = Ledger::first(Moment::from_epoch_s(1_000_000));
        change(&mut ledger);
        let payload = v2::write(&ledger, Room::Unlimited);
        format!("v2.key.{}.mac", BASE64.encode(payload))
    }

    const DEVICE: Device = Device {
        id: [1; 6],
        trusted: false,
    };

    #[test]
    fn a_row_of_wrong_codes_is_seen_and_nothing_else_is_taken_for_one() {
        let wrong = |counts: &mut Counts| {
            counts.count_wrong_code(&LockRules::DEFAULT, Moment::from_epoch_s(1_000_000));
        };
        assert!(has_row(&text(|ledger| wrong(&mut ledger.open))));
        assert!(has_row(&text(|ledger| wrong(&mut ledger.placed))));
        let without = [text(|_| {}), text(|ledger| ledger.remember(DEVICE))];
        let no_ledgers = [
            "",
            "123456,1700000000",
            "v1.key.!.mac",
            "v1.key.AAAA.mac",
            "v2.key.AAAA.mac",
            "v1",
        ];
        for other in without.iter().map(String::as_str).chain(no_ledgers) {
            assert!(!has_row(other), "{other:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_what_finds_no_room_is_the_oldest() {
        let now = Moment::from_epoch_s(1_000_020);
        let mut full = Ledger::first(now);
        full.number = 70_000;
        full.event = EventNote {
            tag: [1, 2, 3, 4],
            at: now.before(7),
            repeats: 2,
            mailed: true,
        };
        full.noticed_at = Moment::from_epoch_s(1_000_020 - 600);
        full.held_at = [now.before(60), now.before(600)];
        full.notice_owed = true;
        for counts in [&mut full.open, &mut full.placed] {
            (0..40).for_each(|_| counts.count_mail(&MailRules::DEFAULT, now));
            (0..40).for_each(|_| counts.count_wrong_code(&LockRules::DEFAULT, now));
        }
        for at in 0..9_u8 {
            full.remember(Device {
                id: [at; 6],
                trusted: at % 2 == 0,
            });
            let ends = Moment::from_epoch_s(1_000_080);
            full.used.insert(
                0,
                Used {
                    nonce: [at; 4],
                    instance: [at; 3],
                    ends,
                },
            );
            full.judged.insert(
                0,
                Judged {
                    instance: [at; 3],
                    number: at,
                    wrong: at % 2 == 0,
                },
            );
            full.grants.insert(
                0,
                Grant {
                    tag: [at; 8],
                    client: [at; 4],
                    at: now,
                    taken_by: [at; 4],
                    taken_at: now,
                },
            );
        }
        let unlimited = v2::read(&v2::write(&full, Room::Unlimited)).unwrap();
        assert_eq!(unlimited, full);
        let attribute = v2::read(&v2::write(&full, Room::Attribute)).unwrap();
        assert_eq!(attribute.devices, full.devices[..3]);
        assert_eq!(attribute.used, full.used[..4]);
        assert_eq!(attribute.judged, full.judged[..1]);
        assert!(attribute.grants.is_empty());
        let rewritten = v2::read(&v2::write(&unlimited, Room::Unlimited)).unwrap();
        assert_eq!(rewritten, unlimited, "nothing drifts by being written again");
    }
}
