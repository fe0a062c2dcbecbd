//! Quoted-printable (RFC 2045 section 6.7) of a text in one pass: a code's mail is encoded while somebody waits.

/// The longest line without the `=` that breaks it: 76 characters with it.
const LONGEST: usize = 75;
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The text with its lines, ended by `\n`, as CRLF and everything beyond plain ASCII as `=XX`.
pub(crate) fn printable(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8 + 64);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.extend_from_slice(b"\r\n");
        }
        Line {
            out: &mut out,
            room: LONGEST,
        }
        .write(line.as_bytes());
    }
    out
}

struct Line<'a> {
    out: &'a mut Vec<u8>,
    room: usize,
}

impl Line<'_> {
    fn write(&mut self, line: &[u8]) {
        // White space at the end of a line is lost on the way.
        let (mut rest, last) = match line.split_last() {
            Some((last @ (b' ' | b'\t'), before)) => (before, Some(*last)),
            _ => (line, None),
        };
        while let Some(first) = rest.first() {
            let run = rest
                .iter()
                .position(|byte| !is_plain(*byte))
                .unwrap_or(rest.len());
            if run == 0 {
                self.escape(*first);
                rest = &rest[1..];
                continue;
            }
            if self.room == 0 {
                self.break_softly();
            }
            let (now, later) = rest.split_at(run.min(self.room));
            self.out.extend_from_slice(now);
            self.room -= now.len();
            rest = later;
        }
        last.into_iter().for_each(|byte| self.escape(byte));
    }

    fn escape(&mut self, byte: u8) {
        if self.room < 3 {
            self.break_softly();
        }
        let digit = |value: u8| HEX[usize::from(value)];
        self.out
            .extend_from_slice(&[b'=', digit(byte >> 4), digit(byte & 15)]);
        self.room -= 3;
    }

    fn break_softly(&mut self) {
        self.out.extend_from_slice(b"=\r\n");
        self.room = LONGEST;
    }
}

fn is_plain(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

/// What stands for itself, by byte: faster than comparing.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = byte != b'=';
        byte += 1;
    }
    plain[b'\t' as usize] = true;
    plain
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        String::from_utf8(printable(text)).unwrap()
    }

    #[test]
    fn what_is_not_plain_is_escaped_and_long_lines_are_broken() {
        for (text, expected) in [
            ("", ""),
            ("a=b\n", "a=3Db\r\n"),
            ("é", "=C3=A9"),
            ("end \n \t\n", "end=20\r\n =09\r\n"),
            ("a  b", "a  b"),
            (&"x".repeat(76), &format!("{}=\r\nx", "x".repeat(75))),
            (
                &format!("{}=", "x".repeat(73)),
                &format!("{}=\r\n=3D", "x".repeat(73)),
            ),
        ] {
            assert_eq!(written(text), expected, "{text}");
        }
    }

    /// What a reader makes of it.
    fn read(encoded: &str) -> String {
        let joined = encoded.replace("=\r\n", "").replace("\r\n", "\n");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            rest = match first {
                b'=' => {
                    let digits = std::str::from_utf8(&after[..2]).unwrap();
                    bytes.push(u8::from_str_radix(digits, 16).unwrap());
                    &after[2..]
                }
                byte => {
                    bytes.push(*byte);
                    after
                }
            };
        }
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_it_was_written(text in "([a-z= \t\n\u{a0}é語]|[a-z ]{30,90}){0,20}") {
            let encoded = written(&text);
            prop_assert_eq!(read(&encoded), text);
            for line in encoded.split("\r\n") {
                prop_assert!(line.len() <= 76 && line.is_ascii());
                prop_assert!(!line.ends_with([' ', '\t']), "white space at an end");
            }
        }
    }
}
