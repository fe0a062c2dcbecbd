//! Where the mail goes, and what the form may show of it.

use serde_json::Value;

use crate::event::Caller;
use crate::keys::{OtpKey, Purpose};
use crate::mail::Locale;
use crate::outcome::Warning;
use crate::refusal::Refusal;
use crate::settings::Settings;

/// The longest address that SMTP carries: RFC 5321 section 4.5.3.1.3, without its angle brackets.
const LONGEST_ADDRESS: usize = 254;

/// The address of mail that is made but never sent. `.invalid` resolves nowhere (RFC 2606).
const NOWHERE: &str = "nobody@poolhouse.invalid";

/// Where the mail of this sign-in goes.
pub(crate) struct Recipient {
    pub(crate) address: String,
    /// First letters only: `m***@e***`.
    pub(crate) masked: String,
    /// Whether the mail is to be made but not sent.
    pub(crate) discard: bool,
}

impl Recipient {
    pub(crate) fn of(
        settings: &Settings,
        caller: &Caller<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, Refusal> {
        if caller.unknown {
            return Ok(Self {
                address: NOWHERE.to_owned(),
                masked: fake_mask(settings, caller),
                discard: true,
            });
        }
        let address = caller
            .attribute("email")
            .filter(|address| is_address(address))
            .ok_or(Refusal::NoAddress)?;
        if caller.attribute("email_verified") != Some("true") {
            if !settings.allow_unverified_email {
                return Err(Refusal::UnverifiedAddress);
            }
            warnings.push(Warning::UnverifiedAddress);
        }
        Ok(Self {
            address: address.to_owned(),
            masked: mask(address),
            discard: false,
        })
    }
}

/// The language of a code's mail to this user, by what the client asked for, else the user's `locale` attribute, else the
/// default.
pub(crate) fn language(caller: &Caller<'_>, settings: &Settings) -> Locale {
    let find = |tag: &str| settings.templates.find_locale(tag);
    wanted(caller)
        .into_iter()
        .flatten()
        .find_map(find)
        .unwrap_or(settings.locale)
}

/// The language of a mail whose words are built in.
pub(crate) fn built_in_language(caller: &Caller<'_>, settings: &Settings) -> Locale {
    let [client, user] = wanted(caller);
    Locale::choose(client, user, settings.locale)
}

fn wanted<'a>(caller: &'a Caller<'_>) -> [Option<&'a str>; 2] {
    [
        caller.client_metadata("locale").and_then(Value::as_str),
        caller.attribute("locale"),
    ]
}

/// One address and nothing that could become a second one or another header. The mail crate checks the rest.
fn is_address(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !",;:<>()[]\\\"".contains(c);
    let parts = text.rsplit_once('@');
    text.len() <= LONGEST_ADDRESS
        && text.chars().all(plain)
        && parts
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !local.contains('@'))
}

/// What others may see of an email address: the first letters of both parts, `m***@e***`.
#[must_use]
pub fn mask(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first = |text: &str| text.chars().next().filter(|c| c.is_alphanumeric()).unwrap_or('*');
    format!("{}***@{}***", first(local), first(domain))
}

/// What the mask of a user who does not exist looks like: that of the address that was typed, if it was one, else
/// letters that stay the same for this name.
fn fake_mask(settings: &Settings, caller: &Caller<'_>) -> String {
    if is_address(caller.user_name) {
        return mask(caller.user_name);
    }
    let key = match &settings.keys {
        Some(keys) => keys.current.clone(),
        // Anyone can compute this one; without a key there is nothing better that stays the same.
        None => OtpKey::of_one_sign_in(&[0; 32]),
    };
    let letters = key.keyed_short::<2>(
        Purpose::FakeAddress,
        &[caller.pool.as_bytes(), caller.user_name.as_bytes()],
    );
    let [local, domain] = letters.map(|byte| char::from(b'a' + byte % 26));
    format!("{local}***@{domain}***")
}
