//! Factors that a platform judges itself (an authenticator app's code, a code by mail or SMS after the password), counted in
//! the same ledger: who may guess at one may not guess at the other as often again, and what clears the one clears both.

use crate::counts::Counts;
use crate::ledger::{Found, Ledger, Room};
use crate::person::Person;
use crate::settings::Settings;
use crate::time::Moment;

/// What the limits say to somebody who has proved the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorState {
    /// Answers are judged.
    Open {
        /// Seconds until the next message may leave.
        mail_wait_s: u32,
    },
    /// Answers are judged again in so many seconds.
    Locked {
        /// Seconds.
        left_s: u32,
    },
    /// None is judged before a new password or an administrator opens the factor.
    Closed,
}

/// What is to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorEvent {
    /// A wrong answer.
    Wrong,
    /// A right one, and when the message that it answers left, in seconds since 1970, if one did.
    Right {
        /// Its place in the limits is given back.
        mailed: Option<i64>,
    },
    /// A message leaves.
    Mailed,
}

/// What this user's ledger says. `placed`: the request comes from a browser in which a right code was typed before, which is
/// counted apart.
#[must_use]
pub fn factor_state(
    settings: &Settings,
    person: &Person<'_>,
    text: Option<&str>,
    placed: bool,
    now: i64,
) -> FactorState {
    let now = Moment::from_epoch_s(now);
    let ledger = open(settings, person, text, now);
    let counts = if placed { ledger.placed } else { ledger.open };
    match counts.lock_left_s(&settings.lock, now) {
        _ if counts.is_closed() => FactorState::Closed,
        0 => FactorState::Open {
            mail_wait_s: counts.mail_wait_s(&settings.mails, now),
        },
        left_s => FactorState::Locked { left_s },
    }
}

/// The ledger after the event; `None` if it says nothing else than before, or there is no key to write it with.
#[must_use]
pub fn factor_counted(
    settings: &Settings,
    person: &Person<'_>,
    text: Option<&str>,
    placed: bool,
    event: FactorEvent,
    now: i64,
) -> Option<String> {
    let now = Moment::from_epoch_s(now);
    let mut ledger = open(settings, person, text, now);
    let counts = if placed {
        &mut ledger.placed
    } else {
        &mut ledger.open
    };
    let before = *counts;
    count(counts, settings, event, now);
    if *counts == before {
        return None;
    }
    ledger.number = ledger.number.saturating_add(1);
    Some(ledger.seal(settings.keys.as_ref()?, person, Room::Unlimited))
}

fn count(counts: &mut Counts, settings: &Settings, event: FactorEvent, now: Moment) {
    match event {
        FactorEvent::Wrong => counts.count_wrong_code(&settings.lock, now),
        FactorEvent::Mailed => counts.count_mail(&settings.mails, now),
        FactorEvent::Right { mailed } => {
            counts.count_right_code();
            if let Some(mailed) = mailed {
                counts.give_back(&settings.mails, &[Moment::from_epoch_s(mailed)], now);
            }
        }
    }
}

/// The ledger as it is now. One that is missing, forged or from a time to come is a first sign-in's.
fn open(settings: &Settings, person: &Person<'_>, text: Option<&str>, now: Moment) -> Ledger {
    let found = settings
        .keys
        .as_ref()
        .map(|keys| Ledger::open(text, keys, person));
    match found {
        Some(Found::Ours(ledger)) if !ledger.is_ahead_of(now) => ledger.at(now),
        _ => Ledger::first(now),
    }
}
