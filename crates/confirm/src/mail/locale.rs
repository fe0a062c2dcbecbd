//! The languages of the mail, and which one a sign-in gets.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::texts::{ALL, EN};
use super::times::ISO_8601;
use super::words::Texts;

/// The longest language tag that is looked at: RFC 5646 section 4.4.1 asks for 35 at least.
pub(super) const LONGEST_TAG: usize = 35;

/// The languages that have a code of two letters (ISO 639-1), and three that have none and are written all the same.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv \
    dz ee el en eo es et eu fa ff fi fil fj fo fr fy ga gd gl gn gsw gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is \
    it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb \
    nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st \
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo yue za zh zu";
/// Those among them that are written from right to left.
const RIGHT_TO_LEFT: [&str; 9] = ["ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];

/// A language that the mail is written in: one whose words are built in, or one that an operator's templates add.
#[derive(Clone, Copy)]
pub struct Locale(&'static Texts);

impl Locale {
    /// English, the default.
    pub const EN: Self = Self(EN);

    /// All languages whose words are built in.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|texts| Self(texts))
    }

    /// The built-in language of this tag (`de`, `de-AT`, `pt_BR`): with this region if there is one, else in any.
    #[must_use]
    pub fn find(tag: &str) -> Option<Self> {
        if tag.len() > LONGEST_TAG {
            return None;
        }
        let tag = tag.trim().replace('_', "-");
        let named = |tag: &str| Self::all().find(|locale| locale.tag().eq_ignore_ascii_case(tag));
        named(&tag)
            .or_else(|| named(written_like(&tag.to_ascii_lowercase())?))
            .or_else(|| Self::all().find(|locale| locale.is_primarily(&tag)))
    }

    /// The language of this tag, written as RFC 5646 recommends (`sv`, `pt-AO`, `sr-Latn`), for templates to be its words.
    /// Words that it has no template for are those of the built-in language that its speakers would get. `None`: no
    /// language has this tag.
    pub(crate) fn by_templates(tag: &str) -> Option<Self> {
        if let Some(built_in) = Self::all().find(|locale| locale.tag() == tag) {
            return Some(built_in);
        }
        if !is_tag(tag) {
            return None;
        }
        let mut texts = match Self::find(tag) {
            Some(near) => near.0.clone(),
            None => Texts {
                times: ISO_8601,
                right_to_left: RIGHT_TO_LEFT.contains(&primary(tag).as_str()),
                ..EN.clone()
            },
        };
        // Named once for each tag that an operator gives a folder, for as long as the program runs.
        let mut added = ADDED.lock().unwrap_or_else(PoisonError::into_inner);
        let known = added.iter().find(|locale| locale.tag() == tag).copied();
        Some(known.unwrap_or_else(|| {
            texts.tag = Box::leak(tag.to_owned().into_boxed_str());
            let locale = Self(Box::leak(Box::new(texts)));
            added.push(locale);
            locale
        }))
    }

    /// The language whose built-in words come nearest: itself, one that differs in region or script, else English.
    #[must_use]
    pub fn built_in(self) -> Self {
        Self::find(self.tag()).unwrap_or(Self::EN)
    }

    /// Whether any words of it, or of one that differs in region or script, are built in.
    pub(crate) fn has_words(self) -> bool {
        Self::find(self.tag()).is_some()
    }

    /// Whether this tag names the same language, in whichever region or script.
    pub(super) fn is_primarily(self, tag: &str) -> bool {
        primary(self.tag()) == primary(tag)
    }

    /// The built-in language that the client asked for, else the one of the user's `locale` attribute, else the default.
    #[must_use]
    pub fn choose(client: Option<&str>, user: Option<&str>, default: Self) -> Self {
        client
            .and_then(Self::find)
            .or_else(|| user.and_then(Self::find))
            .unwrap_or_else(|| default.built_in())
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

/// The languages that templates have added.
static ADDED: Mutex<Vec<Locale>> = Mutex::new(Vec::new());

fn primary(tag: &str) -> String {
    tag.split(['-', '_'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// Whether this is a known language and behind it a script (`Latn`), a region (`AT`, `419`) or both.
fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-').peekable();
    let language = parts.next().unwrap_or_default();
    let is_script = |part: &&str| {
        part.len() == 4
            && part.starts_with(|c: char| c.is_ascii_uppercase())
            && part[1..].bytes().all(|b| b.is_ascii_lowercase())
    };
    let is_region = |part: &&str| match part.len() {
        2 => part.bytes().all(|b| b.is_ascii_uppercase()),
        3 => part.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    let _ = parts.next_if(is_script);
    let _ = parts.next_if(is_region);
    LANGUAGES.split_ascii_whitespace().any(|known| known == language) && parts.next().is_none()
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
