//! One client's conversation with the inbox's listener.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::Inbox;
use super::syntax::Command;

/// Largest message in bytes, as announced by SIZE.
const MAX_MESSAGE: usize = 2 << 20;
/// Longest command line in bytes.
const MAX_COMMAND: u64 = 4096;
/// Most recipients of one message.
const MAX_RECIPIENTS: usize = 100;
/// How long a client may be silent.
const MAX_SILENCE: Duration = Duration::from_secs(60);

/// Whether the conversation goes on.
enum Next {
    Command,
    Close,
}

/// The conversation: who spoke, what they said so far, what we have not answered yet.
pub(super) struct Session<'a, S> {
    stream: BufReader<S>,
    inbox: &'a Inbox,
    now: &'a (dyn Fn() -> i64 + Send + Sync),
    /// Replies gathered while the client has more commands in flight (RFC 2920).
    replies: String,
    greeted: bool,
    from: Option<String>,
    recipients: Vec<String>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    pub(super) fn new(stream: S, inbox: &'a Inbox, now: &'a (dyn Fn() -> i64 + Send + Sync)) -> Self {
        let replies = "220 localhost Poolhouse inbox ESMTP\r\n".to_owned();
        let stream = BufReader::new(stream);
        Self {
            stream,
            inbox,
            now,
            replies,
            greeted: false,
            from: None,
            recipients: Vec::new(),
        }
    }

    /// Serves the client until it quits, hangs up, or breaks a limit.
    pub(super) async fn run(mut self) -> io::Result<()> {
        while let Some(line) = self.line().await? {
            let next = match std::str::from_utf8(&line) {
                Ok(line) => self.answer(Command::parse(line)).await?,
                Err(_) => self.reply("500 5.5.2 Not UTF-8"),
            };
            if matches!(next, Next::Close) {
                break;
            }
        }
        self.flush().await
    }

    /// The next command line, after the client has all replies it waits for. `None` when it hung up or fell silent.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.stream.buffer().is_empty() {
            self.flush().await?;
        }
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(MAX_COMMAND);
        match timeout(MAX_SILENCE, limited.read_until(b'\n', &mut line)).await {
            Ok(read) => read?,
            Err(_) => {
                self.reply("421 4.4.2 Too long without a command");
                return Ok(None);
            }
        };
        match line.last() {
            Some(b'\n') => Ok(Some(line)),
            Some(_) if line.len() as u64 == MAX_COMMAND => {
                self.reply("500 5.5.2 Line too long");
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    async fn answer(&mut self, command: Command<'_>) -> io::Result<Next> {
        Ok(match command {
            Command::Hello => {
                self.greet();
                self.replies.push_str(&format!(
                    "250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                     250-ENHANCEDSTATUSCODES\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE {MAX_MESSAGE}\r\n"
                ));
                Next::Command
            }
            Command::OldHello => {
                self.greet();
                self.reply("250 localhost")
            }
            Command::Mail { .. } | Command::Auth { .. } if !self.greeted => {
                self.reply("503 5.5.1 Say EHLO first")
            }
            Command::Mail { from, parameters } => self.mail(from, parameters),
            Command::Recipient { to } => self.recipient(to),
            Command::Data => return self.data().await,
            Command::Reset => {
                self.reset();
                self.reply("250 2.0.0 Reset")
            }
            Command::Noop => self.reply("250 2.0.0 Here"),
            Command::Verify => self.reply("252 2.5.0 Send and see"),
            Command::Quit => {
                self.reply("221 2.0.0 Bye");
                Next::Close
            }
            Command::Auth { mechanism, initial } => return self.auth(mechanism, initial.is_some()).await,
            Command::Malformed => self.reply("501 5.5.4 Malformed command"),
            Command::Unknown => self.reply("502 5.5.1 Command not known"),
        })
    }

    fn mail(&mut self, from: &str, parameters: &str) -> Next {
        if self.from.is_some() {
            return self.reply("503 5.5.1 A message is already under way");
        }
        for parameter in parameters.split_ascii_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.to_ascii_uppercase().as_str() {
                "SIZE" if value.parse::<usize>().is_ok_and(|size| size > MAX_MESSAGE) => {
                    return self.reply("552 5.3.4 Message too large");
                }
                "SIZE" | "BODY" | "SMTPUTF8" | "AUTH" => {}
                _ => return self.reply("555 5.5.4 Parameter not known"),
            }
        }
        self.from = Some(from.to_owned());
        self.reply("250 2.1.0 Sender noted")
    }

    fn recipient(&mut self, to: &str) -> Next {
        if self.from.is_none() {
            return self.reply("503 5.5.1 Say MAIL first");
        }
        if self.recipients.len() == MAX_RECIPIENTS {
            return self.reply("452 4.5.3 Too many recipients");
        }
        self.recipients.push(to.to_owned());
        self.reply("250 2.1.5 Recipient noted")
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.recipients.is_empty() {
            return Ok(self.reply("503 5.5.1 Say MAIL and RCPT first"));
        }
        self.reply("354 End with a line that is a single dot");
        self.flush().await?;
        Ok(match self.message().await? {
            Some(message) => {
                let from = self.from.take().unwrap_or_default();
                let recipients = std::mem::take(&mut self.recipients);
                self.inbox.deliver(&from, &recipients, &message, (self.now)());
                self.reply("250 2.6.0 Delivered to the inbox")
            }
            None => Next::Close,
        })
    }

    /// The message up to its final dot, its leading dots undone. Only CRLF ends a line here: a bare LF before a dot
    /// is content. `None` when the client hung up, fell silent, or sent too much.
    async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut message = Vec::new();
        let mut line = Vec::new();
        let mut at_line_start = true;
        loop {
            line.clear();
            let room = (MAX_MESSAGE - message.len()) as u64 + 3;
            let mut limited = (&mut self.stream).take(room);
            match timeout(MAX_SILENCE, limited.read_until(b'\n', &mut line)).await {
                Ok(read) => read?,
                Err(_) => return Ok(None),
            };
            if at_line_start && line == b".\r\n" {
                return Ok(Some(message));
            }
            if line.last() != Some(&b'\n') && (line.len() as u64) < room {
                return Ok(None);
            }
            let stuffed = at_line_start && line.first() == Some(&b'.');
            message.extend_from_slice(&line[usize::from(stuffed)..]);
            if message.len() > MAX_MESSAGE {
                self.reply("552 5.3.4 Message too large");
                return Ok(None);
            }
            at_line_start = line.ends_with(b"\r\n");
        }
    }

    /// Takes any credentials: clients that are set up with some must be able to talk to the inbox.
    async fn auth(&mut self, mechanism: &str, initial: bool) -> io::Result<Next> {
        let prompts: &[&str] = match (mechanism.to_ascii_uppercase().as_str(), initial) {
            ("PLAIN", true) => &[],
            ("PLAIN", false) => &["334 "],
            ("LOGIN", true) => &["334 UGFzc3dvcmQ6"],
            ("LOGIN", false) => &["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"],
            _ => return Ok(self.reply("504 5.5.4 Mechanism not known")),
        };
        for prompt in prompts {
            self.reply(prompt);
            match self.line().await? {
                Some(line) if line.starts_with(b"*") => return Ok(self.reply("501 5.7.0 Cancelled")),
                Some(_) => {}
                None => return Ok(Next::Close),
            }
        }
        Ok(self.reply("235 2.7.0 Welcome"))
    }

    fn greet(&mut self) {
        self.greeted = true;
        self.reset();
    }

    fn reset(&mut self) {
        self.from = None;
        self.recipients.clear();
    }

    fn reply(&mut self, line: &str) -> Next {
        self.replies.push_str(line);
        self.replies.push_str("\r\n");
        Next::Command
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.replies.is_empty() {
            return Ok(());
        }
        let replies = std::mem::take(&mut self.replies);
        let write = async {
            self.stream.write_all(replies.as_bytes()).await?;
            self.stream.flush().await
        };
        timeout(MAX_SILENCE, write)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}
