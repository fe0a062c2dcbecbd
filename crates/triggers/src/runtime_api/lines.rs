//! A process's output, line by line.

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest line handed on, in bytes. A longer one is cut into pieces, so that a process that writes no newline
/// costs no more memory than this.
const LONGEST: usize = 16 * 1024;

/// Hands each line of `output` to `log` until the output ends.
pub(super) async fn forward(mut output: impl AsyncRead + Unpin, log: impl Fn(&str)) {
    let mut lines = Lines::default();
    let mut buffer = vec![0; 4096];
    // An error ends the output as its end does.
    while let Ok(count @ 1..) = output.read(&mut buffer).await {
        lines.push(&buffer[..count], &log);
    }
    lines.finish(&log);
}

#[derive(Default)]
struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    fn push(&mut self, bytes: &[u8], log: impl Fn(&str)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            for part in piece.chunks(LONGEST) {
                if self.begun.len() + part.len() > LONGEST {
                    self.finish(&log);
                }
                self.begun.extend_from_slice(part);
            }
            if piece.ends_with(b"\n") {
                self.finish(&log);
            }
        }
    }

    fn finish(&mut self, log: impl Fn(&str)) {
        let text = String::from_utf8_lossy(&self.begun);
        let line = text.trim_end_matches(['\n', '\r']);
        if !line.is_empty() {
            log(line);
        }
        self.begun.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let seen = RefCell::new(Vec::new());
        let log = |line: &str| seen.borrow_mut().push(line.to_owned());
        let mut lines = Lines::default();
        for piece in pieces {
            lines.push(piece, log);
        }
        lines.finish(log);
        seen.into_inner()
    }

    #[test]
    fn lines_are_whole_wherever_the_output_was_cut() {
        assert_eq!(
            lines(&[b"one\ntw", b"o\r\n\n", b"three"]),
            ["one", "two", "three"]
        );
        assert_eq!(lines(&[b"caf\xc3", b"\xa9\n", b"\xff\n"]), ["café", "\u{fffd}"]);
        assert_eq!(lines(&[]), [""; 0]);
    }

    #[test]
    fn a_line_without_an_end_is_cut_into_pieces() {
        let long = vec![b'x'; LONGEST * 2 + 5];
        let pieces = lines(&[&long[..LONGEST - 1], &long[LONGEST - 1..]]);
        assert!(
            pieces.iter().all(|piece| piece.len() <= LONGEST),
            "{:?}",
            pieces.iter().map(String::len)
        );
        assert_eq!(pieces.concat().len(), long.len());
    }
}
