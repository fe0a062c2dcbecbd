//! The languages of the mail, and which one a sign-in gets.

use std::fmt;

use super::texts::{ALL, EN};
use super::words::Texts;

/// The longest language tag that is looked at: RFC 5646 section 4.4.1 asks for 35 at least.
const LONGEST_TAG: usize = 35;

/// A language that the mail is written in.
#[derive(Clone, Copy)]
pub struct Locale(&'static Texts);

impl Locale {
    /// English, the default.
    pub const EN: Self = Self(EN);

    /// All languages.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|texts| Self(texts))
    }

    /// The language of this tag (`de`, `de-AT`, `pt_BR`): with this region if there is one, else in any.
    #[must_use]
    pub fn find(tag: &str) -> Option<Self> {
        if tag.len() > LONGEST_TAG {
            return None;
        }
        let tag = tag.trim().replace('_', "-");
        let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let named = |tag: &str| Self::all().find(|locale| locale.tag().eq_ignore_ascii_case(tag));
        named(&tag)
            .or_else(|| named(written_like(&tag.to_ascii_lowercase())?))
            .or_else(|| Self::all().find(|locale| language(locale.tag()) == language(&tag)))
    }

    /// The language that the client asked for, else the one of the user's `locale` attribute, else the default.
    #[must_use]
    pub fn choose(client: Option<&str>, user: Option<&str>, default: Self) -> Self {
        client
            .and_then(Self::find)
            .or_else(|| user.and_then(Self::find))
            .unwrap_or(default)
    }

    /// The tag, as in `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        self.0.tag
    }

    /// Whether it is written from right to left.
    #[must_use]
    pub const fn is_right_to_left(self) -> bool {
        self.0.right_to_left
    }

    pub(super) const fn texts(self) -> &'static Texts {
        self.0
    }
}

/// The language that a region or a script is written in, where it is not the first one of its name.
fn written_like(tag: &str) -> Option<&'static str> {
    let mut parts = tag.split('-');
    let language = parts.next()?;
    let says = |names: &[&str]| tag.split('-').skip(1).any(|part| names.contains(&part));
    match language {
        "zh" if says(&["hans"]) => None,
        "zh" if says(&["hant", "hk", "mo", "tw"]) => Some("zh-TW"),
        "pt" if says(&["ao", "cv", "gw", "mz", "st", "tl"]) => Some("pt-PT"),
        "iw" => Some("he"),
        _ => None,
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.tag() == other.tag()
    }
}

impl Eq for Locale {}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({})", self.tag())
    }
}
