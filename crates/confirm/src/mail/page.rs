//! What every kind of mail is made of: a title and blocks of words, written as text and as HTML.

use super::locale::Locale;
use super::look::Look;

/// One mail, before it is written in either form.
pub(super) struct Page<'a> {
    pub(super) locale: Locale,
    pub(super) look: &'a Look,
    pub(super) app: &'a str,
    pub(super) subject: String,
    pub(super) title: &'static str,
    /// Whether the text begins with the title. A code's does not: the person who waits for it has read the subject.
    pub(super) titled: bool,
    pub(super) blocks: Vec<Block>,
    /// What the placeholders stand for, beside `{app}`.
    pub(super) values: Vec<(&'static str, String)>,
}

/// A piece of a mail. Words hold placeholders, the rest is as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A paragraph.
    Words(&'static str),
    /// A paragraph that matters less.
    Soft(String),
    /// The code, alone.
    Code(String),
    /// A name and its value, the value to be copied as it is.
    Pair(&'static str, String),
    /// Words around an address that can be opened.
    Link(&'static str, String),
    /// The line for machines.
    Machine(String),
}

impl Page<'_> {
    /// The text with its placeholders replaced, each value passed through `write`. What a value holds is not looked at
    /// for placeholders again.
    pub(super) fn fill(&self, text: &str, write: impl Fn(&str) -> String) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, (name, after))) = rest
            .split_once('{')
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            filled.push_str(before);
            filled.push_str(&write(self.value(name)));
            rest = after;
        }
        filled + rest
    }

    fn value(&self, placeholder: &str) -> &str {
        if placeholder == "app" {
            return self.app;
        }
        // The tests know that no text has any other.
        let found = self.values.iter().find(|(name, _)| *name == placeholder);
        found.map_or("", |(_, value)| value)
    }

    /// The words before a value: `User name:`.
    pub(super) fn label(&self, name: &str) -> String {
        self.locale.texts().label.replace("{name}", name)
    }
}
