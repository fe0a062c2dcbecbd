//! Addresses that take no mail: a relay refused the mailbox, or the mail came back.
//!
//! What is known of an address lies under a keyed digest of it, so that a copy of the database names nobody. It ends by
//! itself: mailboxes come back, and a person must not be locked out for ever by a server that was wrong for an hour.

use poolhouse_mail::Address;
use poolhouse_store::{Batch, Expect, StoreError};
use serde_json::{Value, json};

use crate::base::clock::Millis;
use crate::base::platform::Platform;
use crate::records::keys;

/// Seconds that a refusal by the first relay is believed: the next sign-in tries again.
const REFUSED_SECONDS: i64 = 15 * 60;
/// Seconds that a bounce is believed.
const BOUNCED_SECONDS: i64 = 7 * 24 * 3600;
/// Seconds that a complaint is heeded.
const COMPLAINED_SECONDS: i64 = 90 * 24 * 3600;

/// Why an address gets no mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A relay refused the mailbox while we were talking to it.
    Refused,
    /// The mail came back.
    Bounced,
    /// The person called it spam.
    Complained,
}

impl Why {
    const ALL: [Why; 3] = [Why::Refused, Why::Bounced, Why::Complained];

    /// The word for it in logs and rows.
    pub fn name(self) -> &'static str {
        match self {
            Why::Refused => "refused",
            Why::Bounced => "bounced",
            Why::Complained => "complained",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Why::Refused => REFUSED_SECONDS,
            Why::Bounced => BOUNCED_SECONDS,
            Why::Complained => COMPLAINED_SECONDS,
        }
    }
}

/// What is known of an address that takes no mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Why.
    pub why: Why,
    /// Until when it is believed.
    pub until: Millis,
    /// What the relay said, its addresses masked.
    pub said: Option<String>,
}

/// What is known of this address. `None`: it takes mail, as far as anybody knows.
///
/// # Errors
/// When the store fails.
pub async fn of(platform: &Platform, address: &Address) -> Result<Option<Suppression>, StoreError> {
    let row = platform.get(&keys::suppressed(&token(platform, address))).await?;
    let document = row.and_then(|row| serde_json::from_str::<Value>(&row.body).ok());
    let read = document.as_ref().and_then(|document| {
        let name = document.get("why")?.as_str()?;
        Some(Suppression {
            why: Why::ALL.into_iter().find(|why| why.name() == name)?,
            until: Millis(document.get("until")?.as_i64()?),
            said: document.get("said").and_then(Value::as_str).map(str::to_owned),
        })
    });
    Ok(read.filter(|suppression| suppression.until > platform.now()))
}

/// The batch that suppresses an address from now on.
pub fn put(platform: &Platform, address: &Address, why: Why, said: Option<&str>) -> Batch {
    put_token(platform, &token(platform, address), why, said)
}

/// The same for the address that a token stands for.
pub(super) fn put_token(platform: &Platform, token: &str, why: Why, said: Option<&str>) -> Batch {
    let until = platform.now().plus_seconds(why.seconds());
    let body = json!({ "why": why.name(), "until": until.0, "said": said });
    Batch::new().put(keys::suppressed(token), Expect::Any, body.to_string())
}

/// The batch that lets mail to an address leave again.
pub fn lift(platform: &Platform, address: &Address) -> Batch {
    Batch::new().delete(keys::suppressed(&token(platform, address)), Expect::Any)
}

/// What stands for an address: nobody without the server's key can make it, or tell whose it is.
pub(super) fn token(platform: &Platform, address: &Address) -> String {
    let compared = address.as_str().to_lowercase();
    let mac = platform.sealer.mac("suppressed", compared.as_bytes());
    mac.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text can be a token.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
