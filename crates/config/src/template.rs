//! `poolhouse init`'s file, from the same table as the reader and docs/reference/configuration.md.

use super::keys::{self, Kind, Table, Unset};

const HEAD: &str = "\
## Settings of Poolhouse. All of them are optional. Take away the # where you want another value.
## Paths are taken from where this file lies. Options of the command line win.
## An unknown key is a mistake: the server says which and does not start.
";

/// How long a line of a comment may get.
const WIDTH: usize = 100;

/// Tables in the order of the file, with what stands above the first key.
const TABLES: [(&Table, &str); 15] = [
    (&keys::top::TABLE, ""),
    (&keys::mail::TABLE, ""),
    (&keys::inbox::TABLE, ""),
    (&keys::sms::TABLE, ""),
    (&keys::web::TABLE, ""),
    (&keys::http::TABLE, ""),
    (&keys::tls::TABLE, ""),
    (&keys::metrics::TABLE, ""),
    (&keys::traces::TABLE, ""),
    (&keys::audit::TABLE, ""),
    (&keys::audit_stream::TABLE, ""),
    (&keys::hosted::TABLE, ""),
    (
        &keys::functions::TABLE,
        "Functions of your own. Those called 2faDefine, 2faCreate and 2faVerify run in the server if there is no table for them.",
    ),
    (
        &keys::aws::TABLE,
        "What functions on this machine find in place of AWS.",
    ),
    (&keys::aws_template::TABLE, ""),
];
/// The settings of the confirm-code functions have names of their own.
const CONFIRM: &str = "
## Settings of the confirm-code functions in the server, by the names of their variables. Here are two of them:
# [confirm]
# CODE_TTL_SECONDS = 300
# APP_NAME = \"Example\"
";

/// A configuration file in which every setting stands, with what it does, and none is switched on.
pub fn template() -> String {
    let mut text = HEAD.to_owned();
    for (table, about) in TABLES {
        if table.heading == keys::web::TABLE.heading {
            text.push_str(CONFIRM);
        }
        push(&mut text, table, about);
    }
    text
}

fn push(text: &mut String, table: &Table, about: &str) {
    if !table.heading.is_empty() {
        text.push('\n');
        push_comment(text, about);
        text.push_str(&format!("# {}\n", table.heading));
    }
    for key in table.keys {
        if key.kind() == Kind::Table {
            continue;
        }
        text.push('\n');
        push_comment(text, &plain(key.about()));
        match key.unset() {
            Unset::Value(_) | Unset::Words("") => {}
            Unset::Words(words) => push_comment(text, &without(&plain(words))),
        }
        let value = match key.unset() {
            Unset::Value(value) => value,
            Unset::Words(_) => key.example(),
        };
        text.push_str(&format!("# {} = {value}\n", key.name()));
    }
}

/// What holds without a key, as a sentence.
fn without(words: &str) -> String {
    match words.strip_prefix("needed") {
        Some(when) => format!("Needed{when}."),
        None => format!("Without it: {words}."),
    }
}

/// A comment of as many lines as it needs. Its mark is not that of a setting which is switched off: `##`.
fn push_comment(text: &mut String, words: &str) {
    let mut line = String::new();
    for word in words.split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() > WIDTH {
            text.push_str(&format!("##{line}\n"));
            line.clear();
        }
        line.push(' ');
        line.push_str(word);
    }
    if !line.is_empty() {
        text.push_str(&format!("##{line}\n"));
    }
}

/// Markdown without what only a page can show: links lead nowhere from here, and code needs no marks.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, link)) = rest.split_once('[') {
        let Some((words, target)) = link.split_once("](") else {
            break;
        };
        let Some((_, after)) = target.split_once(')') else {
            break;
        };
        // A sentence that is a link says nothing without it.
        let is_sentence = before.is_empty() || before.ends_with(". ");
        match after.strip_prefix('.').filter(|_| is_sentence) {
            Some(after) => {
                text.push_str(before.trim_end());
                rest = after;
            }
            None => {
                text.push_str(before);
                text.push_str(words);
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_nothing_as_it_is_and_every_setting_when_it_is_switched_on() {
        let text = template();
        let toml: toml::Table = text.parse().unwrap();
        assert!(toml.is_empty(), "{toml:?}");
        for (table, _) in TABLES {
            for key in table.keys.iter().filter(|key| key.kind() != Kind::Table) {
                let line = format!("\n# {} = ", key.name());
                assert!(text.contains(&line), "{}{}", table.heading, key.name());
            }
        }
        let on: String = text
            .lines()
            .filter(|line| !line.starts_with("##"))
            .map(|line| line.strip_prefix("# ").unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let toml: toml::Table = on.parse().unwrap_or_else(|error| panic!("{error}\n{on}"));
        assert_eq!(toml["listen"].as_str(), Some("127.0.0.1:9229"));
        assert_eq!(toml["confirm"]["CODE_TTL_SECONDS"].as_integer(), Some(300));
    }

    #[test]
    fn links_and_code_become_words() {
        assert_eq!(plain("Where `a` is: [below](#mail). [x"), "Where a is: below. [x");
        assert_eq!(
            plain("A carrier. [All of it](a.md#b). Another."),
            "A carrier. Another."
        );
        assert_eq!(without("needed with relays"), "Needed with relays.");
        assert_eq!(without("the sender"), "Without it: the sender.");
    }
}
