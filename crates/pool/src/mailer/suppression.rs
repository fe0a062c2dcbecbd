//! Addresses that take no mail: a relay refused the mailbox, or the mail came back.
//!
//! What is known of an address ends by itself: mailboxes come back, and a person must not be locked out for ever by a
//! server that was wrong for an hour.

use poolhouse_mail::Address;
use poolhouse_store::{Batch, Expect};
use poolhouse_text::hex;

use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::records::{RecordBatch as _, load};

pub use crate::records::suppressed::{Suppression, Why};

/// Seconds that each reason is believed. After a refusal by the first relay the next sign-in soon tries again.
fn seconds(why: Why) -> i64 {
    match why {
        Why::Refused => 15 * 60,
        Why::Bounced => 7 * 24 * 3600,
        Why::Complained => 90 * 24 * 3600,
    }
}

/// What is known of this address. `None`: it takes mail, as far as anybody knows.
///
/// # Errors
/// When the store fails.
pub async fn of(platform: &Platform, address: &Address) -> Result<Option<Suppression>, LoadError> {
    let stored = load(platform, &Suppression::key(&token(platform, address))).await?;
    let suppression = stored.map(|stored| stored.value);
    Ok(suppression.filter(|suppression| suppression.until > platform.now()))
}

/// Whether mail to this address is not to leave. The log says so, under the request's id.
///
/// # Errors
/// When the store fails.
pub async fn holds(platform: &Platform, address: &str, request_id: &str) -> Result<bool, LoadError> {
    let Ok(address) = Address::parse(address) else {
        return Ok(false);
    };
    let known = of(platform, &address).await?;
    if let Some(known) = &known {
        let to = addressee(platform, &address);
        let (why, said) = (known.why.name(), known.said.as_deref());
        tracing::warn!(
            request_id,
            to,
            why,
            said,
            "mail not sent: the address takes no mail; poolhouse mail allow ADDRESS lets it leave again"
        );
    }
    Ok(known.is_some())
}

/// The batch that suppresses an address from now on.
pub fn put(platform: &Platform, address: &Address, why: Why, said: Option<&str>) -> Batch {
    put_token(platform, &token(platform, address), why, said)
}

/// The same for the address that a token stands for.
pub(super) fn put_token(platform: &Platform, token: &str, why: Why, said: Option<&str>) -> Batch {
    let suppression = Suppression {
        why,
        until: platform.now().plus_seconds(seconds(why)),
        said: said.map(str::to_owned),
    };
    Batch::new().record(Suppression::key(token), Expect::Any, &suppression)
}

/// The batch that lets mail to an address leave again.
pub fn lift(platform: &Platform, address: &Address) -> Batch {
    let key = Suppression::key(&token(platform, address));
    Batch::new().delete(key.as_str(), Expect::Any)
}

/// What stands for an address: nobody without the server's key can make it, or tell whose it is.
pub(super) fn token(platform: &Platform, address: &Address) -> String {
    let compared = address.as_str().to_lowercase();
    let mac = platform.name("suppressed", compared.as_bytes());
    hex::encode(&mac[..16])
}

/// What an address is called in the log, `to=…`: the same at every mail, and a name that only this server can make of it.
pub fn addressee(platform: &Platform, address: &Address) -> String {
    let compared = address.as_str().to_lowercase();
    let mac = platform.name("addressee", compared.as_bytes());
    hex::encode(&mac[..6])
}

/// Whether a text can be a token.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
