//! Mails in an operator's own words: files in place of the built-in texts.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use super::locale::{LONGEST_TAG, Locale};

/// The largest file in bytes. Mail programs cut off longer ones.
const LARGEST: usize = 100_000;
/// The longest subject in bytes, its placeholders filled with the longest values that settings allow.
const LONGEST_SUBJECT: usize = 512;

/// Templates by language. A language, or one of its three files, that is not there has the built-in text. A language
/// without built-in words has all three.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Templates(Arc<BTreeMap<&'static str, Files>>);

/// The templates of one language.
#[derive(Clone, Default, PartialEq, Eq)]
struct Files {
    subject: Option<Template>,
    text: Option<Template>,
    html: Option<Template>,
}

/// One of the three parts of a mail, and the file it is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `LANGUAGE/subject.txt`, one line
    Subject,
    /// `LANGUAGE/text.txt`
    Text,
    /// `LANGUAGE/mail.html`
    Html,
}

impl Part {
    const ALL: [Self; 3] = [Self::Subject, Self::Text, Self::Html];

    const fn file_name(self) -> &'static str {
        match self {
            Self::Subject => "subject.txt",
            Self::Text => "text.txt",
            Self::Html => "mail.html",
        }
    }
}

/// What stands in double braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// The name of the app.
    App,
    /// The code.
    Code,
    /// Browser and system of who asked for it.
    Device,
    /// The line that binds the code to the sign-in page, if its host name is set.
    OriginLine,
    /// Where it was asked for.
    Place,
    /// Whom to ask.
    Support,
    /// When the code was asked for.
    Time,
    /// When the code ends.
    Until,
}

impl Placeholder {
    const ALL: [(&'static str, Self); 8] = [
        ("app", Self::App),
        ("code", Self::Code),
        ("device", Self::Device),
        ("origin_line", Self::OriginLine),
        ("place", Self::Place),
        ("support", Self::Support),
        ("time", Self::Time),
        ("until", Self::Until),
    ];

    fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(other, _)| *other == name.trim());
        found.map(|(_, placeholder)| placeholder)
    }

    /// The longest value in bytes.
    const fn longest(self) -> usize {
        match self {
            Self::App => 64 * 4,
            Self::Code => 12,
            Self::Device => 32,
            Self::OriginLine => 270,
            Self::Place => 64 * 4,
            Self::Support => 200 * 4,
            Self::Time => 64,
            Self::Until => 32,
        }
    }

    fn names() -> String {
        Self::ALL.map(|(name, _)| format!("{{{{{name}}}}}")).join(", ")
    }
}

/// A file, read: text and placeholders in turn.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Placeholder),
}

impl Templates {
    /// Reads every file there is. `folders` are the names in the folder of templates, `file` gives the content of
    /// `en/subject.txt`, `en/text.txt`, `en/mail.html` and so on for each folder, or [`io::ErrorKind::NotFound`].
    ///
    /// # Errors
    /// A folder named after no language, one of a language without built-in words that lacks a file, a file that cannot be
    /// read or used, or no file at all.
    pub fn read(
        folders: impl IntoIterator<Item = String>,
        file: impl Fn(&str) -> io::Result<String>,
    ) -> Result<Self, TemplateError> {
        let mut locales: Vec<Locale> = Locale::all().collect();
        for folder in folders.into_iter().filter(|folder| !folder.starts_with('.')) {
            let locale = Locale::by_templates(&folder).ok_or_else(|| {
                let known: Vec<_> = Locale::all().map(Locale::tag).collect();
                let problem = format!(
                    "is named after no language; there are {}, and any other by its tag, such as sv or pt-AO",
                    known.join(", ")
                );
                TemplateError::new(&folder, problem)
            })?;
            if !locales.contains(&locale) {
                locales.push(locale);
            }
        }
        let mut languages: BTreeMap<&'static str, Files> = BTreeMap::new();
        for locale in locales {
            for part in Part::ALL {
                let name = format!("{}/{}", locale.tag(), part.file_name());
                match file(&name) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound && !locale.has_words() => {
                        let problem = "is not there: a language without built-in words needs all three files";
                        return Err(TemplateError::new(&name, problem));
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(TemplateError::new(&name, format!("cannot be read: {error}"))),
                    Ok(content) => {
                        let template = Template::parse(part, &content);
                        let template = template.map_err(|problem| TemplateError::new(&name, problem))?;
                        let files = languages.entry(locale.tag()).or_default();
                        *files.slot(part) = Some(template);
                    }
                }
            }
        }
        if languages.is_empty() {
            let problem = "is not there, nor is any other template (LANGUAGE/subject.txt, LANGUAGE/text.txt, LANGUAGE/mail.html)";
            return Err(TemplateError::new("en/mail.html", problem));
        }
        Ok(Self(Arc::new(languages)))
    }

    /// The languages that they add to the built-in ones.
    pub fn added(&self) -> impl Iterator<Item = Locale> {
        let is_added = |tag: &&&str| Locale::all().all(|locale| locale.tag() != **tag);
        self.0
            .keys()
            .filter(is_added)
            .filter_map(|tag| Locale::by_templates(tag))
    }

    /// The language of a code's mail for this tag, added ones included: with this region or script if there is one, else
    /// in any.
    #[must_use]
    pub fn find_locale(&self, tag: &str) -> Option<Locale> {
        if tag.len() > LONGEST_TAG {
            return None;
        }
        let wanted = tag.trim().replace('_', "-");
        let mut added = self.added();
        added
            .find(|locale| locale.tag().eq_ignore_ascii_case(&wanted))
            .or_else(|| Locale::find(&wanted))
            .or_else(|| self.added().find(|locale| locale.is_primarily(&wanted)))
    }

    /// Whether this part of the mail in this language has a file.
    #[must_use]
    pub fn has(&self, locale: Locale, part: Part) -> bool {
        self.find(locale, part).is_some()
    }

    pub(super) fn find(&self, locale: Locale, part: Part) -> Option<&Template> {
        let files = self.0.get(locale.tag())?;
        match part {
            Part::Subject => files.subject.as_ref(),
            Part::Text => files.text.as_ref(),
            Part::Html => files.html.as_ref(),
        }
    }
}

impl Files {
    fn slot(&mut self, part: Part) -> &mut Option<Template> {
        match part {
            Part::Subject => &mut self.subject,
            Part::Text => &mut self.text,
            Part::Html => &mut self.html,
        }
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Template {
    /// Reads a file and checks that a mail can be made of it. The error says what is wrong with it.
    fn parse(part: Part, content: &str) -> Result<Self, String> {
        let content = content.strip_prefix('\u{feff}').unwrap_or(content);
        if content.len() > LARGEST {
            return Err(format!(
                "is larger than {LARGEST} bytes, where mail programs cut it off"
            ));
        }
        let content = match part {
            Part::Subject => content.trim(),
            Part::Text | Part::Html => content,
        };
        let template = Self(pieces(content)?);
        let has_code = template.shows(Placeholder::Code);
        match part {
            Part::Subject if content.is_empty() => Err("is empty".to_owned()),
            Part::Subject if template.longest() > LONGEST_SUBJECT => {
                Err(format!("can become longer than {LONGEST_SUBJECT} bytes"))
            }
            Part::Subject if content.chars().any(char::is_control) => {
                Err("must be one line without control characters".to_owned())
            }
            Part::Subject if has_code || template.shows(Placeholder::OriginLine) => {
                Err("shows the code: locked screens and relays' logs show subjects".to_owned())
            }
            Part::Text | Part::Html if !has_code => {
                Err("has no {{code}}: nobody could read the code in it".to_owned())
            }
            Part::Text | Part::Html if content.chars().any(is_forbidden) => {
                Err("holds a control character other than a tab or a line break".to_owned())
            }
            Part::Subject | Part::Text | Part::Html => Ok(template),
        }
    }

    /// The text with each placeholder's value in its place. Values are not looked at for placeholders again.
    pub(super) fn fill(&self, value: impl Fn(Placeholder) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(placeholder) => value(*placeholder),
        });
        pieces.collect()
    }

    /// How long it can become, in bytes.
    fn longest(&self) -> usize {
        let longest = |piece: &Piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Value(placeholder) => placeholder.longest(),
        };
        self.0.iter().map(longest).sum()
    }

    /// Whether it shows this.
    pub(super) fn shows(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&Piece::Value(placeholder))
    }
}

fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

fn pieces(content: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = content;
    while let Some((before, after)) = rest.split_once("{{") {
        let line = || content[..content.len() - after.len()].lines().count();
        let (name, behind) = after
            .split_once("}}")
            .ok_or_else(|| format!("line {}: {{{{ without }}}} behind it", line()))?;
        let placeholder = Placeholder::named(name).ok_or_else(|| {
            let name: String = name.chars().take(40).collect();
            let names = Placeholder::names();
            format!(
                "line {}: {{{{{name}}}}} is no placeholder; there are {names}",
                line()
            )
        })?;
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::Value(placeholder));
        rest = behind;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

/// A template that cannot be used: the file, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    file: String,
    problem: String,
}

impl TemplateError {
    fn new(file: &str, problem: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }

    /// The file, relative to the folder of templates.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mail template {} {}", self.file, self.problem)
    }
}

impl std::error::Error for TemplateError {}
