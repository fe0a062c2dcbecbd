//! What an operator can set, with the limits that no setting may leave.

use std::fmt;

use crate::code::{Alphabet, CodeFormat};
use crate::keys::Keys;
use crate::mail::{Locale, Look, Templates};

/// The longest life of a code in seconds: OWASP ASVS 5.0, requirement 6.5.5.
pub(crate) const LONGEST_CODE_TTL_S: u32 = 600;

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
    /// Answers that are evaluated in one sign-in, 1 to 5. (`MAX_ATTEMPTS`)
    pub max_attempts: u8,
    /// Seconds between two mails to one user, 30 to 300. (`RESEND_COOLDOWN_SECONDS`)
    pub resend_cooldown_s: u32,
    /// How many mails one user gets. (`MAILS_PER_15_MINUTES`, `MAILS_PER_DAY`)
    pub mail_caps: MailCaps,
    /// How many wrong codes lock a user. (`WRONG_CODES_PER_15_MINUTES`, `WRONG_CODES_PER_DAY`)
    pub lock: LockRules,
    /// Whether a code may go to an address that is not verified. (`ALLOW_UNVERIFIED_EMAIL`)
    pub allow_unverified_email: bool,
    /// The name of the app in the mail. (`APP_NAME`)
    pub app_name: String,
    /// The host name of the sign-in page, for the last line of the mail, which lets devices offer the code on that
    /// page and on no other. (`MAIL_ORIGIN`)
    pub origin: Option<String>,
    /// The language of the mail when neither the client nor the user names one. (`DEFAULT_LOCALE`)
    pub locale: Locale,
    /// The operator's own words for the mail. (`MAIL_TEMPLATES`, read by the caller)
    pub templates: Templates,
    /// How mails look without templates.
    pub look: Look,
    /// Days that a device stays trusted on which a person asked for it, up to 90; 0 trusts none.
    /// (`TRUSTED_DEVICE_DAYS`)
    pub trusted_device_days: u16,
}

/// How many mails one user gets at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailCaps {
    /// In 15 minutes, 1 to 20.
    pub per_quarter_hour: u8,
    /// In a day, 1 to 100.
    pub per_day: u8,
}

/// How many wrong codes lock a user for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockRules {
    /// In 15 minutes, 5 to 20.
    pub per_quarter_hour: u8,
    /// In a day, 5 to 100.
    pub per_day: u8,
}

impl Settings {
    /// The defaults: six digits for five minutes, three attempts, one mail in 30 s, 5 in 15 minutes, 20 a day.
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
            max_attempts: 3,
            resend_cooldown_s: 30,
            mail_caps: MailCaps {
                per_quarter_hour: 5,
                per_day: 20,
            },
            lock: LockRules {
                per_quarter_hour: 10,
                per_day: 60,
            },
            allow_unverified_email: false,
            app_name: "Poolhouse".to_owned(),
            origin: None,
            locale: Locale::EN,
            templates: Templates::default(),
            look: Look::default(),
            trusted_device_days: 0,
        }
    }

    /// Whether every setting is inside its limits.
    ///
    /// # Errors
    /// The first setting that is not, with what to do about it.
    pub fn check(&self) -> Result<(), SettingsError> {
        range(
            "CODE_LENGTH",
            u32::from(self.code.length),
            6,
            12,
            "fewer than 6 characters can be guessed",
        )?;
        let why = "a code that lives longer than 10 minutes can be guessed or stolen (OWASP ASVS 6.5.5)";
        range("CODE_TTL_SECONDS", self.code_ttl_s, 60, LONGEST_CODE_TTL_S, why)?;
        range(
            "MAX_ATTEMPTS",
            u32::from(self.max_attempts),
            1,
            5,
            "every attempt is a guess",
        )?;
        let why = "a shorter pause lets anyone with the password fill the mailbox";
        range("RESEND_COOLDOWN_SECONDS", self.resend_cooldown_s, 30, 300, why)?;
        let why = "past it a mailbox is being filled";
        range(
            "MAILS_PER_15_MINUTES",
            u32::from(self.mail_caps.per_quarter_hour),
            1,
            20,
            why,
        )?;
        range("MAILS_PER_DAY", u32::from(self.mail_caps.per_day), 1, 100, why)?;
        let why = "it must stop guessing and let a person mistype";
        range(
            "WRONG_CODES_PER_15_MINUTES",
            u32::from(self.lock.per_quarter_hour),
            5,
            20,
            why,
        )?;
        range("WRONG_CODES_PER_DAY", u32::from(self.lock.per_day), 5, 100, why)?;
        let why = "a device that is stolen is trusted for as long";
        range(
            "TRUSTED_DEVICE_DAYS",
            u32::from(self.trusted_device_days),
            0,
            90,
            why,
        )?;
        if self.trusted_device_days > 0 && self.keys.is_none() {
            let problem = "is set without OTP_KEY, which signs what a device keeps";
            return Err(SettingsError::new(
                "TRUSTED_DEVICE_DAYS",
                problem,
                "set OTP_KEY too, or 0 days",
            ));
        }
        self.check_texts()
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

/// A setting that cannot be used: its environment variable, what is wrong with it, what to do. The value of a secret
/// is never quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    variable: &'static str,
    problem: String,
    remedy: String,
}

impl SettingsError {
    pub(crate) fn new(variable: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            variable,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The environment variable that sets it.
    #[must_use]
    pub const fn variable(&self) -> &'static str {
        self.variable
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.variable, self.problem, self.remedy)
    }
}

impl std::error::Error for SettingsError {}

fn range(variable: &'static str, value: u32, least: u32, most: u32, why: &str) -> Result<(), SettingsError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let problem = format!("is {value}, {why}");
    Err(SettingsError::new(
        variable,
        problem,
        format!("set {least} to {most}"),
    ))
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
