//! What waits in the outbox, for an operator who looks.

use poolhouse_mail::{Address, Attempt};
use poolhouse_store::{Scan, StoreError};

use super::outbox::Entry;
use super::urgency::Urgency;
use crate::base::clock::Millis;
use crate::base::platform::Platform;
use crate::records::outbox as rows;

/// A mail that waits, or is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The mail's name in logs.
    pub id: String,
    /// What it is for.
    pub urgency: Urgency,
    /// Whom it is to; `None` if the row does not open, or nobody is to get it.
    pub to: Option<Address>,
    /// The request that asked for it.
    pub request_id: String,
    /// When it was asked for.
    pub queued: Millis,
    /// When it is tried next, or when the lease of the attempt ends that is under way.
    pub due: Millis,
    /// When it is given up.
    pub expires: Millis,
    /// What was tried so far, the oldest first.
    pub attempts: Vec<Attempt>,
}

/// The mails in the outbox, the most urgent first, at most so many.
///
/// # Errors
/// When the store fails.
pub async fn list(platform: &Platform, most: usize) -> Result<Vec<Waiting>, StoreError> {
    let found = platform.store.scan(Scan::prefix(rows::PREFIX, most)).await?;
    let entries = found.iter().filter_map(|row| Entry::parse(platform, row));
    let waiting = entries.map(|entry| {
        let payload = entry.payload(platform).filter(|payload| !payload.discard);
        Waiting {
            attempts: entry.attempts(platform),
            to: payload.map(|payload| payload.envelope.to),
            urgency: entry.urgency,
            request_id: entry.mail.request.clone(),
            queued: entry.mail.queued,
            due: entry.due,
            expires: entry.mail.expires,
            id: entry.id,
        }
    });
    Ok(waiting.collect())
}
