//! What mails are made of, before they are text or HTML.

use super::locale::Locale;
use crate::code::Code;
use crate::settings::Settings;
use crate::time::Moment;

/// What a mail is made of.
pub(crate) struct Letter<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) locale: Locale,
    pub(crate) code: Code,
    pub(crate) now: Moment,
    pub(crate) issued: Moment,
    pub(crate) expires: Moment,
}

impl Letter<'_> {
    /// The text with its placeholders replaced, each value passed through `escape`.
    pub(super) fn fill(&self, text: &str, escape: impl Fn(&str) -> String) -> String {
        fill(text, |placeholder| escape(&self.value(placeholder)))
    }

    pub(super) fn value(&self, placeholder: &str) -> String {
        match placeholder {
            "app" => self.settings.app_name.clone(),
            "minutes" => self.expires.since(self.now).div_ceil(60).to_string(),
            "time" => self.issued.to_utc_text(),
            // The tests know that no text has any other.
            _ => String::new(),
        }
    }

    /// The line that binds the code to the host name of the sign-in page, for devices that offer it there.
    pub(super) fn origin_line(&self) -> Option<String> {
        let origin = self.settings.origin.as_deref()?;
        Some(format!("@{origin} #{}", self.code.reveal()))
    }
}

/// What a notice is made of.
pub(super) struct Notice<'a> {
    pub(super) locale: Locale,
    pub(super) app: &'a str,
    pub(super) now: Moment,
}

impl Notice<'_> {
    pub(super) fn fill(&self, text: &str, escape: impl Fn(&str) -> String) -> String {
        fill(text, |placeholder| match placeholder {
            "app" => escape(self.app),
            "time" => escape(&self.now.to_utc_text()),
            // The tests know that no text has any other.
            _ => String::new(),
        })
    }
}

/// The text with its placeholders replaced. What a value holds is not looked at for placeholders again.
fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        filled.push_str(before);
        filled.push_str(&value(name));
        rest = after;
    }
    filled + rest
}
