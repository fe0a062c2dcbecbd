//! Bytes to a relay and replies from it, with bounds on both.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::deadlines::Clock;
use crate::error::{Phase, Problem, SendError};
use crate::reply::{Line, Reply};

/// Longest reply line in bytes, line end included. RFC 5321 allows 512; real relays exceed it.
const MAX_LINE: usize = 4096;
/// Most lines in one reply.
const MAX_LINES: usize = 64;

/// What a conversation runs over: TCP, or TLS over it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A stream and what was read from it but not yet asked for.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    buffer: Box<[u8; MAX_LINE]>,
    start: usize,
    end: usize,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            buffer: Box::new([0; MAX_LINE]),
            start: 0,
            end: 0,
        }
    }

    /// Whether the relay has said more than it was asked.
    pub(super) fn has_unread(&self) -> bool {
        self.start < self.end
    }

    /// The bare stream. Fails if bytes were already read from it: after STARTTLS they would be text that someone
    /// slipped in before the encryption (CVE-2011-0411).
    pub(super) fn into_stream(self) -> Result<Box<dyn Stream>, Problem> {
        match self.has_unread() {
            true => Err(Problem::Protocol("text followed the reply to STARTTLS")),
            false => Ok(self.stream),
        }
    }

    /// Writes all of `bytes` and flushes.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.stream.write_all(bytes).await.map_err(Problem::Io)?;
        self.stream.flush().await.map_err(Problem::Io)
    }

    /// Writes one command and reads its reply. One that was there before would shift all that follow.
    pub(super) async fn command(
        &mut self,
        phase: Phase,
        command: &str,
        clock: &Clock,
    ) -> Result<Reply, SendError> {
        if self.has_unread() {
            return Err(SendError::new(
                phase,
                Problem::Protocol("the relay spoke out of turn"),
            ));
        }
        let line = format!("{command}\r\n");
        let exchange = async {
            self.write(line.as_bytes()).await?;
            self.reply().await
        };
        clock.run(phase, exchange).await
    }

    /// Reads one whole reply.
    pub(super) async fn reply(&mut self) -> Result<Reply, Problem> {
        let mut reply: Option<Reply> = None;
        for _ in 0..MAX_LINES {
            let line = self.line().await?;
            let line = Line::parse(line).ok_or(Problem::Protocol("a reply line has no three-digit code"))?;
            let reply = reply.get_or_insert_with(|| Reply::new(line.code));
            if reply.code() != line.code {
                return Err(Problem::Protocol("the lines of a reply differ in their code"));
            }
            reply.push(line.text);
            if line.last {
                return Ok(reply.clone());
            }
        }
        Err(Problem::Protocol("a reply has more than 64 lines"))
    }

    /// One line without its end.
    async fn line(&mut self) -> Result<&[u8], Problem> {
        let mut searched = 0;
        loop {
            let unread = &self.buffer[self.start..self.end];
            if let Some(found) = unread[searched..].iter().position(|b| *b == b'\n') {
                let from = self.start;
                let line_end = from + searched + found;
                self.start = line_end + 1;
                let line = &self.buffer[from..line_end];
                return Ok(line.strip_suffix(b"\r").unwrap_or(line));
            }
            searched = unread.len();
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, searched);
            if self.end == MAX_LINE {
                return Err(Problem::Protocol("a reply line is longer than 4096 bytes"));
            }
            match self
                .stream
                .read(&mut self.buffer[self.end..])
                .await
                .map_err(Problem::Io)?
            {
                0 => return Err(Problem::Closed),
                read => self.end += read,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A wire that has the given bytes to read, in pieces of `piece` bytes.
    async fn replies(bytes: &[u8], piece: usize) -> Vec<Result<String, &'static str>> {
        let (ours, mut theirs) = tokio::io::duplex(piece);
        let bytes = bytes.to_vec();
        let writer = tokio::spawn(async move {
            // The reader hangs up at the first error; what it no longer takes does not matter.
            let _ = theirs.write_all(&bytes).await;
        });
        let mut wire = Wire::new(Box::new(ours));
        let mut seen = Vec::new();
        loop {
            match wire.reply().await {
                Ok(reply) => seen.push(Ok(format!("{} {}", reply.code(), reply.text()))),
                Err(Problem::Closed) => break,
                Err(Problem::Protocol(rule)) => {
                    seen.push(Err(rule));
                    break;
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        drop(wire);
        writer.await.unwrap();
        seen
    }

    #[tokio::test]
    async fn replies_are_the_same_however_the_bytes_arrive() {
        let bytes = b"220 hello\r\n250-mail\r\n250-SIZE 10\r\n250 END\r\n354\r\n250 lenient\n";
        let expected: Vec<Result<String, &str>> =
            ["220 hello", "250 mail\nSIZE 10\nEND", "354 ", "250 lenient"]
                .map(|s| Ok(s.to_owned()))
                .into();
        for piece in [1, 2, 3, 7, 64, 4096] {
            assert_eq!(replies(bytes, piece).await, expected, "in pieces of {piece}");
        }
    }

    #[tokio::test]
    async fn endless_and_mixed_replies_are_cut_off() {
        let endless_line = vec![b'2'; 1 << 20];
        assert_eq!(
            replies(&endless_line, 4096).await,
            [Err("a reply line is longer than 4096 bytes")]
        );
        let endless_lines = b"250-more\r\n".repeat(10_000);
        assert_eq!(
            replies(&endless_lines, 4096).await,
            [Err("a reply has more than 64 lines")]
        );
        let mixed = b"250-one\r\n550 two\r\n";
        assert_eq!(
            replies(mixed, 64).await,
            [Err("the lines of a reply differ in their code")]
        );
        assert_eq!(
            replies(b"hello\r\n", 64).await,
            [Err("a reply line has no three-digit code")]
        );
    }

    #[test]
    fn the_longest_line_that_fits_is_still_read() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let line = format!("250 {}\r\n", "x".repeat(MAX_LINE - 6));
        let seen = runtime.block_on(replies(line.as_bytes(), 100));
        assert_eq!(seen, [Ok(line.trim_end().to_owned())]);
    }

    proptest! {
        #[test]
        fn no_relay_can_upset_the_reader(
            bytes in "(?s).{0,200}|([2-5][0-9]{2}[ -][a-z]{0,9}\r?\n){0,20}",
            piece in 1_usize..64,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let seen = runtime.block_on(replies(bytes.as_bytes(), piece));
            // A broken reply is the last thing that is read.
            prop_assert!(seen.iter().rev().skip(1).all(Result::is_ok));
            prop_assert!(seen.len() <= bytes.lines().count());
        }
    }
}
