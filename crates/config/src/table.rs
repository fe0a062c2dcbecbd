//! Reading TOML by hand, so that every mistake is told with its key and what to do about it.

use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::{Table, Value};

use super::keys::Key;
use super::nearest::nearest_first;

/// The most requests a second that a limit can be.
const FASTEST: u32 = 100_000;

/// What is wrong in the configuration file.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// The key, with the tables it is in; empty where the whole file is meant.
    pub key: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "{}: {}", self.file.display(), self.problem),
            key => write!(f, "{}: {key} {}", self.file.display(), self.problem),
        }
    }
}

impl std::error::Error for ConfigError {}

/// The whole file as a table.
pub(super) fn table_of(file: &Path, text: &str) -> Result<Table, ConfigError> {
    // The parser's message quotes the line, which may hold a password; its position does not.
    text.parse::<Table>().map_err(|error| ConfigError {
        file: file.to_owned(),
        key: String::new(),
        problem: format!(
            "is not TOML at line {}: {}",
            line_of(text, error.span()),
            error.message()
        ),
    })
}

/// The number of the line that a place in a text is in.
pub(super) fn line_of(text: &str, place: Option<Range<usize>>) -> usize {
    let before = place.and_then(|place| text.get(..place.start));
    before.unwrap_or_default().matches('\n').count() + 1
}

/// A table whose keys are taken one by one. What is left at the end is a mistake.
pub(super) struct Section<'a> {
    file: &'a Path,
    /// The table's own key and a dot, or nothing at the top.
    prefix: String,
    table: Table,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The file's top level.
    pub fn top(file: &'a Path, table: Table) -> Section<'a> {
        Section {
            file,
            prefix: String::new(),
            table,
            known: Vec::new(),
        }
    }

    /// An error about one of this table's keys.
    pub fn error(&self, key: impl AsRef<str>, problem: impl Into<String>) -> ConfigError {
        ConfigError {
            file: self.file.to_owned(),
            key: format!("{}{}", self.prefix, key.as_ref()),
            problem: problem.into(),
        }
    }

    /// A text.
    pub fn text(&mut self, key: &'static Key) -> Result<Option<String>, ConfigError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
            Some(_) => Err(self.error(key, "must be a text in quotes that is not empty")),
        }
    }

    /// A text that `parse` understands; `expected` says what that is.
    pub fn parsed<T>(
        &mut self,
        key: &'static Key,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        parse(&text)
            .map(Some)
            .ok_or_else(|| self.error(key, format!("must be {expected}")))
    }

    /// A number of seconds.
    pub fn seconds(&mut self, key: &'static Key) -> Result<Option<Duration>, ConfigError> {
        let count = self.count(key)?;
        Ok(count.map(|seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))))
    }

    /// A path, taken from where the file lies if it is relative.
    pub fn path(&mut self, key: &'static Key) -> Result<Option<PathBuf>, ConfigError> {
        Ok(self.text(key)?.map(|path| self.beside(&path)))
    }

    /// A path from where the file lies.
    pub fn beside(&self, path: &str) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(path)
    }

    /// A text, or what stands in the file that it names behind an `@`.
    pub fn secret(&self, key: &'static Key, text: String) -> Result<String, ConfigError> {
        let Some(file) = text.strip_prefix('@') else {
            return Ok(text);
        };
        let content = fs::read_to_string(self.beside(file));
        content.map(|content| content.trim().to_owned()).map_err(|error| {
            self.error(
                key,
                format!("names the file {file}, which cannot be read: {error}"),
            )
        })
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &'static Key) -> Result<Option<bool>, ConfigError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Boolean(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.error(key, "must be true or false")),
        }
    }

    /// A whole number from 1 on.
    pub fn count(&mut self, key: &'static Key) -> Result<Option<usize>, ConfigError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Integer(number)) if number > 0 => Ok(usize::try_from(number).ok()),
            Some(_) => Err(self.error(key, "must be a whole number, 1 or more")),
        }
    }

    /// How many requests a second; 0 is no limit.
    pub fn rate(&mut self, key: &'static Key) -> Result<Option<u32>, ConfigError> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let rate = value.as_integer().and_then(|number| u32::try_from(number).ok());
        match rate.filter(|rate| *rate <= FASTEST) {
            Some(rate) => Ok(Some(rate)),
            None => Err(self.error(key, "must be a whole number from 0, for no limit, to 100000")),
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &'static Key) -> Result<Option<Vec<String>>, ConfigError> {
        let text = |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        };
        match self.take(key) {
            None => Ok(None),
            Some(Value::Array(values)) => match values.into_iter().map(text).collect() {
                Some(texts) => Ok(Some(texts)),
                None => Err(self.error(key, "must hold texts in quotes only")),
            },
            Some(_) => Err(self.error(key, "must be a list: [\"…\", \"…\"]")),
        }
    }

    /// A table in this one; an empty one where there is none.
    pub fn section(&mut self, key: &'static Key) -> Result<Section<'a>, ConfigError> {
        match self.take(key) {
            None => Ok(self.below(key.name(), Table::new())),
            Some(Value::Table(table)) => Ok(self.below(key.name(), table)),
            Some(_) => Err(self.error(key, format!("must be a table: [{}{}]", self.prefix, key.name()))),
        }
    }

    /// All of this table's keys as tables of their own, for tables whose keys are names.
    pub fn sections(mut self) -> Result<Vec<(String, Section<'a>)>, ConfigError> {
        let mut sections = Vec::new();
        for (name, value) in std::mem::take(&mut self.table) {
            match value {
                Value::Table(table) => {
                    sections.push((name.clone(), self.below(&format!("\"{name}\""), table)))
                }
                _ => return Err(self.error(&name, "must be a table")),
            }
        }
        Ok(sections)
    }

    /// All of this table's keys with their values as texts, for tables that stand for an environment.
    pub fn variables(mut self) -> Result<Vec<(String, String)>, ConfigError> {
        let mut variables = Vec::new();
        for (name, value) in std::mem::take(&mut self.table) {
            let text = match value {
                Value::String(text) => text,
                Value::Integer(number) => number.to_string(),
                Value::Boolean(flag) => flag.to_string(),
                _ => return Err(self.error(&name, "must be a text, a whole number, true or false")),
            };
            variables.push((name, text));
        }
        Ok(variables)
    }

    /// This table without its keys, to speak of them when they are taken.
    pub fn nameless(&self) -> Section<'a> {
        Section {
            file: self.file,
            prefix: self.prefix.clone(),
            table: Table::new(),
            known: Vec::new(),
        }
    }

    /// Ends the reading of this table: a key that nobody asked for is a mistake.
    pub fn end(self) -> Result<(), ConfigError> {
        match self.table.keys().next() {
            None => Ok(()),
            Some(key) => {
                let known = nearest_first(key, self.known.iter().copied()).join(", ");
                Err(self.error(key, format!("is not a setting. Those there are here: {known}")))
            }
        }
    }

    fn take(&mut self, key: &'static Key) -> Option<Value> {
        self.known.push(key.name());
        self.table.remove(key.name())
    }

    fn below(&self, key: &str, table: Table) -> Section<'a> {
        Section {
            file: self.file,
            prefix: format!("{}{key}.", self.prefix),
            table,
            known: Vec::new(),
        }
    }
}
