//! Every fault of a file at once, each with its line.
//!
//! The reader stops at the first. So it reads again, without what was at fault, until nothing is: whatever it refuses is told of here in
//! the same words, and nothing needs to be checked twice.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::table::{ConfigError, line_of};
use super::{Configuration, read, text_of};

/// A fault and where it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1; `None` if the fault is in no line.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub error: ConfigError,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(line) = self.line else {
            return self.error.fmt(f);
        };
        let ConfigError { file, key, problem } = &self.error;
        match key.as_str() {
            "" => write!(f, "{}:{line}: {problem}", file.display()),
            key => write!(f, "{}:{line}: {key} {problem}", file.display()),
        }
    }
}

/// Reads a file, and returns what it says but for its faults, and those in the order of their lines.
pub fn check(file: &Path) -> (Configuration, Vec<Fault>) {
    match text_of(file) {
        Ok(text) => faults_of(file, &text),
        Err(error) => (Configuration::default(), vec![Fault { line: None, error }]),
    }
}

fn faults_of(file: &Path, text: &str) -> (Configuration, Vec<Fault>) {
    let (document, errors) = DeTable::parse_recoverable(text);
    let Ok(table) = text.parse::<Table>() else {
        // Of half a file, what is missing would be said to be missing.
        let faults = errors.iter().map(|error| Fault {
            line: Some(line_of(text, error.span())),
            error: ConfigError {
                file: file.to_owned(),
                key: String::new(),
                problem: format!("this is not TOML: {}", error.message()),
            },
        });
        return (Configuration::default(), faults.collect());
    };
    let mut search = Search {
        file,
        text,
        document: document.into_inner(),
        table,
        faulty: BTreeSet::new(),
        faults: Vec::new(),
    };
    let configuration = search.run();
    search.faults.sort_by_key(|fault| fault.line);
    (configuration, search.faults)
}

struct Search<'a> {
    file: &'a Path,
    text: &'a str,
    /// The file as it is, with the places of everything in it.
    document: DeTable<'a>,
    /// The file without what was at fault so far.
    table: Table,
    /// Tables that something was taken out of.
    faulty: BTreeSet<Vec<String>>,
    faults: Vec<Fault>,
}

impl Search<'_> {
    fn run(&mut self) -> Configuration {
        loop {
            let error = match read(self.file, self.table.clone()) {
                Ok(configuration) => return configuration,
                Err(error) => error,
            };
            let (path, is_whole) = resolve(&self.table, &error.key);
            let Some((last, above)) = path.split_last() else {
                self.faults.push(Fault { line: None, error });
                return Configuration::default();
            };
            if !is_whole {
                // Something is missing. Where something else was taken out, it may be missing because of that.
                if !self.faulty.contains(&path) {
                    self.add(&path, error);
                }
            } else if !self.check_each(&path, &error) {
                self.add(&path, error);
            }
            let taken = table_at(&mut self.table, above).and_then(|table| table.remove(last));
            if taken.is_none() {
                return Configuration::default();
            }
            self.faulty.insert(above.to_vec());
        }
    }

    fn add(&mut self, path: &[String], error: ConfigError) {
        let line = place_of(&self.document, path).map(|place| line_of(self.text, Some(place)));
        self.faults.push(Fault { line, error });
    }

    /// Says which values of a list are at fault, if there are several and some are by themselves.
    fn check_each(&mut self, path: &[String], error: &ConfigError) -> bool {
        let (Some((last, above)), Some(Value::Array(values))) =
            (path.split_last(), value_at(&self.table, path))
        else {
            return false;
        };
        let mut found = false;
        for (index, value) in values.clone().into_iter().enumerate() {
            let mut table = self.table.clone();
            if let Some(above) = table_at(&mut table, above) {
                above.insert(last.clone(), Value::Array(vec![value]));
            }
            match read(self.file, table) {
                Err(one) if one.key == error.key => {
                    let place = element_of(&self.document, path, index);
                    let line = place.map(|place| line_of(self.text, Some(place)));
                    self.faults.push(Fault { line, error: one });
                    found = true;
                }
                _ => {}
            }
        }
        found
    }
}

/// The part of a key's path, as errors name it, that is in the file, and whether that is all of it.
fn resolve(table: &Table, key: &str) -> (Vec<String>, bool) {
    let (mut path, mut rest, mut table) = (Vec::new(), key, Some(table));
    while !rest.is_empty() {
        let after = |name: &String| {
            let quoted = rest.strip_prefix(&format!("\"{name}\""));
            let after = quoted.or_else(|| rest.strip_prefix(name.as_str()))?;
            (after.is_empty() || after.starts_with('.')).then(|| after.trim_start_matches('.'))
        };
        let found = table
            .into_iter()
            .flatten()
            .find_map(|(name, value)| Some((name, value, after(name)?)));
        let Some((name, value, left)) = found else {
            return (path, false);
        };
        path.push(name.clone());
        rest = left;
        table = value.as_table();
    }
    let is_whole = !path.is_empty();
    (path, is_whole)
}

fn value_at<'a>(table: &'a Table, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let value = table.get(first)?;
    match rest {
        [] => Some(value),
        rest => value_at(value.as_table()?, rest),
    }
}

fn table_at<'a>(table: &'a mut Table, path: &[String]) -> Option<&'a mut Table> {
    path.iter()
        .try_fold(table, |table, name| table.get_mut(name)?.as_table_mut())
}

/// Where a key stands.
fn place_of(document: &DeTable<'_>, path: &[String]) -> Option<Range<usize>> {
    let (first, rest) = path.split_first()?;
    let (key, value) = document.iter().find(|(key, _)| key.get_ref() == first.as_str())?;
    match (rest, value.get_ref()) {
        (rest @ [_, ..], DeValue::Table(table)) => place_of(table, rest),
        _ => Some(key.span()),
    }
}

/// Where a value of a list stands.
fn element_of(document: &DeTable<'_>, path: &[String], index: usize) -> Option<Range<usize>> {
    let (first, rest) = path.split_first()?;
    let (_, value) = document.iter().find(|(key, _)| key.get_ref() == first.as_str())?;
    match (rest, value.get_ref()) {
        ([], DeValue::Array(values)) => values.get(index).map(toml::Spanned::span),
        (rest, DeValue::Table(table)) => element_of(table, rest, index),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file, without its name.
    fn said(text: &str) -> Vec<String> {
        let (_, faults) = faults_of(Path::new("p.toml"), text);
        let strip = |fault: &Fault| fault.to_string().strip_prefix("p.toml:").map(str::to_owned);
        faults.iter().map(|fault| strip(fault).unwrap()).collect()
    }

    #[test]
    fn every_fault_is_named_with_its_line_and_what_is_right_is_read() {
        let text = r#"listen = "localhost"
region = "eu-central-1"

[mail]
from = "nobody"
relay = ["smtp://mail.example.com"]
reply_to = "help@example.com"
bounces_to = 3

[web]
client_id = "c"

[functions."2faCreate"]
runtime = "nodejs"
handler = "index.handler"

[functions.other]
program = "x"
operations = ["Everything"]
"#;
        assert_eq!(
            said(text),
            [
                "1: listen must be an address and a port, such as 127.0.0.1:9229 or localhost:9229",
                "5: mail.from must be an email address, such as App <no-reply@example.com>",
                "6: mail.relay is not a setting. Those there are here: relays, ca, ehlo, from, reply_to, logo, templates, bounces_to, \
                 connections, place_header, bounce_secret, others_per_minute, bounces_per_recipient",
                "8: mail.bounces_to must be a text in quotes that is not empty",
                "10: web.user_pool_id and client_id go together: set both or neither",
                "13: functions.\"2faCreate\".directory is missing: the folder of the handler's file",
                "19: functions.\"other\".operations names Everything, which is no operation",
            ]
        );
        let (configuration, _) = faults_of(Path::new("p.toml"), text);
        assert_eq!(configuration.settings.region, "eu-central-1");
        let reply_to = configuration.settings.mail.reply_to.unwrap();
        assert_eq!(reply_to.address().as_str(), "help@example.com");
    }

    #[test]
    fn what_is_missing_because_something_else_is_wrong_is_no_fault_of_its_own() {
        for (text, expected) in [
            (
                "[functions.f]\nruntime = \"nodejs20.x\"\nhandler = \"index.handler\"",
                &["2: functions.\"f\".runtime must be nodejs, python or provided"][..],
            ),
            (
                "[aws.templates.t]\nsubject = 1\ntext = \"t\"\n[aws.templates.u]\ntext = \"t\"",
                &[
                    "2: aws.templates.\"t\".subject must be a text in quotes that is not empty",
                    "4: aws.templates.\"u\".subject is missing",
                ],
            ),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn each_value_of_a_list_has_its_own_fault() {
        let text = "[mail]\nrelays = [\n  \"smtp://mail.example.com\",\n  \"http://mail.example.com\",\n  \"@/nowhere/relay\",\n]\n";
        let found = said(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("4: mail.relays has an unusable URL: "),
            "{found:?}"
        );
        assert_eq!(
            found[1],
            "5: mail.relays names the file /nowhere/relay, which cannot be read: No such file or directory (os error 2)"
        );
        let four = "[mail]\nrelays = [\"smtp://a.example\", \"smtp://b.example\", \"smtp://c.example\", \"smtp://d.example\"]";
        assert_eq!(said(four), ["2: mail.relays must name at most 3 relays"]);
    }

    #[test]
    fn every_line_that_is_not_toml_is_named_and_none_is_repeated() {
        let found =
            said("listen = 127.0.0.1\nregion = \"eu-central-1\"\nstore = postgres://user:hunter2@db/pool\n");
        let lines: BTreeSet<&str> = found
            .iter()
            .filter_map(|fault| Some(fault.split_once(':')?.0))
            .collect();
        assert_eq!(lines, BTreeSet::from(["1", "3"]), "{found:?}");
        assert!(
            found
                .iter()
                .all(|fault| fault.contains(": this is not TOML: ") && !fault.contains("hunter2"))
        );
    }

    #[test]
    fn a_file_without_faults_is_read_as_a_server_reads_it() {
        let text = "region = \"eu-central-1\"\n[http]\nconnections = 5\n";
        let (configuration, faults) = faults_of(Path::new("p.toml"), text);
        assert_eq!(faults, []);
        let served = crate::parse(Path::new("p.toml"), text).unwrap();
        assert_eq!(format!("{configuration:?}"), format!("{served:?}"));
        let (_, faults) = check(Path::new("/nowhere/p.toml"));
        assert_eq!((faults.len(), faults[0].line), (1, None));
    }
}
