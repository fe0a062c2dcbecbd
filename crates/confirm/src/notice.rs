//! The mail that tells the owner of an account that somebody else may know the password.

use crate::event::Caller;
use crate::facts::Facts;
use crate::keys::{OtpKey, Purpose};
use crate::mail::{CodeMail, Notice};
use crate::recipient::{self, Recipient};
use crate::settings::Settings;
use crate::time::Moment;

/// A notice that is not out by then is of no use any more, in seconds.
const WORTH_SENDING_S: u32 = 86_400;

/// The notice for this user.
pub(crate) fn letter(
    settings: &Settings,
    caller: &Caller<'_>,
    recipient: &Recipient,
    facts: &Facts<'_>,
    now: Moment,
) -> CodeMail {
    let key = match &settings.keys {
        Some(keys) => keys.current.clone(),
        None => OtpKey::of_one_sign_in(&[0; 32]),
    };
    let at = now.to_bytes();
    let parts: [&[u8]; 2] = [b"notice", &at];
    let id = key.keyed_short(Purpose::MailId, &[&caller.binding()[..], &parts].concat());
    let notice = Notice {
        locale: recipient::built_in_language(caller, settings),
        at: now.epoch_s(),
        zoneinfo: caller.attribute("zoneinfo"),
        asker: facts.asker,
    };
    let to = (recipient.address.as_str(), recipient.discard);
    CodeMail::notice(settings, &notice, to, id, now.plus(WORTH_SENDING_S))
}
