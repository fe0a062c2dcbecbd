//! The listener's side of the SMTP grammar: commands and paths.

/// One command line, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    /// EHLO.
    Hello,
    /// HELO, which is answered without extensions.
    OldHello,
    Mail {
        from: &'a str,
        parameters: &'a str,
    },
    Recipient {
        to: &'a str,
    },
    Data,
    Reset,
    Noop,
    Verify,
    Quit,
    /// AUTH with its mechanism and the initial response, if there is one.
    Auth {
        mechanism: &'a str,
        initial: Option<&'a str>,
    },
    /// A command of this list with arguments that it cannot have.
    Malformed,
    /// Anything else.
    Unknown,
}

impl<'a> Command<'a> {
    pub(super) fn parse(line: &'a str) -> Self {
        let line = line.trim_end();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim_start();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" if !rest.is_empty() => Self::Hello,
            "HELO" if !rest.is_empty() => Self::OldHello,
            "EHLO" | "HELO" => Self::Malformed,
            "MAIL" => match path(rest, "FROM:") {
                Some((from, parameters)) => Self::Mail { from, parameters },
                None => Self::Malformed,
            },
            "RCPT" => match path(rest, "TO:") {
                Some((to, "")) if !to.is_empty() => Self::Recipient { to },
                _ => Self::Malformed,
            },
            "DATA" if rest.is_empty() => Self::Data,
            "RSET" if rest.is_empty() => Self::Reset,
            "DATA" | "RSET" => Self::Malformed,
            "NOOP" => Self::Noop,
            "VRFY" => Self::Verify,
            "QUIT" => Self::Quit,
            "AUTH" if !rest.is_empty() => {
                let (mechanism, initial) = rest
                    .split_once(' ')
                    .map_or((rest, None), |(m, i)| (m, Some(i.trim())));
                Self::Auth { mechanism, initial }
            }
            "AUTH" => Self::Malformed,
            _ => Self::Unknown,
        }
    }
}

/// `FROM:<path> parameters`, with any case and any spaces after the colon.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (word, after) = rest.split_at_checked(keyword.len())?;
    if !word.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (path, parameters) = after.trim_start().strip_prefix('<')?.split_once('>')?;
    let legal = path.len() <= 254
        && !path
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '<');
    let separated = parameters.is_empty() || parameters.starts_with(' ');
    (legal && separated).then_some((path, parameters.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_in_any_case_and_wrong_ones_are_told_apart() {
        for (line, command) in [
            ("EHLO there", Command::Hello),
            ("helo there", Command::OldHello),
            ("EHLO", Command::Malformed),
            (
                "MAIL FROM:<a@b.example>",
                Command::Mail {
                    from: "a@b.example",
                    parameters: "",
                },
            ),
            (
                "mail from: <> SIZE=12 BODY=8BITMIME",
                Command::Mail {
                    from: "",
                    parameters: "SIZE=12 BODY=8BITMIME",
                },
            ),
            ("MAIL FROM:a@b.example", Command::Malformed),
            ("MAIL FROM:<a b>", Command::Malformed),
            ("MAIL FROM:<a>x", Command::Malformed),
            (
                "RCPT TO:<dörte@b.example>",
                Command::Recipient {
                    to: "dörte@b.example",
                },
            ),
            ("RCPT TO:<>", Command::Malformed),
            ("RCPT FROM:<a@b.example>", Command::Malformed),
            ("DATA", Command::Data),
            ("DATA now", Command::Malformed),
            ("rset", Command::Reset),
            ("NOOP anything", Command::Noop),
            ("VRFY ada", Command::Verify),
            ("QUIT", Command::Quit),
            (
                "AUTH PLAIN AAAA",
                Command::Auth {
                    mechanism: "PLAIN",
                    initial: Some("AAAA"),
                },
            ),
            (
                "auth LOGIN",
                Command::Auth {
                    mechanism: "LOGIN",
                    initial: None,
                },
            ),
            ("AUTH", Command::Malformed),
            ("STARTTLS", Command::Unknown),
            ("", Command::Unknown),
        ] {
            assert_eq!(Command::parse(line), command, "{line}");
        }
    }
}
