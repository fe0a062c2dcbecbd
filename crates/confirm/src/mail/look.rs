//! What an operator decides about the look of mails without writing HTML.

use std::fmt;
use std::sync::Arc;

use crate::settings_error::SettingsError;

/// Largest logo in bytes: it is part of every mail.
const LARGEST_LOGO: usize = 32 * 1024;
/// Longest line of text in characters.
const LONGEST_TEXT: usize = 200;

/// The look of mails. The default is plain and says nothing of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The colour of the bar above the text, `#rrggbb`. (`MAIL_COLOUR`)
    pub colour: Option<String>,
    /// The picture above the text. (`MAIL_LOGO`, a file, read by the caller)
    pub logo: Option<Logo>,
    /// Whom to ask: an address, a telephone number, a page. (`MAIL_SUPPORT`)
    pub support: Option<String>,
    /// The last line: who sends this and from where. (`MAIL_FOOTER`)
    pub footer: Option<String>,
    /// Where people sign in, for invitations. (`SIGN_IN_URL`)
    pub sign_in_url: Option<String>,
    /// Whether the code shows without opening the mail. (`MAIL_SHOW_CODE`)
    pub show_code: ShowCode,
}

/// Where a code shows that a locked screen shows, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShowCode {
    /// Nowhere. (`inside`)
    #[default]
    Inside,
    /// In the first words, which lists of mails show. (`preview`)
    Preview,
    /// In the subject, which relays may log. (`subject`)
    Subject,
}

impl Look {
    /// Reads the settings; `get` gives a variable's value, `None` for an empty one.
    pub(crate) fn from_vars(get: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let show_code = match get("MAIL_SHOW_CODE").as_deref() {
            None | Some("inside") => ShowCode::Inside,
            Some("preview") => ShowCode::Preview,
            Some("subject") => ShowCode::Subject,
            Some(_) => {
                let remedy = "set inside, preview or subject";
                return Err(SettingsError::new(
                    "MAIL_SHOW_CODE",
                    "names no place in a mail",
                    remedy,
                ));
            }
        };
        Ok(Self {
            colour: get("MAIL_COLOUR"),
            logo: None,
            support: get("MAIL_SUPPORT"),
            footer: get("MAIL_FOOTER"),
            sign_in_url: get("SIGN_IN_URL"),
            show_code,
        })
    }

    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let colour = |text: &str| {
            text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
        };
        if !self.colour.as_deref().is_none_or(colour) {
            return Err(SettingsError::new(
                "MAIL_COLOUR",
                "is not a colour",
                "set it like #0a7d5c",
            ));
        }
        for (variable, text) in [("MAIL_SUPPORT", &self.support), ("MAIL_FOOTER", &self.footer)] {
            let fits = |text: &str| {
                (1..=LONGEST_TEXT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
            };
            if !text.as_deref().is_none_or(fits) {
                let remedy = "set 1 to 200 characters on one line";
                return Err(SettingsError::new(variable, "does not fit a mail", remedy));
            }
        }
        let url = |text: &str| {
            let legal = |b: u8| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b);
            text.len() <= 500 && text.starts_with("https://") && text.len() > 8 && text.bytes().all(legal)
        };
        if !self.sign_in_url.as_deref().is_none_or(url) {
            let remedy = "set it like https://login.example.com/";
            return Err(SettingsError::new("SIGN_IN_URL", "is not an https URL", remedy));
        }
        Ok(())
    }
}

/// A picture that goes with the mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    content_type: &'static str,
    bytes: Arc<[u8]>,
}

impl Logo {
    /// The name by which the HTML calls it (RFC 2392).
    pub const CONTENT_ID: &'static str = "logo@poolhouse.invalid";

    /// Reads a PNG, JPEG or GIF file of at most 32 KiB.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, SettingsError> {
        let content_type = match bytes.as_slice() {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'G', b'I', b'F', b'8', ..] => "image/gif",
            _ => {
                let problem = "is not a PNG, JPEG or GIF file";
                return Err(SettingsError::new(
                    "MAIL_LOGO",
                    problem,
                    "convert it: few mail programs show others",
                ));
            }
        };
        if bytes.len() > LARGEST_LOGO {
            let problem = "is larger than 32 KiB";
            return Err(SettingsError::new(
                "MAIL_LOGO",
                problem,
                "make it smaller: it is part of every mail",
            ));
        }
        Ok(Self {
            content_type,
            bytes: bytes.into(),
        })
    }

    /// Its kind: `image/png`.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.content_type, self.bytes.len())
    }
}
