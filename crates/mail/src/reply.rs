//! One reply of a relay (RFC 5321 4.2).

use std::fmt;

/// A whole reply, its lines joined. `Display` and `Debug` show the codes and keep the text back: relays quote
/// recipients, and some echo what they were sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    lines: Vec<String>,
}

/// One line of a reply.
pub(crate) struct Line<'a> {
    pub(crate) code: u16,
    pub(crate) last: bool,
    pub(crate) text: &'a [u8],
}

impl<'a> Line<'a> {
    /// Splits `250-text`, `250 text` or `250`; `None` for anything else.
    pub(crate) fn parse(line: &'a [u8]) -> Option<Self> {
        let (digits, rest) = line.split_at_checked(3)?;
        if !matches!(digits[0], b'2'..=b'5') || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let code = digits
            .iter()
            .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
        match rest.split_first() {
            None => Some(Self {
                code,
                last: true,
                text: b"",
            }),
            Some((b' ', text)) => Some(Self {
                code,
                last: true,
                text,
            }),
            Some((b'-', text)) => Some(Self {
                code,
                last: false,
                text,
            }),
            Some(_) => None,
        }
    }
}

impl Reply {
    pub(crate) fn new(code: u16) -> Self {
        Self {
            code,
            lines: Vec::new(),
        }
    }

    /// Keeps a line's text, without the control characters that a log or a terminal would act on.
    pub(crate) fn push(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        self.lines.push(
            text.chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect(),
        );
    }

    /// The three-digit code.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced status code (RFC 3463), such as `5.1.1`, if the text begins with one.
    pub fn enhanced(&self) -> Option<&str> {
        let word = self.lines.first()?.split(' ').next()?;
        let mut parts = word.split('.');
        let digits = |part: Option<&str>, most: usize| {
            part.is_some_and(|p| (1..=most).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
        };
        let class_ok = matches!(word.as_bytes().first(), Some(b'2' | b'4' | b'5'));
        let whole = digits(parts.next(), 1) && digits(parts.next(), 3) && digits(parts.next(), 3);
        (class_ok && whole && parts.next().is_none()).then_some(word)
    }

    /// The text of all lines. It may hold addresses: [`words::masked`](crate::words::masked) is what a log may have.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    pub(crate) fn is_positive(&self) -> bool {
        self.code < 300
    }

    pub(crate) fn is_permanent(&self) -> bool {
        self.code >= 500
    }

    /// Whether it says that there is no such mailbox, or one that takes no mail: by the enhanced codes of RFC 3463, for
    /// a bare `550` is what relays say of anything.
    pub(crate) fn is_about_the_mailbox(&self) -> bool {
        const OF_MAILBOXES: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.2.1", "5.2.2"];
        self.is_permanent()
            && self
                .enhanced()
                .is_some_and(|status| OF_MAILBOXES.contains(&status))
    }

    /// Whether it says that there are too many connections, or that the relay is about to close this one.
    pub(crate) fn is_too_busy(&self) -> bool {
        // 421 of RFC 5321, and what Exchange says of concurrent connections.
        matches!(self.code, 421 | 432)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.enhanced() {
            Some(enhanced) => write!(f, "{} {enhanced}", self.code),
            None => write!(f, "{}", self.code),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, lines: &[&str]) -> Reply {
        let mut reply = Reply::new(code);
        lines.iter().for_each(|line| reply.push(line.as_bytes()));
        reply
    }

    #[test]
    fn only_well_formed_lines_are_replies() {
        for (line, parsed) in [
            ("250 ok", Some((250, true, "ok"))),
            ("250-SIZE 100", Some((250, false, "SIZE 100"))),
            ("354", Some((354, true, ""))),
            ("250", Some((250, true, ""))),
            ("25", None),
            ("2500 ok", None),
            ("250\tok", None),
            ("150 ok", None),
            ("650 ok", None),
            ("2x0 ok", None),
            ("", None),
            ("HTTP/1.1 400 Bad Request", None),
        ] {
            let got = Line::parse(line.as_bytes()).map(|l| (l.code, l.last, String::from_utf8_lossy(l.text)));
            assert_eq!(
                got,
                parsed.map(|(code, last, text)| (code, last, text.into())),
                "{line}"
            );
        }
    }

    #[test]
    fn enhanced_codes_are_found_only_where_they_stand() {
        assert_eq!(
            reply(550, &["5.1.1 <ada@example.com> unknown"]).enhanced(),
            Some("5.1.1")
        );
        assert_eq!(reply(550, &["no such user 5.1.1"]).enhanced(), None);
        assert_eq!(reply(550, &["5.1 short"]).enhanced(), None);
        assert_eq!(reply(550, &["5.1.1.1 long"]).enhanced(), None);
        assert_eq!(reply(550, &[]).enhanced(), None);
    }

    #[test]
    fn only_six_codes_are_about_the_mailbox() {
        for (code, line, about) in [
            (550, "5.1.1 no such user", true),
            (550, "5.1.2 no such domain", true),
            (553, "5.1.3 bad address", true),
            (551, "5.1.6 has moved", true),
            (550, "5.2.1 disabled", true),
            (552, "5.2.2 full", true),
            (452, "4.2.2 full", false),
            (550, "5.7.1 relaying denied", false),
            (550, "no such user", false),
            (554, "5.2.0 SendAsDenied", false),
            (550, "5.1.10 resolver", false),
        ] {
            assert_eq!(
                reply(code, &[line]).is_about_the_mailbox(),
                about,
                "{code} {line}"
            );
        }
    }

    #[test]
    fn what_a_relay_echoes_stays_out_of_logs() {
        let reply = reply(550, &["5.1.1 <ada@example.com>: your code 123456\u{7}"]);
        assert_eq!(reply.to_string(), "550 5.1.1");
        assert_eq!(format!("{reply:?}"), "Reply(550 5.1.1)");
        assert_eq!(reply.text(), "5.1.1 <ada@example.com>: your code 123456 ");
    }
}
