//! What the owner of an account, or an administrator for her, does about its ledger.

use serde_json::Value;

use crate::counts::Counts;
use crate::event::Caller;
use crate::facts::{Facts, LedgerSource};
use crate::keys::Keys;
use crate::ledger::{Found, Ledger, Room};
use crate::outcome::Warning;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::time::Moment;

/// The longest text for an attribute.
const ATTRIBUTE_CHARACTERS: usize = 256;

/// How a user stands with the code factor, for the doctor and for an operator who is asked for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Wrong codes in a row, less ten for each right one. 100 close the code factor.
    pub row: u8,
    /// Whether it is closed.
    pub closed: bool,
    /// Seconds until answers are judged again.
    pub locked_s: u32,
    /// Seconds until the next mail may leave.
    pub mail_wait_s: u32,
    /// How many browsers are remembered, and how many of them are trusted.
    pub devices: (usize, usize),
}

/// How this user stands; `None` if the text is no ledger of this user, or there is no key to tell.
#[must_use]
pub fn standing(settings: &Settings, person: &Person<'_>, text: &str, now: i64) -> Option<Standing> {
    let now = Moment::from_epoch_s(now);
    let ledger = genuine(settings, person, text, now)?;
    let open = &ledger.open;
    Some(Standing {
        row: open.row(),
        closed: open.is_closed(),
        locked_s: open.lock_left_s(&settings.lock, now),
        mail_wait_s: open.mail_wait_s(&settings.mails, now),
        devices: (
            ledger.devices.len(),
            ledger.devices.iter().filter(|device| device.trusted).count(),
        ),
    })
}

/// The ledger without any lock, row or limit of mails that is reached; what was used and which browsers are known
/// stays. `None` if the text is no ledger of this user: then removing it does the same.
#[must_use]
pub fn unlock(settings: &Settings, person: &Person<'_>, text: &str, now: i64) -> Option<String> {
    change(settings, person, text, now, clear)
}

/// The ledger without any browser: none is trusted, and none has counters of its own. `None` as for [`unlock`].
#[must_use]
pub fn forget_devices(settings: &Settings, person: &Person<'_>, text: &str, now: i64) -> Option<String> {
    change(settings, person, text, now, |ledger| ledger.devices.clear())
}

/// The same ledger in the 256 characters of an attribute, to mirror a longer one that is kept elsewhere.
#[must_use]
pub fn ledger_for_attribute(settings: &Settings, person: &Person<'_>, text: &str) -> Option<String> {
    if text.len() <= ATTRIBUTE_CHARACTERS {
        return Some(text.to_owned());
    }
    let keys = settings.keys.as_ref()?;
    match Ledger::open(Some(text), keys, person) {
        Found::Ours(ledger) => Some(ledger.seal(keys, person, Room::Attribute)),
        _ => None,
    }
}

/// The ledger authenticated with the current key; `None` if it is, or if the text is no ledger of this user. It says the same as before,
/// so it counts as no change.
#[must_use]
pub fn renew_ledger(keys: &Keys, person: &Person<'_>, text: &str) -> Option<String> {
    if text.split('.').nth(1) == Some(&keys.current.id()) {
        return None;
    }
    match Ledger::open(Some(text), keys, person) {
        Found::Ours(ledger) => Some(ledger.seal(keys, person, Room::Unlimited)),
        _ => None,
    }
}

fn genuine(settings: &Settings, person: &Person<'_>, text: &str, now: Moment) -> Option<Ledger> {
    match Ledger::open(Some(text), settings.keys.as_ref()?, person) {
        Found::Ours(ledger) => Some(ledger.at(now)),
        _ => None,
    }
}

fn change(
    settings: &Settings,
    person: &Person<'_>,
    text: &str,
    now: i64,
    change: impl Fn(&mut Ledger),
) -> Option<String> {
    let mut ledger = genuine(settings, person, text, Moment::from_epoch_s(now))?;
    change(&mut ledger);
    ledger.number = ledger.number.saturating_add(1);
    // Nothing was added, so what had room before has it again.
    Some(ledger.seal(settings.keys.as_ref()?, person, Room::Unlimited))
}

fn clear(ledger: &mut Ledger) {
    (ledger.open, ledger.placed) = (Counts::NONE, Counts::NONE);
    ledger.held_at = [Moment::START; 2];
    ledger.notice_owed = false;
}

/// What [`post_confirmation`] returns.
#[derive(Clone)]
pub struct Cleared {
    /// The whole event.
    pub event: Value,
    /// The new text of the ledger.
    pub ledger: Option<String>,
    /// What an operator should see.
    pub warnings: Vec<Warning>,
}

impl std::fmt::Debug for Cleared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cleared")
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Whether an event of PostConfirmation says that a forgotten password was replaced.
#[must_use]
pub fn is_new_password(event: &Value) -> bool {
    event.get("triggerSource").and_then(Value::as_str) == Some("PostConfirmation_ConfirmForgotPassword")
}

/// The optional fifth function, behind a confirmation (PostConfirmation): a new password, which the mailbox has confirmed,
/// takes away every lock, the row and the limits of mails that are reached, and ends all trust in devices. Other
/// confirmations change nothing.
///
/// # Errors
/// The event is not one of this trigger or comes from another pool, or the settings are outside their limits.
pub fn post_confirmation(settings: &Settings, event: &Value, facts: &Facts<'_>) -> Result<Cleared, Refusal> {
    settings.check().map_err(Refusal::Settings)?;
    let caller = Caller::read(settings, event)?;
    let mut cleared = Cleared {
        event: event.clone(),
        ledger: None,
        warnings: Vec::new(),
    };
    let Some(keys) = &settings.keys else {
        cleared.warnings.push(Warning::SessionOnly);
        return Ok(cleared);
    };
    if !is_new_password(event) {
        return Ok(cleared);
    }
    let attribute = caller.attribute(&settings.attribute);
    let text = match facts.ledger {
        LedgerSource::FromEvent => attribute,
        LedgerSource::Fresh(text) | LedgerSource::Exact(text) => text,
        LedgerSource::Table(text) => text.or(attribute),
    };
    let (now, person) = (Moment::from_epoch_s(facts.now), caller.person());
    if let Some(mut ledger) = text.and_then(|text| genuine(settings, &person, text, now)) {
        clear(&mut ledger);
        ledger
            .devices
            .iter_mut()
            .for_each(|device| device.trusted = false);
        ledger.number = ledger.number.saturating_add(1);
        cleared.ledger = Some(ledger.seal(keys, &person, Room::Unlimited));
    }
    Ok(cleared)
}
