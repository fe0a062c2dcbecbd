//! The mails: the code's, and the few beside it.

pub(crate) mod asker;
mod html;
mod kinds;
pub(crate) mod locale;
pub(crate) mod look;
mod page;
mod plain;
pub(crate) mod template;
mod texts;
mod times;
mod words;

use std::fmt;

pub use asker::Asker;
pub use kinds::{Invitation, Notice, PoolMail, PoolMailContent, Written};
pub use locale::Locale;
pub use look::{Logo, Look, ShowCode};
pub use template::{Part, TemplateError, Templates};
pub(crate) use times::Zone;

use poolhouse_text::hex;
use poolhouse_text::html::escape;

use crate::code::Code;
use crate::keys::{OtpKey, Purpose};
use crate::settings::Settings;
use crate::settings_error::SettingsError;
use crate::time::Moment;
use page::{Block, Page};
use template::Placeholder;

/// A mail to send now. `Debug` shows neither address nor text.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeMail {
    /// The address, as the user's attribute has it.
    pub to: String,
    /// One line, without the code unless a setting asks for it: lock screens show it.
    pub subject: String,
    /// The plain text part, its lines ended by `\n`.
    pub text: String,
    /// The HTML part: no remote content, no link.
    pub html: String,
    /// The picture that the HTML shows.
    pub logo: Option<Logo>,
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
            issued: now,
            expires: now.plus(settings.code_ttl_s),
            zone: Zone::UTC,
            asker: Asker {
                user_agent: Some("Firefox/0 Windows"),
                place: None,
            },
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
        notice: &Notice<'_>,
        to: (&str, bool),
        id: [u8; 16],
        expires: Moment,
    ) -> Self {
        let written = notice.write(settings);
        Self {
            to: to.0.to_owned(),
            subject: written.subject,
            text: written.text,
            html: written.html,
            logo: written.logo,
            locale: written.locale,
            expires_at: expires.epoch_s(),
            dedup_id: hex::encode(&id),
            discard: to.1,
        }
    }
}

/// The mail of a code that a platform has made itself, for a second factor by mail: it looks as the other codes' does.
#[derive(Clone, Copy)]
pub struct FactorMail<'a> {
    /// The language: [`Locale::choose`].
    pub locale: Locale,
    /// What the person types.
    pub code: &'a str,
    /// When it was asked for, in seconds since 1970.
    pub issued: i64,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
    /// The user's `zoneinfo` attribute.
    pub zoneinfo: Option<&'a str>,
    /// Who asked for it.
    pub asker: Asker<'a>,
}

impl FactorMail<'_> {
    /// The mail.
    #[must_use]
    pub fn write(&self, settings: &Settings) -> Written {
        let letter = Letter {
            settings,
            locale: self.locale,
            code: Code::given(self.code),
            issued: Moment::from_epoch_s(self.issued),
            expires: Moment::from_epoch_s(self.expires),
            zone: Zone::named(self.zoneinfo),
            asker: self.asker,
        };
        let mail = letter.to("", [0; 16], false);
        Written {
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            locale: mail.locale,
            logo: mail.logo,
        }
    }
}

/// What a code's mail is made of.
pub(crate) struct Letter<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) locale: Locale,
    pub(crate) code: Code,
    pub(crate) issued: Moment,
    pub(crate) expires: Moment,
    pub(crate) zone: Zone,
    pub(crate) asker: Asker<'a>,
}

impl Letter<'_> {
    pub(crate) fn to(&self, address: &str, id: [u8; 16], discard: bool) -> CodeMail {
        let page = self.page();
        let html = match self.settings.templates.find(self.locale, Part::Html) {
            Some(template) => template.fill(|placeholder| escape(&self.shown(placeholder))),
            None => html::render(&page),
        };
        let logo = self.settings.look.logo.clone();
        CodeMail {
            to: address.to_owned(),
            subject: page.subject.clone(),
            text: self.text(&page),
            logo: logo.filter(|_| html.contains(Logo::CONTENT_ID)),
            html,
            locale: self.locale,
            expires_at: self.expires.epoch_s(),
            dedup_id: hex::encode(&id),
            discard,
        }
    }

    /// The mail in the built-in words, with the operator's subject if there is one.
    fn page(&self) -> Page<'_> {
        let texts = self.locale.texts();
        let mut page = Page::new(self.settings, self.locale, texts.subject, texts.title);
        page.titled = false;
        if let Some(template) = self.settings.templates.find(self.locale, Part::Subject) {
            page.subject = template.fill(|placeholder| self.shown(placeholder));
        }
        let code = || Block::Code(self.code.reveal().to_owned());
        let show_code = self.settings.look.show_code;
        if show_code == ShowCode::Subject {
            page.subject = format!("{} – {}", self.code.reveal(), page.subject);
        }
        page.values.push(("until", self.until()));
        page.values.push(("time", self.time()));
        if show_code != ShowCode::Inside {
            page.blocks.push(code());
        }
        page.blocks
            .extend([Block::Words(texts.intro), Block::Words(texts.expiry)]);
        if show_code == ShowCode::Inside {
            page.blocks.push(code());
        }
        page.asked(texts.requested, &self.asker);
        page.blocks
            .extend([Block::Words(texts.never_ask), Block::Words(texts.not_you)]);
        page.close();
        page.blocks.extend(self.origin_line().map(Block::Machine));
        page
    }

    /// The plain text part. Devices look for the line that binds the code to its page at the end, so it stands there
    /// even if the template forgot it.
    fn text(&self, page: &Page<'_>) -> String {
        let Some(template) = self.settings.templates.find(self.locale, Part::Text) else {
            return plain::render(page);
        };
        let mut text = template.fill(|placeholder| self.shown(placeholder));
        if let Some(line) = self.origin_line()
            && !template.shows(Placeholder::OriginLine)
        {
            text = format!("{}\n\n{line}\n", text.trim_end());
        }
        text
    }

    /// What a template's placeholder stands for.
    fn shown(&self, placeholder: Placeholder) -> String {
        match placeholder {
            Placeholder::Code => self.code.reveal().to_owned(),
            Placeholder::OriginLine => self.origin_line().unwrap_or_default(),
            Placeholder::App => self.settings.app_name.clone(),
            Placeholder::Until => self.until(),
            Placeholder::Time => self.time(),
            Placeholder::Device => self.asker.device().unwrap_or_default(),
            Placeholder::Place => self.asker.place().unwrap_or_default().to_owned(),
            Placeholder::Support => self.settings.look.support.clone().unwrap_or_default(),
        }
    }

    fn until(&self) -> String {
        self.locale
            .texts()
            .times
            .clock(self.expires.epoch_s(), &self.zone)
    }

    fn time(&self) -> String {
        self.locale
            .texts()
            .times
            .moment(self.issued.epoch_s(), &self.zone)
    }

    /// The line that binds the code to the host name of the sign-in page, for devices that offer it there.
    fn origin_line(&self) -> Option<String> {
        let origin = self.settings.origin.as_deref()?;
        Some(format!("@{origin} #{}", self.code.reveal()))
    }
}
