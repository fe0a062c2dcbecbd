//! The mail that carries the code.

mod html;
mod letter;
pub(crate) mod locale;
mod plain;
pub(crate) mod template;
mod texts;

use std::fmt;

pub use locale::Locale;
pub use template::{Part, TemplateError, Templates};

use poolhouse_text::hex;

use crate::code::Code;
use crate::keys::{OtpKey, Purpose};
use crate::settings::Settings;
use crate::settings_error::SettingsError;
use crate::time::Moment;
pub(crate) use letter::Letter;
use letter::Notice;
use template::Placeholder;

/// A mail to send now. `Debug` shows neither address nor text.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeMail {
    /// The address, as the user's attribute has it.
    pub to: String,
    /// One line, without the code: lock screens show it.
    pub subject: String,
    /// The plain text part, its lines ended by `\n`.
    pub text: String,
    /// The HTML part: no remote content, no link.
    pub html: String,
    /// The language, for `Content-Language`.
    pub locale: Locale,
    /// When the code ends, in seconds since 1970. A mail that is not out by then must not go out.
    pub expires_at: i64,
    /// 32 hexadecimal digits, the same for every mail that one event makes: the left side of the `Message-ID`.
    pub dedup_id: String,
    /// True for a user who does not exist: do all the work of sending, but do not send.
    pub discard: bool,
}

impl fmt::Debug for CodeMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeMail")
            .field("locale", &self.locale.tag())
            .field("expires_at", &self.expires_at)
            .field("dedup_id", &self.dedup_id)
            .field("discard", &self.discard)
            .finish_non_exhaustive()
    }
}

impl CodeMail {
    /// A mail with a made-up code, for an operator who wants to see how it looks or whether it arrives. `now` is seconds
    /// since 1970.
    ///
    /// # Errors
    /// The settings are outside their limits.
    pub fn sample(settings: &Settings, locale: Locale, to: &str, now: i64) -> Result<Self, SettingsError> {
        settings.check()?;
        let now = Moment::from_epoch_s(now);
        let key = OtpKey::of_one_sign_in(&[0; 32]);
        let letter = Letter {
            settings,
            locale,
            code: Code::derive(&key, settings.code, &[&now.to_bytes()]),
            now,
            issued: now,
            expires: now.plus(settings.code_ttl_s),
        };
        Ok(letter.to(
            to,
            key.keyed_short(Purpose::MailId, &[&now.to_bytes(), to.as_bytes()]),
            false,
        ))
    }
}

impl CodeMail {
    /// The notice that somebody else may know the password. `to` is the address, and whether the mail is made only for
    /// the time that it takes.
    pub(crate) fn notice(
        settings: &Settings,
        locale: Locale,
        to: (&str, bool),
        id: [u8; 16],
        now: Moment,
        expires: Moment,
    ) -> Self {
        let notice = Notice {
            locale,
            app: &settings.app_name,
            now,
        };
        Self {
            to: to.0.to_owned(),
            subject: notice.fill(locale.texts().notice_subject, str::to_owned),
            text: plain::render_notice(&notice),
            html: html::render_notice(&notice),
            locale,
            expires_at: expires.epoch_s(),
            dedup_id: hex::encode(&id),
            discard: to.1,
        }
    }
}

impl Letter<'_> {
    pub(crate) fn to(&self, address: &str, id: [u8; 16], discard: bool) -> CodeMail {
        CodeMail {
            to: address.to_owned(),
            subject: self.subject(),
            text: self.text(),
            html: self.html(),
            locale: self.locale,
            expires_at: self.expires.epoch_s(),
            dedup_id: hex::encode(&id),
            discard,
        }
    }

    fn subject(&self) -> String {
        match self.settings.templates.find(self.locale, Part::Subject) {
            Some(template) => template.fill(|placeholder| self.shown(placeholder)),
            None => self.fill(self.locale.texts().subject, |text| text.to_owned()),
        }
    }

    /// The plain text part. Devices look for the line that binds the code to its page at the end, so it stands there
    /// even if the template forgot it.
    fn text(&self) -> String {
        let Some(template) = self.settings.templates.find(self.locale, Part::Text) else {
            return plain::render(self);
        };
        let mut text = template.fill(|placeholder| self.shown(placeholder));
        if let Some(line) = self.origin_line()
            && !template.shows(Placeholder::OriginLine)
        {
            text = format!("{}\n\n{line}\n", text.trim_end());
        }
        text
    }

    fn html(&self) -> String {
        match self.settings.templates.find(self.locale, Part::Html) {
            Some(template) => {
                template.fill(|placeholder| poolhouse_text::html::escape(&self.shown(placeholder)))
            }
            None => html::render(self),
        }
    }

    /// What a template's placeholder stands for.
    fn shown(&self, placeholder: Placeholder) -> String {
        match placeholder {
            Placeholder::Code => self.code.reveal().to_owned(),
            Placeholder::OriginLine => self.origin_line().unwrap_or_default(),
            Placeholder::App => self.value("app"),
            Placeholder::Minutes => self.value("minutes"),
            Placeholder::Time => self.value("time"),
        }
    }
}
