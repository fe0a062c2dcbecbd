//! One code mail, turned into the same bytes every time.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::message::header::{
    ContentDisposition, ContentId, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body, MessageBuilder, MultiPart, MultiPartKind, SinglePart};

use crate::address::{Address, Envelope, Mailbox};
use crate::quoted;

/// The last second that an RFC 5322 date can name: 9999-12-31T23:59:59Z.
const MAX_DATE: u64 = 253_402_300_799;
/// Longest subject and Message-ID in bytes. A limit of ours.
const MAX_HEADER: usize = 512;
/// Largest text or HTML part in bytes. A limit of ours: a code mail has a few thousand.
const MAX_PART: usize = 256 * 1024;

/// One mail to one person, with a text and an HTML form of the same words.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// The Message-ID without angle brackets, `id@domain`. The MIME boundary is derived from it.
    pub message_id: String,
    /// The Date header, in seconds since the epoch.
    pub date: u64,
    /// The sender shown.
    pub from: Mailbox,
    /// Where bounces go, if not to `from`.
    pub bounces_to: Option<Address>,
    /// The one recipient. No display name: user text in a header is an attack surface that buys nothing.
    pub to: Address,
    /// Where replies go, if not to `from`.
    pub reply_to: Option<Mailbox>,
    /// The subject line.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part; without one the mail is text only.
    pub html: Option<String>,
    /// A picture that the HTML shows.
    pub picture: Option<Picture>,
    /// The language of the mail as a BCP 47 tag, for Content-Language.
    pub language: Option<String>,
}

/// A picture that is part of the mail and not fetched.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// The name by which the HTML calls it, behind `cid:`.
    pub content_id: &'static str,
    /// Its kind: `image/png`.
    pub content_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Email {
    /// The envelope that belongs to this mail.
    pub fn envelope(&self) -> Envelope {
        Envelope {
            from: self.bounces_to.as_ref().unwrap_or(self.from.address()).clone(),
            to: self.to.clone(),
        }
    }

    /// The mail as RFC 5322 bytes: CRLF line ends only, no line over 998 bytes, bodies in quoted-printable or
    /// base64. Equal mails give equal bytes, so that a receiver can drop a second copy.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EmailError> {
        self.check()?;
        let builder = self.headers()?;
        let text = part(ContentType::TEXT_PLAIN, &self.text)?;
        let message = match &self.html {
            None => builder.singlepart(text),
            Some(html) => {
                let html = part(ContentType::TEXT_HTML, html)?;
                let both = MultiPart::builder()
                    .kind(MultiPartKind::Alternative)
                    .boundary(self.boundary(""))
                    .singlepart(text);
                builder.multipart(match &self.picture {
                    None => both.singlepart(html),
                    Some(picture) => both.multipart(
                        MultiPart::builder()
                            .kind(MultiPartKind::Related)
                            .boundary(self.boundary("r"))
                            .singlepart(html)
                            .singlepart(inline(picture)?),
                    ),
                })
            }
        };
        Ok(message.map_err(EmailError::Build)?.formatted())
    }

    fn check(&self) -> Result<(), EmailError> {
        let header = |field, value: &str| match value {
            value if value.chars().any(char::is_control) => Err(EmailError::ControlCharacter(field)),
            value if value.is_empty() || value.len() > MAX_HEADER => Err(EmailError::Length(field)),
            _ => Ok(()),
        };
        header("subject", &self.subject)?;
        header("message id", &self.message_id)?;
        let id_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let id_ok = self.message_id.split_once('@').is_some_and(|(left, right)| {
            !left.is_empty() && !right.is_empty() && left.chars().chain(right.chars()).all(id_char)
        });
        if !id_ok {
            return Err(EmailError::MessageId);
        }
        if let Some(tag) = &self.language {
            header("language", tag)?;
            if !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                return Err(EmailError::Language);
            }
        }
        if self.date > MAX_DATE {
            return Err(EmailError::Date);
        }
        check_part("text", &self.text)?;
        self.html
            .as_deref()
            .map_or(Ok(()), |html| check_part("html", html))
    }

    fn headers(&self) -> Result<MessageBuilder, EmailError> {
        let envelope = lettre::address::Envelope::new(
            Some(lettre_address(self.from.address())?),
            vec![lettre_address(&self.to)?],
        );
        let mut builder = lettre::Message::builder()
            .envelope(envelope.map_err(EmailError::Build)?)
            .from(lettre_mailbox(&self.from)?)
            .to(lettre::message::Mailbox::new(None, lettre_address(&self.to)?))
            .subject(self.subject.as_str())
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(self.date))
            .message_id(Some(format!("<{}>", self.message_id)))
            // RFC 3834 for everyone, the second one for Exchange: no out-of-office answers to a code.
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("X-Auto-Response-Suppress", "All"));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(lettre_mailbox(reply_to)?);
        }
        if let Some(language) = &self.language {
            builder = builder.raw_header(raw("Content-Language", language));
        }
        Ok(builder)
    }

    /// A boundary that no part can contain: neither quoted-printable nor base64 ever writes `=_`.
    fn boundary(&self, mark: &str) -> String {
        let id = self.message_id.chars().filter(char::is_ascii_alphanumeric);
        format!("=_{mark}{}", id.take(40).collect::<String>())
    }
}

/// Bodies may break lines and use tabs, in any of the three styles of line break; nothing else below a space.
fn check_part(field: &'static str, body: &str) -> Result<(), EmailError> {
    if has_control(body.as_bytes()) {
        return Err(EmailError::ControlCharacter(field));
    }
    if body.len() > MAX_PART {
        return Err(EmailError::Length(field));
    }
    Ok(())
}

/// By bytes, for a mail is mostly ASCII: those below a space, DEL, and U+0080 to U+009F, which begin with 0xC2.
fn has_control(body: &[u8]) -> bool {
    let below = |byte: &u8| (*byte < b' ' && !matches!(byte, b'\r' | b'\n' | b'\t')) || *byte == 0x7f;
    body.iter().any(below) || body.windows(2).any(|pair| pair[0] == 0xc2 && pair[1] < 0xa0)
}

fn part(content_type: ContentType, body: &str) -> Result<SinglePart, EmailError> {
    let lines = match body.contains('\r') {
        true => Cow::Owned(body.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(body),
    };
    // Quoted-printable stays legible in raw mail and is what spam filters expect of text, but triples the size of
    // scripts other than Latin.
    let foreign = body.bytes().filter(|b| !b.is_ascii()).count();
    let body = match foreign * 4 > body.len() {
        true => Body::new_with_encoding(lines.replace('\n', "\r\n"), ContentTransferEncoding::Base64)
            .map_err(|_| EmailError::Encoding)?,
        false => Body::dangerous_pre_encoded(
            quoted::printable(&lines),
            ContentTransferEncoding::QuotedPrintable,
        ),
    };
    Ok(SinglePart::builder().header(content_type).body(body))
}

fn inline(picture: &Picture) -> Result<SinglePart, EmailError> {
    let content_type = ContentType::parse(picture.content_type).map_err(|_| EmailError::Encoding)?;
    let body = Body::new_with_encoding(picture.bytes.clone(), ContentTransferEncoding::Base64);
    Ok(SinglePart::builder()
        .header(content_type)
        .header(ContentDisposition::inline())
        .header(ContentId::from(format!("<{}>", picture.content_id)))
        .body(body.map_err(|_| EmailError::Encoding)?))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn lettre_address(address: &Address) -> Result<lettre::Address, EmailError> {
    lettre::Address::new(address.local(), address.domain()).map_err(EmailError::Address)
}

fn lettre_mailbox(mailbox: &Mailbox) -> Result<lettre::message::Mailbox, EmailError> {
    let address = lettre_address(mailbox.address())?;
    Ok(lettre::message::Mailbox::new(
        mailbox.name().map(str::to_owned),
        address,
    ))
}

/// Shows what identifies the mail and nothing of what it says: its body carries a code.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("message_id", &self.message_id)
            .field("date", &self.date)
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}

/// Why a mail cannot be built. None of them is cured by trying again.
#[derive(Debug)]
pub enum EmailError {
    /// A control character in the field named.
    ControlCharacter(&'static str),
    /// The field named is empty or too long.
    Length(&'static str),
    /// The message id is not `id@domain` in plain ASCII.
    MessageId,
    /// The language is no BCP 47 tag.
    Language,
    /// The date lies after the year 9999.
    Date,
    /// A body that could not be encoded.
    Encoding,
    /// An address that the builder does not take.
    Address(lettre::address::AddressError),
    /// The builder's own refusal.
    Build(lettre::error::Error),
}

impl fmt::Display for EmailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ControlCharacter(field) => write!(f, "the mail's {field} holds a control character"),
            Self::Length(field) => write!(f, "the mail's {field} is empty or too long"),
            Self::MessageId => f.write_str("the message id is not of the form id@domain"),
            Self::Language => f.write_str("the mail's language is no BCP 47 tag"),
            Self::Date => f.write_str("the mail's date lies after the year 9999"),
            Self::Encoding => f.write_str("the mail's body could not be encoded"),
            Self::Address(_) => f.write_str("the mail has an address that cannot be written in a header"),
            Self::Build(_) => f.write_str("the mail could not be built"),
        }
    }
}

impl Error for EmailError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Address(source) => Some(source),
            Self::Build(source) => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
