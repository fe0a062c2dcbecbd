//! What an operator can set, with the limits that no setting may leave.

use std::ops::RangeInclusive;

use crate::code::{Alphabet, CodeFormat};
use crate::door::Door;
use crate::keys::Keys;
use crate::mail::locale::Locale;
use crate::mail::look::Look;
use crate::mail::template::Templates;
use crate::settings_error::SettingsError;

/// The longest life of a code in seconds: OWASP ASVS 5.0, requirement 6.5.5.
pub(crate) const LONGEST_CODE_TTL_S: u32 = 600;

/// The longest that anybody waits for a mail, in seconds.
pub(crate) const LONGEST_MAIL_WAIT_S: u32 = 900;

const TOO_SHORT: &str = "fewer than 6 characters can be guessed";
const STOLEN: &str = "a device that is stolen is trusted for as long";
const STOPS_GUESSING: &str = "it must stop guessing and let a person mistype";
const FILLS_MAILBOX: &str = "past it a mailbox is being filled";

/// The longest app name, in characters: it stands in the subject of the mail.
const LONGEST_APP_NAME: usize = 64;

/// The settings of the flow. [`Settings::with_keys`] gives the defaults, [`Settings::from_vars`] reads the environment.
///
/// Every function checks them first and refuses to work outside their limits, so no way of making them can widen those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The secret keys; `None` is session-only mode. (`OTP_KEY`, `OTP_KEY_PREVIOUS`)
    pub keys: Option<Keys>,
    /// The attribute that carries the ledger. (`CUSTOM_ATTRIBUTES`)
    pub attribute: String,
    /// The pool whose events are served; `None` serves any. (`USER_POOL_ID`)
    pub user_pool_id: Option<String>,
    /// Length and alphabet of the code. (`CODE_LENGTH`, `CODE_ALPHABET`)
    pub code: CodeFormat,
    /// Seconds that a code lives, 60 to 600. (`CODE_TTL_SECONDS`)
    pub code_ttl_s: u32,
    /// Minutes that the platform waits for the answer to a challenge: the app client's `AuthSessionValidity`, 3 to 15. No
    /// code lives longer, because no event tells. (`SESSION_MINUTES`)
    pub session_minutes: u8,
    /// Answers that may be wrong in one sign-in, 1 to 5. (`MAX_ATTEMPTS`)
    pub max_attempts: u8,
    /// Seconds between two mails of one sign-in, 30 to 300. (`RESEND_COOLDOWN_SECONDS`)
    pub resend_cooldown_s: u32,
    /// How many mails one user gets. (`MAILS_AT_ONCE`, `MAIL_REFILL_SECONDS`, `MAILS_PER_HOUR`, `MAILS_PER_DAY`,
    /// `MAIL_BEYOND_LIMIT_SECONDS`)
    pub mails: MailRules,
    /// How many wrong codes lock a user. (`WRONG_CODES_PER_15_MINUTES`, `WRONG_CODES_PER_DAY`)
    pub lock: LockRules,
    /// Whether a code may go to an address that is not verified. (`ALLOW_UNVERIFIED_EMAIL`)
    pub allow_unverified_email: bool,
    /// The name of the app in the mail. (`APP_NAME`)
    pub app_name: String,
    /// The host name of the sign-in page, for the last line of the mail, which lets devices offer the code on that
    /// page and on no other. (`MAIL_ORIGIN`)
    pub origin: Option<String>,
    /// The language of the mail when neither the client nor the user names one. (`DEFAULT_LOCALE`) One without built-in
    /// words holds for codes, whose templates it has; other mails are in English then.
    pub locale: Locale,
    /// The operator's own words for the mail. (`MAIL_TEMPLATES`, read by the caller)
    pub templates: Templates,
    /// How mails look without templates.
    pub look: Look,
    /// Days that a device stays trusted on which a person asked for it, up to 90; 0 trusts none.
    /// (`TRUSTED_DEVICE_DAYS`)
    pub trusted_device_days: u16,
    /// What opens a code factor that is closed: a new password where something hears of it. (`CLOSED_OPENS_BY`)
    pub opens: Opens,
    /// Whether the caller of [`verify`](crate::verify) can send the notice that it may return. Otherwise the next
    /// [`create`](crate::create) returns it.
    pub notices_from_verify: bool,
    /// What the function before tokens lets pass.
    pub door: Door,
}

/// How many mails one user gets at most. Every mail takes a place in each; a right code gives those of its sign-in back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailRules {
    /// Places in the bucket, 1 to 10.
    pub at_once: u8,
    /// Seconds after which one place comes back, 30 to 300.
    pub refill_s: u32,
    /// In an hour, 1 to 20.
    pub per_hour: u8,
    /// In a day, 1 to 60.
    pub per_day: u8,
    /// Past these limits one mail still leaves in this many seconds, 60 to 900.
    pub beyond_limit_s: u32,
}

impl MailRules {
    pub(crate) const DEFAULT: Self = Self {
        at_once: 3,
        refill_s: 60,
        per_hour: 10,
        per_day: 20,
        beyond_limit_s: LONGEST_MAIL_WAIT_S,
    };
}

/// How many wrong codes lock a user for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockRules {
    /// In 15 minutes, 5 to 20.
    pub per_quarter_hour: u8,
    /// In a day, 5 to 100.
    pub per_day: u8,
}

impl LockRules {
    pub(crate) const DEFAULT: Self = Self {
        per_quarter_hour: 10,
        per_day: 60,
    };
}

/// What opens a code factor that is closed, or locked for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// A new password.
    Password,
    /// An administrator.
    Administrator,
}

impl Opens {
    /// The text in the public parameter `opens`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Administrator => "administrator",
        }
    }

    /// What this name means.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Password, Self::Administrator]
            .into_iter()
            .find(|opens| opens.as_str() == name)
    }
}

impl Settings {
    /// The defaults: six digits for five minutes but no longer than a session of three, three attempts, three mails at once
    /// and then one a minute, 10 an hour, 20 a day.
    #[must_use]
    pub fn with_keys(keys: Option<Keys>) -> Self {
        Self {
            keys,
            attribute: "custom:authChallenge".to_owned(),
            user_pool_id: None,
            code: CodeFormat {
                length: 6,
                alphabet: Alphabet::Digits,
            },
            code_ttl_s: 300,
            session_minutes: 3,
            max_attempts: 3,
            resend_cooldown_s: 30,
            mails: MailRules::DEFAULT,
            lock: LockRules::DEFAULT,
            allow_unverified_email: false,
            app_name: "Poolhouse".to_owned(),
            origin: None,
            locale: Locale::EN,
            templates: Templates::default(),
            look: Look::default(),
            trusted_device_days: 0,
            opens: Opens::Administrator,
            notices_from_verify: true,
            door: Door::default(),
        }
    }

    /// The same settings with an operator's own words for the mail.
    ///
    /// # Errors
    /// The default language has neither built-in words nor templates.
    pub fn with_templates(mut self, templates: Templates) -> Result<Self, SettingsError> {
        self.templates = templates;
        let tag = self.locale.tag();
        if !self.locale.has_words() && self.templates.find_locale(tag).is_none() {
            let problem = format!("is {tag}, a language without built-in words or templates");
            let remedy = format!("give MAIL_TEMPLATES a folder {tag}, or set another language");
            return Err(SettingsError::new("DEFAULT_LOCALE", problem, remedy));
        }
        Ok(self)
    }

    /// Seconds that a code lives: never longer than the session that waits for it.
    #[must_use]
    pub fn code_life_s(&self) -> u32 {
        self.code_ttl_s.min(self.session_s())
    }

    pub(crate) fn session_s(&self) -> u32 {
        60 * u32::from(self.session_minutes)
    }

    /// Whether every setting is inside its limits.
    ///
    /// # Errors
    /// The first setting that is not, with what to do about it.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.check_without_keys()?;
        if self.trusted_device_days > 0 && self.keys.is_none() {
            let problem = "is set without OTP_KEY, which signs what a device keeps";
            let remedy = "set OTP_KEY too, or 0 days";
            return Err(SettingsError::new("TRUSTED_DEVICE_DAYS", problem, remedy));
        }
        Ok(())
    }

    pub(crate) fn check_without_keys(&self) -> Result<(), SettingsError> {
        self.numbers()
            .into_iter()
            .try_for_each(|(variable, value, range, why)| in_range(variable, value, &range, why))?;
        self.check_texts()
    }

    /// Every number that has limits: its variable, what it is, the limits, and why there are any.
    fn numbers(&self) -> [(&'static str, u32, RangeInclusive<u32>, &'static str); 13] {
        let (mails, lock) = (self.mails, self.lock);
        let days = u32::from(self.trusted_device_days);
        [
            ("CODE_LENGTH", u32::from(self.code.length), 6..=12, TOO_SHORT),
            (
                "CODE_TTL_SECONDS",
                self.code_ttl_s,
                60..=LONGEST_CODE_TTL_S,
                "a code that lives longer than 10 minutes can be guessed or stolen (OWASP ASVS 6.5.5)",
            ),
            (
                "SESSION_MINUTES",
                u32::from(self.session_minutes),
                3..=15,
                "Cognito waits 3 to 15 minutes for an answer",
            ),
            (
                "MAX_ATTEMPTS",
                u32::from(self.max_attempts),
                1..=5,
                "every attempt is a guess",
            ),
            (
                "RESEND_COOLDOWN_SECONDS",
                self.resend_cooldown_s,
                30..=300,
                "a shorter pause lets anyone with the password fill the mailbox",
            ),
            ("MAILS_AT_ONCE", u32::from(mails.at_once), 1..=10, FILLS_MAILBOX),
            ("MAIL_REFILL_SECONDS", mails.refill_s, 30..=300, FILLS_MAILBOX),
            ("MAILS_PER_HOUR", u32::from(mails.per_hour), 1..=20, FILLS_MAILBOX),
            ("MAILS_PER_DAY", u32::from(mails.per_day), 1..=60, FILLS_MAILBOX),
            (
                "MAIL_BEYOND_LIMIT_SECONDS",
                mails.beyond_limit_s,
                60..=LONGEST_MAIL_WAIT_S,
                "nobody may wait longer than 15 minutes for a code",
            ),
            (
                "WRONG_CODES_PER_15_MINUTES",
                u32::from(lock.per_quarter_hour),
                5..=20,
                STOPS_GUESSING,
            ),
            (
                "WRONG_CODES_PER_DAY",
                u32::from(lock.per_day),
                5..=100,
                STOPS_GUESSING,
            ),
            ("TRUSTED_DEVICE_DAYS", days, 0..=90, STOLEN),
        ]
    }

    /// The keys for trusted devices, if any device may be trusted.
    pub(crate) fn trusted_device_keys(&self) -> Option<&Keys> {
        self.keys.as_ref().filter(|_| self.trusted_device_days > 0)
    }

    fn check_texts(&self) -> Result<(), SettingsError> {
        self.look.check()?;
        let name = self.attribute.strip_prefix("custom:").unwrap_or_default();
        if name.is_empty() || name.len() > 20 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            let problem = "is not the name of one custom attribute";
            return Err(SettingsError::new(
                "CUSTOM_ATTRIBUTES",
                problem,
                "set custom:authChallenge",
            ));
        }
        if self
            .user_pool_id
            .as_deref()
            .is_some_and(|id| id.is_empty() || id.len() > 55)
        {
            let problem = "is not the id of a user pool";
            return Err(SettingsError::new(
                "USER_POOL_ID",
                problem,
                "set it like eu-central-1_AbCd12345, or not at all",
            ));
        }
        let length = self.app_name.chars().count();
        if length == 0 || length > LONGEST_APP_NAME || !self.app_name.chars().all(printable) {
            let problem = "does not fit the subject of a mail";
            let remedy = "set 1 to 64 printable characters on one line";
            return Err(SettingsError::new("APP_NAME", problem, remedy));
        }
        if !self.origin.as_deref().is_none_or(is_host_name) {
            let problem = "is not a host name";
            return Err(SettingsError::new(
                "MAIL_ORIGIN",
                problem,
                "set it like login.example.com, without https://",
            ));
        }
        Ok(())
    }
}

fn in_range(
    variable: &'static str,
    value: u32,
    range: &RangeInclusive<u32>,
    why: &str,
) -> Result<(), SettingsError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (problem, remedy) = (
        format!("is {value}, {why}"),
        format!("set {} to {}", range.start(), range.end()),
    );
    Err(SettingsError::new(variable, problem, remedy))
}

/// Neither a control character nor one that turns the direction of the text around it.
fn printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}
