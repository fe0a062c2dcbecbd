//! `docs/reference/cli.md`, from clap's tree of commands.

use std::fmt::Write;

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command};

use super::row;

const HEAD: &str =
    "<!-- Written by `cargo xtask codegen` from the program's own command line. -->\n# The command line\n\n";

const USAGE_NOTE: &str = "\n`poolhouse help` and `poolhouse help COMMAND` say the same. `[AWS]` and `[CHANGES]` stand for \
                          [options that several commands share](#aws).\n";

/// What is worth reading beside a command.
const NOTES: [(&str, &str); 8] = [
    (
        "serve",
        "[The configuration file](configuration.md) has more settings, and [the functions' settings](function-settings.md#the-mail-2fa-create-2fa-verify) say more of mail servers.",
    ),
    (
        "config check",
        "```\n$ poolhouse config check\npoolhouse.toml:6: mail.from must be an email address, such as App <no-reply@example.com>\n\
         poolhouse.toml:9: http.conections is not a setting. Those there are here: connections, proxies, …\n\
         127.0.0.1:9229 cannot be listened on: another program, perhaps another poolhouse, uses it. Choose another with --listen: …\n\
         poolhouse.toml: 3 faults\n```\n\nWith `--output json`: `{\"File\":…,\"Faults\":[{\"File\":…,\"Line\":6,\"Key\":\"mail.from\",\"Problem\":…}],\"Warnings\":[…]}`.",
    ),
    (
        "keys",
        "```\n$ poolhouse keys create --output json\n{\"AccessKeyId\":\"AKIA…\",\"Pools\":null,\"Operations\":null,\"ReadOnly\":false,\"SecretAccessKey\":\"…\"}\n```\n\n[The guide](../guides/keys.md#what-an-access-key-may-do) says what a key may do and how to keep it to less.",
    ),
    (
        "mail",
        "[The guide](../guides/mail.md#try-it) shows both, and [the templates](mail-templates.md) how to write a mail of your own.\n\n\
         ```\nrelay.example.com:587 took the mail in 312 ms\nses.eu-central-1 did not take the mail after 88 ms: the mail relay refused SendEmail with 400 MessageRejected (…)\n```",
    ),
    (
        "attach",
        "For a pool that exists, on AWS or on Poolhouse: [the guide](../guides/on-an-existing-cognito-pool.md) walks through it. This command and the three below read no `poolhouse.toml` and need no server on this machine.",
    ),
    (
        "rollback",
        "[The guide](../guides/on-an-existing-cognito-pool.md) says what a snapshot holds.",
    ),
    (
        "doctor",
        "[The doctor's rules](doctor.md) have a page of their own, with [what `--fix` mends](doctor.md#the-rules).",
    ),
    (
        "AWS",
        "The commands also look at the variables and files of [AWS's own tools](../guides/on-an-existing-cognito-pool.md#credentials-and-regions).",
    ),
];

const TAIL: &str = "\
## Exit codes

0 if the command did what it was asked, also if there was nothing to do; 1 if not; 2 if the arguments are wrong, and what [`doctor`](doctor.md) says. `NO_COLOR`
switches colours off; there are none where standard output is no terminal.

## HTTP

| | |
|---|---|
| `POST /` | the API |
| `GET /{pool id}/.well-known/jwks.json`, `…/openid-configuration` | a pool's keys and discovery document |
| `GET /health` | `200 {\"status\":\"ok\"}` while the store answers, else `503` |
| `GET /health/live`, `/health/ready` | whether the process lives, and whether it takes requests (docs/guides/run-in-production.md) |
| `GET /confirmUser` | where the link in a sign-up's mail leads |
| `POST /mail/bounces` | what a mail service tells of addresses that take no mail (docs/guides/mail.md) |
| `GET /`, `/config.json` | the sign-in page and what it needs to know |
| `GET`, `DELETE /inbox/api/messages` | with `--inbox`, and from this machine only: the mails, newest first, `[{id, to, from, subject, text, html, receivedAt}]`; `?to=ADDRESS` for one recipient |
";

pub fn page() -> String {
    let mut root = poolhouse_server::cli::command();
    root.build();
    let mut text = format!("{HEAD}```\n");
    for command in commands(&root) {
        usage(&mut text, "poolhouse", command);
    }
    text.push_str("```\n");
    text.push_str(USAGE_NOTE);
    for command in commands(&root) {
        section(&mut text, "##", "", command);
    }
    for heading in headings(&root) {
        shared(&mut text, &root, &heading);
    }
    text.push('\n');
    text.push_str(TAIL);
    text
}

/// The commands below one, without the help that clap adds.
fn commands(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
}

/// All commands that do something, with those below others, by their whole names.
fn all(root: &Command) -> Vec<(String, &Command)> {
    fn add<'a>(found: &mut Vec<(String, &'a Command)>, before: &str, command: &'a Command) {
        let name = format!("{before}{}", command.get_name());
        for below in commands(command) {
            add(found, &format!("{name} "), below);
        }
        found.push((name, command));
    }
    let mut found = Vec::new();
    for command in commands(root) {
        add(&mut found, "", command);
    }
    found
}

/// The arguments of a command, without those that clap adds.
fn arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|argument| !["help", "version"].contains(&argument.get_id().as_str()))
}

/// A line for the command, or for each of those below it.
fn usage(text: &mut String, before: &str, command: &Command) {
    let name = format!("{before} {}", command.get_name());
    let mut below = commands(command).peekable();
    if below.peek().is_some() {
        below.for_each(|command| usage(text, &name, command));
        return;
    }
    text.push_str(&name);
    let mut heading = None;
    for argument in arguments(command) {
        match argument.get_help_heading() {
            None => {
                let _ = write!(text, " {}", in_usage(argument));
            }
            Some(shared) if heading != Some(shared) => {
                let _ = write!(text, " [{}]", shared.to_uppercase());
                heading = Some(shared);
            }
            Some(_) => {}
        }
    }
    text.push('\n');
}

fn in_usage(argument: &Arg) -> String {
    let more = if matches!(argument.get_action(), ArgAction::Append) {
        "…"
    } else {
        ""
    };
    match argument.is_required_set() {
        true => format!("{}{more}", spelled(argument)),
        false => format!("[{}{more}]", spelled(argument)),
    }
}

/// An argument as it is typed: `--listen ADDRESS:PORT`, `--output text|json`, `SNAPSHOT`.
fn spelled(argument: &Arg) -> String {
    let values = || {
        let choices: Vec<_> = argument
            .get_possible_values()
            .iter()
            .map(|value| value.get_name().to_owned())
            .collect();
        let names = argument.get_value_names().unwrap_or_default();
        match choices.is_empty() {
            true => names.first().map(ToString::to_string).unwrap_or_default(),
            false => choices.join("|"),
        }
    };
    match argument.get_long() {
        None => values(),
        Some(long) if argument.get_action().takes_values() => format!("--{long} {}", values()),
        Some(long) => format!("--{long}"),
    }
}

fn section(text: &mut String, level: &str, before: &str, command: &Command) {
    let name = format!("{before}{}", command.get_name());
    let about = command.get_long_about().or(command.get_about());
    // Writing to a String cannot fail.
    let _ = write!(text, "\n{level} {name}\n\n{}\n", sentences(about));
    note(text, &name);
    options(
        text,
        arguments(command).filter(|argument| argument.get_help_heading().is_none()),
    );
    for below in commands(command) {
        section(text, &format!("{level}#"), &format!("{name} "), below);
    }
}

fn note(text: &mut String, name: &str) {
    if let Some((_, note)) = NOTES.iter().find(|(about, _)| *about == name) {
        let _ = write!(text, "\n{note}\n");
    }
}

/// The headings of options that several commands share, in the order of their first use.
fn headings(root: &Command) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for argument in all(root).into_iter().flat_map(|(_, command)| arguments(command)) {
        if let Some(heading) = argument.get_help_heading()
            && !found.iter().any(|held| held == heading)
        {
            found.push(heading.to_owned());
        }
    }
    found
}

fn shared(text: &mut String, root: &Command, heading: &str) {
    let is_shared = |argument: &&Arg| argument.get_help_heading() == Some(heading);
    let users: Vec<(String, &Command)> = all(root)
        .into_iter()
        .filter(|(_, command)| arguments(command).any(|argument| is_shared(&argument)))
        .collect();
    let names: Vec<String> = users.iter().map(|(name, _)| format!("`{name}`")).collect();
    let _ = write!(text, "\n## {heading}\n\nOptions of {}.\n", names.join(", "));
    note(text, heading);
    if let Some((_, command)) = users.first() {
        options(text, arguments(command).filter(is_shared));
    }
}

fn options<'a>(text: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    let mut rows = arguments.map(option).peekable();
    if rows.peek().is_some() {
        text.push_str("\n| option | default | |\n|---|---|---|\n");
        rows.for_each(|row| text.push_str(&row));
    }
}

fn option(argument: &Arg) -> String {
    let help = sentences(argument.get_long_help().or(argument.get_help()));
    let (help, stated) = without_default(&help);
    let given: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    let default = match stated {
        Some(stated) => stated,
        None if !argument.get_action().takes_values() => "off".to_owned(),
        None if argument.is_required_set() => "needed".to_owned(),
        None if given.is_empty() => "–".to_owned(),
        None => given.join(" "),
    };
    let short = argument.get_short().map(|letter| format!(", `-{letter}`"));
    let name = format!("`{}`{}", spelled(argument), short.unwrap_or_default());
    row(&[&name, &default, &help])
}

/// Takes `[default: …]` out of a help text, which is how options without a fixed default say what holds.
fn without_default(help: &str) -> (String, Option<String>) {
    const MARK: &str = " [default: ";
    let parts = help.split_once(MARK).and_then(|(before, rest)| {
        rest.split_once(']')
            .map(|(stated, after)| (before, stated, after))
    });
    match parts {
        Some((before, stated, after)) => (format!("{before}{after}"), Some(stated.to_owned())),
        None => (help.to_owned(), None),
    }
}

/// A help text as prose: paragraphs joined, each with its full stop.
fn sentences(help: Option<&StyledStr>) -> String {
    let text = help.map(ToString::to_string).unwrap_or_default();
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        match paragraph.ends_with(['.', ':', '…']) || paragraph.is_empty() {
            true => paragraph,
            false => paragraph + ".",
        }
    });
    paragraphs.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_in_words_moves_to_its_column() {
        let help = StyledStr::from("Where to listen [default: 127.0.0.1:9229]\n\nPort 0 takes\na free one.");
        let (text, stated) = without_default(&sentences(Some(&help)));
        assert_eq!(text, "Where to listen. Port 0 takes a free one.");
        assert_eq!(stated.as_deref(), Some("127.0.0.1:9229"));
    }

    #[test]
    fn every_note_stands_beside_a_command() {
        let page = page();
        for (name, note) in NOTES {
            assert!(page.contains(note), "{name}");
        }
    }

    #[test]
    fn shared_options_name_every_command_that_has_them() {
        let page = page();
        let usage = page
            .lines()
            .filter(|line| line.starts_with("poolhouse ") && line.contains(" [AWS]"));
        let (_, shared) = page.split_once("\n## AWS\n").unwrap();
        let listed = shared
            .lines()
            .find(|line| line.starts_with("Options of "))
            .unwrap();
        for line in usage {
            let words = line.split(' ').skip(1);
            let is_name = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
            let name = words.take_while(is_name).collect::<Vec<_>>().join(" ");
            assert!(listed.contains(&format!("`{name}`")), "{line}");
        }
        assert!(listed.contains("`devices forget`"));
    }

    #[test]
    fn every_option_of_every_command_is_told_of() {
        fn check(command: &Command, page: &str) {
            for argument in arguments(command) {
                let row = format!("| `{}`", spelled(argument).replace('|', "\\|"));
                assert!(page.contains(&row), "{} {row}", command.get_name());
            }
            commands(command).for_each(|command| check(command, page));
        }
        let mut root = poolhouse_server::cli::command();
        root.build();
        check(&root, &page());
    }
}
