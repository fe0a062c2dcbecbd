//! The mails beside the code: the notice to an owner, the invitation of a new user.

use super::asker::Asker;
use super::html;
use super::locale::Locale;
use super::look::Logo;
use super::page::{Block, Page};
use super::plain;
use super::times::Zone;
use crate::settings::Settings;

/// A mail in words, its address still missing.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// The plain text part, its lines ended by `\n`.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The language, for `Content-Language`.
    pub locale: Locale,
    /// The picture that the HTML shows.
    pub logo: Option<Logo>,
}

/// What the owner of an account is told after sign-ins with the right password that gave no right code.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// The language: [`Locale::choose`].
    pub locale: Locale,
    /// When it happened last, in seconds since 1970.
    pub at: i64,
    /// The user's `zoneinfo` attribute.
    pub zoneinfo: Option<&'a str>,
    /// Who it was last, as far as that is known.
    pub asker: Asker<'a>,
}

impl Notice<'_> {
    /// The mail.
    #[must_use]
    pub fn write(&self, settings: &Settings) -> Written {
        let texts = self.locale.texts();
        let mut page = Page::new(settings, self.locale, texts.notice_subject, texts.notice_title);
        let zone = Zone::named(self.zoneinfo);
        page.values.push(("time", texts.times.moment(self.at, &zone)));
        page.blocks.push(Block::Words(texts.notice_body));
        page.asked(texts.requested, &self.asker);
        page.blocks.push(Block::Words(texts.notice_advice));
        page.close();
        page.write()
    }
}

/// What a new user is told whom an administrator has made.
#[derive(Clone, Copy)]
pub struct Invitation<'a> {
    /// The language: [`Locale::choose`].
    pub locale: Locale,
    /// What the person types to sign in.
    pub user_name: &'a str,
    /// The temporary password.
    pub password: &'a str,
    /// When it ends, in seconds since 1970.
    pub expires: Option<i64>,
    /// The user's `zoneinfo` attribute.
    pub zoneinfo: Option<&'a str>,
}

impl Invitation<'_> {
    /// The mail.
    #[must_use]
    pub fn write(&self, settings: &Settings) -> Written {
        let texts = self.locale.texts();
        let mut page = Page::new(
            settings,
            self.locale,
            texts.invitation_subject,
            texts.invitation_title,
        );
        page.blocks.extend([
            Block::Words(texts.invitation_intro),
            Block::Pair(texts.user_name, self.user_name.to_owned()),
            Block::Pair(texts.password, self.password.to_owned()),
        ]);
        if let Some(expires) = self.expires {
            let zone = Zone::named(self.zoneinfo);
            page.values.push(("time", texts.times.moment(expires, &zone)));
            page.blocks.push(Block::Words(texts.password_expiry));
        }
        if let Some(url) = &settings.look.sign_in_url {
            page.blocks.push(Block::Link(texts.sign_in_at, url.clone()));
        }
        page.blocks.push(Block::Words(texts.choose));
        page.blocks.push(Block::Soft(texts.unexpected.to_owned()));
        page.close();
        page.write()
    }
}

/// What a pool mails beside sign-ins: for a sign-up, a forgotten password, an address that changes. The words are
/// Cognito's, in English only, for programs read them; the look is that of the other mails.
#[derive(Clone, Copy)]
pub struct PoolMail<'a> {
    /// The subject, which is the title, too.
    pub subject: &'static str,
    /// The sentence before the code or the link.
    pub words: &'static str,
    /// What the mail is sent for.
    pub content: PoolMailContent<'a>,
}

/// What a [`PoolMail`] is sent for.
#[derive(Clone, Copy)]
pub enum PoolMailContent<'a> {
    /// A code to be typed.
    Code(&'a str),
    /// A page to be opened.
    Link(&'a str),
}

impl PoolMail<'_> {
    /// The mail. Its text is what Cognito sends: nothing is said twice, and nothing follows the code on its line.
    #[must_use]
    pub fn write(&self, settings: &Settings) -> Written {
        let page = |blocks: Vec<Block>| {
            let mut page = Page::new(settings, Locale::EN, self.subject, self.subject);
            page.titled = false;
            page.blocks = blocks;
            page.close();
            page
        };
        let words = Block::Words(self.words);
        let (text, html) = match self.content {
            PoolMailContent::Code(code) => {
                let mut text = page(vec![Block::Soft(format!("{} {{code}}", self.words))]);
                text.values.push(("code", code.to_owned()));
                (text, page(vec![words, Block::Code(code.to_owned())]))
            }
            PoolMailContent::Link(url) => {
                let mut text = page(vec![Block::Soft(format!(
                    "{}\nVerify Email: {{url}}",
                    self.words
                ))]);
                text.values.push(("url", url.to_owned()));
                (
                    text,
                    page(vec![words, Block::Link("Verify Email: {link}", url.to_owned())]),
                )
            }
        };
        Written {
            text: plain::render(&text),
            ..html.write()
        }
    }
}

impl<'a> Page<'a> {
    /// A mail without words yet.
    pub(super) fn new(
        settings: &'a Settings,
        locale: Locale,
        subject: &'static str,
        title: &'static str,
    ) -> Self {
        let mut page = Self {
            locale,
            look: &settings.look,
            app: &settings.app_name,
            subject: String::new(),
            title,
            titled: true,
            blocks: Vec::new(),
            values: Vec::new(),
        };
        page.subject = page.fill(subject, str::to_owned);
        page
    }

    /// When and by whom it was asked for. No line begins with a dot.
    pub(super) fn asked(&mut self, requested: &str, asker: &Asker<'_>) {
        let mut line = requested.to_owned();
        for (name, placeholder, value) in [
            ("device", "\u{a0}· {device}", asker.device()),
            ("place", "\u{a0}· {place}", asker.place().map(str::to_owned)),
        ] {
            if let Some(value) = value {
                line.push_str(placeholder);
                self.values.push((name, value));
            }
        }
        self.blocks.push(Block::Soft(line));
    }

    /// Whom to ask, and the operator's last line.
    pub(super) fn close(&mut self) {
        if let Some(support) = &self.look.support {
            self.values.push(("support", support.clone()));
            self.blocks
                .push(Block::Soft(self.locale.texts().support.to_owned()));
        }
        if let Some(footer) = &self.look.footer {
            self.values.push(("footer", footer.clone()));
            self.blocks.push(Block::Soft("{footer}".to_owned()));
        }
    }

    /// Both forms.
    pub(super) fn write(self) -> Written {
        Written {
            text: plain::render(&self),
            html: html::render(&self),
            locale: self.locale,
            logo: self.look.logo.clone(),
            subject: self.subject,
        }
    }
}
