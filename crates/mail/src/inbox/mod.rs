//! The local inbox: mail kept in memory for the developer whose machine this is.
//!
//! It is filled by [`Inbox::deliver`] and by [`listen`], an SMTP server for this machine only, and read by a page, by
//! tests, and by anything that wants the JSON of [`Inbox::to_json`]. Nothing is written to disk.

mod listener;
mod session;
mod syntax;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mail_parser::{MessageParser, PartType};
use serde_json::{Value, json};
use tokio::sync::watch;

pub use listener::{Clock, ListenError, listen};

/// Most bytes of text and HTML kept over all messages.
const MAX_BYTES: usize = 64 << 20;

/// One mail as one recipient got it.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Unique in this inbox and ascending in order of arrival.
    pub id: String,
    /// The sender: the From header's address, or the envelope's where that header is missing.
    pub from: String,
    /// The envelope's recipient.
    pub to: String,
    /// The decoded subject.
    pub subject: String,
    /// The plain text, or the words of the HTML where there is no plain text.
    pub text: String,
    /// The HTML, empty where there is none.
    pub html: String,
    /// When it arrived, in milliseconds since the epoch.
    pub received_at: i64,
}

/// A bounded list of mail, shared by its clones.
#[derive(Clone)]
pub struct Inbox(Arc<Shared>);

struct Shared {
    capacity: usize,
    mail: Mutex<Mail>,
    arrived: watch::Sender<u64>,
}

#[derive(Default)]
struct Mail {
    /// Newest first.
    messages: VecDeque<Arc<Message>>,
    bytes: usize,
    last_id: u64,
}

impl Inbox {
    /// An empty inbox that keeps the newest `capacity` messages, and no more than 64 MiB of text.
    pub fn new(capacity: usize) -> Self {
        let (arrived, _) = watch::channel(0);
        Self(Arc::new(Shared {
            capacity,
            mail: Mutex::default(),
            arrived,
        }))
    }

    /// Takes in a whole RFC 5322 message, once for each recipient. Bytes that are no message are kept as its text.
    pub fn deliver(&self, from: &str, recipients: &[impl AsRef<str>], message: &[u8], received_at: i64) {
        let read = Read::from_bytes(message, from);
        let mut mail = self.mail();
        for to in recipients {
            mail.last_id += 1;
            let id = mail.last_id.to_string();
            mail.push(read.for_recipient(id, to.as_ref(), received_at), self.0.capacity);
        }
        let last_id = mail.last_id;
        drop(mail);
        self.0.arrived.send_replace(last_id);
    }

    /// All messages, newest first; with `to`, those of one recipient. Case does not matter.
    pub fn list(&self, to: Option<&str>) -> Vec<Arc<Message>> {
        let to = to.map(str::to_lowercase);
        let wanted = |message: &&Arc<Message>| to.as_ref().is_none_or(|to| message.to.to_lowercase() == *to);
        self.mail().messages.iter().filter(wanted).cloned().collect()
    }

    /// The message with this id, if it is still kept.
    pub fn get(&self, id: &str) -> Option<Arc<Message>> {
        self.mail()
            .messages
            .iter()
            .find(|message| message.id == id)
            .cloned()
    }

    /// Forgets all messages. Ids go on from where they were.
    pub fn clear(&self) {
        let mut mail = self.mail();
        mail.messages.clear();
        mail.bytes = 0;
    }

    /// A channel whose value, the id given last, changes at each arrival.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.arrived.subscribe()
    }

    /// The newest message that satisfies `wanted`, as soon as there is one.
    pub async fn wait_for(&self, wanted: impl Fn(&Message) -> bool) -> Arc<Message> {
        let mut arrived = self.subscribe();
        loop {
            let found = self
                .mail()
                .messages
                .iter()
                .find(|message| wanted(message))
                .cloned();
            match found {
                Some(message) => return message,
                // The sender lives in `self`: this waits for an arrival and never sees the channel closed.
                None => drop(arrived.changed().await),
            }
        }
    }

    /// The list as the inbox's API gives it: `[{id, to, from, subject, text, html, receivedAt}]`.
    pub fn to_json(&self, to: Option<&str>) -> Value {
        self.list(to).iter().map(|message| message.to_json()).collect()
    }

    fn mail(&self) -> MutexGuard<'_, Mail> {
        // Nothing panics while it holds the lock; a list of mail is usable whatever happened to a reader of it.
        self.0.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mail {
    fn push(&mut self, message: Message, capacity: usize) {
        self.bytes += message.size();
        self.messages.push_front(Arc::new(message));
        while self.messages.len() > capacity || self.bytes > MAX_BYTES {
            match self.messages.pop_back() {
                Some(oldest) => self.bytes -= oldest.size(),
                None => return,
            }
        }
    }
}

impl Message {
    /// `{id, to, from, subject, text, html, receivedAt}`, the last as an ISO 8601 instant in UTC.
    pub fn to_json(&self) -> Value {
        let received_at = jiff::Timestamp::from_millisecond(self.received_at).unwrap_or_default();
        json!({
            "id": self.id,
            "to": self.to,
            "from": self.from,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "receivedAt": format!("{received_at:.3}"),
        })
    }

    fn size(&self) -> usize {
        self.text.len() + self.html.len() + self.subject.len()
    }
}

/// What a message says, before it is anyone's.
struct Read {
    from: String,
    subject: String,
    text: String,
    html: String,
}

impl Read {
    fn from_bytes(bytes: &[u8], envelope_from: &str) -> Self {
        let Some(parsed) = MessageParser::default().parse(bytes) else {
            let text = String::from_utf8_lossy(bytes).into_owned();
            return Self {
                from: envelope_from.to_owned(),
                subject: String::new(),
                text,
                html: String::new(),
            };
        };
        let from = parsed
            .from()
            .and_then(|from| from.first())
            .and_then(|from| from.address());
        let html = parsed.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(html.to_string()),
            _ => None,
        });
        Self {
            from: from.unwrap_or(envelope_from).to_owned(),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: parsed.body_text(0).unwrap_or_default().into_owned(),
            html: html.unwrap_or_default(),
        }
    }

    fn for_recipient(&self, id: String, to: &str, received_at: i64) -> Message {
        Message {
            id,
            from: self.from.clone(),
            to: to.to_owned(),
            subject: self.subject.clone(),
            text: self.text.clone(),
            html: self.html.clone(),
            received_at,
        }
    }
}

/// Shows who and when, not what: the text is a code mail's.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("to", &self.to)
            .field("received_at", &self.received_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbox({} messages)", self.mail().messages.len())
    }
}

#[cfg(test)]
mod tests;
