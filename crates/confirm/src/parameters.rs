//! What the form may know: the public challenge parameters, all of them text.

use serde_json::{Map, Value};

use crate::book::Book;
use crate::device::{DEVICE_TOKEN, DeviceToken};
use crate::event::Caller;
use crate::outcome::LastResult;
use crate::round::Round;
use crate::settings::Settings;
use crate::time::Moment;

/// The public name of the sign-in, which the client says again to the function before tokens.
pub(crate) const SIGN_IN: &str = "signIn";

/// A lock that lasts longer than this says what opens it.
const LONG_LOCK_S: u32 = 3_600;

/// What the parameters are made of.
pub(crate) struct Parameters<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) caller: &'a Caller<'a>,
    pub(crate) book: &'a Book<'a>,
    pub(crate) round: &'a Round,
    pub(crate) masked: &'a str,
    pub(crate) now: Moment,
}

impl Parameters<'_> {
    pub(crate) fn to_json(&self) -> Value {
        let (round, settings) = (self.round, self.settings);
        let expires_in = round.code_left_s(self.now).min(settings.session_s());
        let attempts_left = settings.max_attempts.saturating_sub(round.attempts);
        let lock_left = self.book.lock_left_s();
        let mut parameters = Map::new();
        let mut set = |name: &str, value: String| parameters.insert(name.to_owned(), Value::String(value));
        set("CODE_DELIVERY_DELIVERY_MEDIUM", "EMAIL".to_owned());
        set("CODE_DELIVERY_DESTINATION", self.masked.to_owned());
        set("codeLength", round.format.length.to_string());
        set("codeAlphabet", round.format.alphabet.as_str().to_owned());
        set("expiresIn", expires_in.to_string());
        set("attemptsLeft", attempts_left.to_string());
        set(SIGN_IN, round.sign_in_text());
        set("mail", round.mail.as_str().to_owned());
        set("result", round.result.as_str().to_owned());
        let mail_wait = self.book.mail_wait_s(&round.mails);
        match round.result {
            LastResult::Closed => set("opens", settings.opens.as_str().to_owned()),
            LastResult::Locked => set("resendIn", mail_wait.max(lock_left).to_string()),
            _ => set("resendIn", mail_wait.to_string()),
        };
        if round.result == LastResult::Locked && lock_left > LONG_LOCK_S {
            set("opens", settings.opens.as_str().to_owned());
        }
        if let Some((id, token)) = place_token(settings, self.caller, round) {
            set(DEVICE_TOKEN, token);
            if offers_trust(settings, round) && !self.book.trusts(id) {
                set("rememberDays", settings.trusted_device_days.to_string());
            }
        }
        Value::Object(parameters)
    }
}

/// The token that a sign-in hands out, and its id: always the same one, and that of the browser if it has one already.
pub(crate) fn place_token(
    settings: &Settings,
    caller: &Caller<'_>,
    round: &Round,
) -> Option<(crate::device::DeviceId, String)> {
    let keys = settings.keys.as_ref().filter(|_| round.is_named())?;
    let id = round
        .place
        .unwrap_or_else(|| DeviceToken::id_of(keys, &round.instance));
    let token = DeviceToken {
        id,
        issued: round.started,
    };
    Some((id, token.seal(keys, caller)))
}

/// Whether a device may be trusted after this sign-in. Where the platform has asked for a factor of its own it is not
/// known to ask again behind a trusted device.
pub(crate) fn offers_trust(settings: &Settings, round: &Round) -> bool {
    settings.trusted_device_keys().is_some() && !round.native_factor
}
