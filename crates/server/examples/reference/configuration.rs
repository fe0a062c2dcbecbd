//! `docs/reference/configuration.md`, from the table of keys that the reader asks by.

use std::fmt::Write;

use poolhouse_config::keys::{self, Key, Kind, Table, Unset};

use super::row;

const HEAD: &str = "\
<!-- Written by `cargo xtask codegen` from the table of keys that the server reads by. -->
# poolhouse.toml

Everything in it is optional. An unknown key is a mistake, and the server says which and does not start; [`poolhouse config check`](cli.md#config-check) says all that is wrong at once. Paths are taken from where the file lies.
[Options of the command line](cli.md#serve) win.

";

const CONFIRM: &str = r#"
## [confirm]

Settings of the confirm-code functions that run in the server, by the names of [the functions' variables](function-settings.md#the-flow-all-functions):

```toml
[confirm]
CODE_TTL_SECONDS = 300
APP_NAME = "Example"
```

`OTP_KEY` is not set here: the server derives a key of its own from `master.key`.
"#;

const FUNCTIONS: &str = r#"
## [functions]

Function ARNs whose name is `2faDefine`, `2faCreate` or `2faVerify` run in the server. Any other function, or one of these three elsewhere, is mapped by its name or its whole ARN:

```toml
[functions.2faCreate]
program = "functions/2faCreate/bootstrap"   # a program for provided.al2023
processes = 4

[functions.2faCreate.environment]
SMTP_URL = "smtp://mail.example.com"
MAIL_FROM = "no-reply@example.com"
OTP_KEY = "…"
```
"#;

const TAIL: &str = "
[Your own functions on the pool](../guides/your-own-functions.md) shows each kind. What functions print is kept in `logs/<function>.log` in the data folder.

A function that has died is started again. A call has 5 seconds, and is tried again when it ends without an answer, up to three attempts in all.
";

const AWS: &str = r#"
```toml
[aws.parameters]
"/app/captcha-key" = "…"

[aws.secrets]
"app/pepper" = "…"

[aws.templates.code]
subject = "Your code is {{code}}"
text = "{{code}}"
```

[Your own functions on the pool](../guides/your-own-functions.md#functions-that-call-aws) says what else they find.
"#;

/// The tables with keys of their own, one after another.
const PLAIN: [&Table; 13] = [
    &keys::top::TABLE,
    &keys::mail::TABLE,
    &keys::inbox::TABLE,
    &keys::sms::TABLE,
    &keys::web::TABLE,
    &keys::http::TABLE,
    &keys::tls::TABLE,
    &keys::metrics::TABLE,
    &keys::traces::TABLE,
    &keys::audit::TABLE,
    &keys::audit_stream::TABLE,
    &keys::hosted::TABLE,
    &keys::registration::TABLE,
];

pub fn page() -> String {
    let mut text = HEAD.to_owned();
    text.push_str(&example());
    rows(&mut text, &keys::top::TABLE);
    let (before, after) = (&PLAIN[1..4], &PLAIN[4..]);
    before.iter().for_each(|table| section(&mut text, table));
    text.push_str(CONFIRM);
    after.iter().for_each(|table| section(&mut text, table));
    text.push_str(FUNCTIONS);
    rows(&mut text, &keys::functions::TABLE);
    text.push_str(TAIL);
    section(&mut text, &keys::aws::TABLE);
    section(&mut text, &keys::aws_template::TABLE);
    text.push_str(AWS);
    text
}

/// A file with every key.
fn example() -> String {
    let mut text = "```toml\n".to_owned();
    for table in PLAIN {
        if !table.heading.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n{}\n", table.heading);
        }
        for key in table.keys.iter().filter(|key| key.kind() != Kind::Table) {
            let _ = writeln!(text, "{} = {}", key.name(), key.example());
        }
    }
    text + "```\n"
}

fn section(text: &mut String, table: &Table) {
    let _ = write!(text, "\n## {}\n", table.heading);
    rows(text, table);
}

fn rows(text: &mut String, table: &Table) {
    text.push_str("\n| key | takes | default | |\n|---|---|---|---|\n");
    for key in table.keys {
        let takes = match key.kind() {
            Kind::Text => "text",
            Kind::Path => "path",
            Kind::Texts => "list of texts",
            Kind::Flag => "`true` or `false`",
            Kind::Count => "whole number",
            Kind::Table => "table",
        };
        text.push_str(&row(&[
            &format!("`{}`", key.name()),
            takes,
            &default(key),
            key.about(),
        ]));
    }
}

fn default(key: &Key) -> String {
    match key.unset() {
        Unset::Value(value) => format!("`{value}`"),
        Unset::Words("") => "–".to_owned(),
        Unset::Words(words) => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_row() {
        let page = page();
        for key in PLAIN
            .iter()
            .chain([
                &&keys::functions::TABLE,
                &&keys::aws::TABLE,
                &&keys::aws_template::TABLE,
            ])
            .flat_map(|table| table.keys)
        {
            assert!(page.contains(&format!("| `{}` |", key.name())), "{}", key.name());
        }
    }
}
