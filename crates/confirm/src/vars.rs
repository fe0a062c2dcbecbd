//! Settings from environment variables.

use crate::code::Alphabet;
use crate::door::Door;
use crate::keys::{Keys, OtpKey};
use crate::mail::locale::Locale;
use crate::mail::look::Look;
use crate::settings::{Opens, Settings};
use crate::settings_error::SettingsError;

impl Settings {
    /// Reads the settings through `lookup`, which gives the value of a variable. An empty value counts as none.
    ///
    /// # Errors
    /// The first variable that cannot be used, what is wrong with it, and what to do.
    pub fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let vars = Vars { lookup };
        let settings = Self::read(&vars, vars.keys()?)?;
        settings.check()?;
        Ok(settings)
    }

    /// The same for a server that has keys of its own and sets them afterwards: the variables with keys are not asked for.
    ///
    /// # Errors
    /// Those of [`Settings::from_vars`].
    pub fn from_vars_without_keys(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let settings = Self::read(&Vars { lookup }, None)?;
        settings.check_without_keys()?;
        Ok(settings)
    }

    fn read<F: Fn(&str) -> Option<String>>(
        vars: &Vars<F>,
        keys: Option<Keys>,
    ) -> Result<Self, SettingsError> {
        let mut settings = Self::with_keys(keys);
        vars.text("CUSTOM_ATTRIBUTES", &mut settings.attribute);
        settings.user_pool_id = vars.get("USER_POOL_ID");
        vars.number("CODE_LENGTH", &mut settings.code.length)?;
        if let Some(name) = vars.get("CODE_ALPHABET") {
            settings.code.alphabet = Alphabet::parse(&name).ok_or_else(|| {
                SettingsError::new("CODE_ALPHABET", "names no alphabet", "set digits or letters")
            })?;
        }
        vars.number("CODE_TTL_SECONDS", &mut settings.code_ttl_s)?;
        vars.number("MAX_ATTEMPTS", &mut settings.max_attempts)?;
        vars.number("RESEND_COOLDOWN_SECONDS", &mut settings.resend_cooldown_s)?;
        vars.number("SESSION_MINUTES", &mut settings.session_minutes)?;
        vars.number("MAILS_AT_ONCE", &mut settings.mails.at_once)?;
        vars.number("MAIL_REFILL_SECONDS", &mut settings.mails.refill_s)?;
        vars.number("MAILS_PER_HOUR", &mut settings.mails.per_hour)?;
        vars.number("MAILS_PER_DAY", &mut settings.mails.per_day)?;
        vars.number("MAIL_BEYOND_LIMIT_SECONDS", &mut settings.mails.beyond_limit_s)?;
        vars.number("WRONG_CODES_PER_15_MINUTES", &mut settings.lock.per_quarter_hour)?;
        vars.number("WRONG_CODES_PER_DAY", &mut settings.lock.per_day)?;
        vars.flag("ALLOW_UNVERIFIED_EMAIL", &mut settings.allow_unverified_email)?;
        vars.text("APP_NAME", &mut settings.app_name);
        settings.origin = vars.get("MAIL_ORIGIN");
        settings.look = Look::from_vars(|name| vars.get(name))?;
        if let Some(tag) = vars.get("DEFAULT_LOCALE") {
            settings.locale = Locale::find(&tag)
                .or_else(|| Locale::by_templates(&tag))
                .ok_or_else(|| {
                    let known: Vec<_> = Locale::all().map(Locale::tag).collect();
                    let remedy = format!("set one of {}, or one that has templates", known.join(", "));
                    SettingsError::new(
                        "DEFAULT_LOCALE",
                        "names no language that the mail is written in",
                        remedy,
                    )
                })?;
        }
        vars.number("TRUSTED_DEVICE_DAYS", &mut settings.trusted_device_days)?;
        if let Some(name) = vars.get("CLOSED_OPENS_BY") {
            settings.opens = Opens::parse(&name).ok_or_else(|| {
                let remedy = "set password or administrator";
                SettingsError::new("CLOSED_OPENS_BY", "names nobody who opens", remedy)
            })?;
        }
        settings.door = vars.door()?;
        Ok(settings)
    }
}

struct Vars<F> {
    lookup: F,
}

impl<F: Fn(&str) -> Option<String>> Vars<F> {
    fn get(&self, variable: &str) -> Option<String> {
        (self.lookup)(variable)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn text(&self, variable: &str, setting: &mut String) {
        if let Some(value) = self.get(variable) {
            *setting = value;
        }
    }

    fn number<N: TryFrom<u32>>(&self, variable: &'static str, setting: &mut N) -> Result<(), SettingsError> {
        if let Some(value) = self.get(variable) {
            let number = value
                .parse::<u32>()
                .ok()
                .and_then(|number| N::try_from(number).ok());
            *setting = number.ok_or_else(|| {
                SettingsError::new(
                    variable,
                    "is not a number in range",
                    "set a whole number, digits only",
                )
            })?;
        }
        Ok(())
    }

    fn flag(&self, variable: &'static str, setting: &mut bool) -> Result<(), SettingsError> {
        match self.get(variable).as_deref() {
            None => {}
            Some("true") => *setting = true,
            Some("false") => *setting = false,
            Some(_) => {
                return Err(SettingsError::new(
                    variable,
                    "is neither true nor false",
                    "set true or false",
                ));
            }
        }
        Ok(())
    }

    fn door(&self) -> Result<Door, SettingsError> {
        let clients = |variable| {
            let listed = self.get(variable).unwrap_or_default();
            let listed = listed.split(',').map(str::trim);
            listed.filter(|id| !id.is_empty()).map(str::to_owned).collect()
        };
        let mut door = Door {
            clients: clients("REQUIRE_CODE"),
            without_echo: clients("REQUIRE_CODE_WITHOUT_ECHO"),
            hosted_auth: false,
        };
        self.flag("ALLOW_HOSTED_AUTH", &mut door.hosted_auth)?;
        Ok(door)
    }

    fn keys(&self) -> Result<Option<Keys>, SettingsError> {
        match (self.key("OTP_KEY")?, self.key("OTP_KEY_PREVIOUS")?) {
            (None, None) => Ok(None),
            (Some(current), previous) => Ok(Some(Keys { current, previous })),
            (None, Some(_)) => {
                let problem = "is set, but OTP_KEY is not";
                let remedy = "set OTP_KEY to the new key and OTP_KEY_PREVIOUS to the one before it";
                Err(SettingsError::new("OTP_KEY_PREVIOUS", problem, remedy))
            }
        }
    }

    fn key(&self, variable: &'static str) -> Result<Option<OtpKey>, SettingsError> {
        let refused = |error| {
            let remedy = "make one with `openssl rand -base64 32` and give all three functions the same";
            SettingsError::new(variable, format!("is no usable key, {error}"), remedy)
        };
        self.get(variable)
            .map(|text| OtpKey::from_text(&text).map_err(refused))
            .transpose()
    }
}
