//! Sealing again, with the keys of today, what was sealed with those before.
//!
//! A row that is sealed again keeps its version, for it says what it said: a sign-in that has read it goes on. One that is written in
//! between with a text sealed before is found by the next pass.

use poolhouse_confirm::{Person, renew_ledger};
use poolhouse_store::{CommitError, Row, Scan};
use serde_json::Value;

use crate::base::error::ApiError;
use crate::base::keys::Keys;
use crate::base::platform::Platform;
use crate::records::{UserRecord, load, sealed};

/// What one page of a pass came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The last row looked at; `None`: there are no more.
    pub last: Option<String>,
    /// Rows that an older key was found in.
    pub older: usize,
    /// Rows that no key opens.
    pub unreadable: usize,
}

/// Looks at the rows that follow `after`, at most so many, and seals again what needs it.
///
/// # Errors
/// When the store fails; what was done stays done.
pub async fn page(platform: &Platform, after: Option<String>, limit: usize) -> Result<Page, ApiError> {
    let scan = Scan {
        prefix: String::new(),
        after,
        limit,
    };
    let rows = platform.store.scan(scan).await?;
    let mut page = Page {
        last: rows
            .last()
            .map(|row| row.key.clone())
            .filter(|_| rows.len() == limit),
        ..Page::default()
    };
    let keys = platform.keys();
    for row in rows {
        let Some(document) = keys.envelope().open(&row.key, &row.body) else {
            page.unreadable += 1;
            tracing::warn!(
                key = row.key,
                "a row was not written by this server, and is left as it is"
            );
            continue;
        };
        let renewed = renewed(platform, &keys, &row.key, &document).await?;
        if renewed.is_none() && keys.envelope().is_current(&row.body) {
            continue;
        }
        page.older += 1;
        write(platform, &row, renewed.as_deref().unwrap_or(&document)).await?;
    }
    Ok(page)
}

async fn write(platform: &Platform, row: &Row, document: &str) -> Result<(), ApiError> {
    match platform.rewrite(row, document).await {
        // Somebody has changed the row, or nobody knows: the next pass looks at it again.
        Ok(()) | Err(CommitError::Conflict { .. } | CommitError::Uncertain(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The document with every text in it sealed or authenticated anew that an older key made; `None` if there is none.
async fn renewed(
    platform: &Platform,
    keys: &Keys,
    key: &str,
    document: &str,
) -> Result<Option<String>, ApiError> {
    if let Some((pool_id, sub)) = ledger_of(key) {
        return renewed_ledger(platform, keys, pool_id, sub, document).await;
    }
    let Ok(mut document) = serde_json::from_str::<Value>(document) else {
        return Ok(None);
    };
    let mut is_changed = false;
    for member in sealed::members(key, &mut document) {
        let sealer = keys.sealer(member.purpose);
        if sealer.is_current(member.text) {
            continue;
        }
        let Ok(plain) = sealer.open(&member.context, member.text) else {
            tracing::warn!(key, "a sealed text opens with no key, and is left as it is");
            continue;
        };
        let plain = zeroize::Zeroizing::new(plain);
        *member.text = sealer.seal(&member.context, &plain, &*platform.entropy);
        is_changed = true;
    }
    Ok(is_changed.then(|| document.to_string()))
}

/// The pool and the user of a ledger's row.
fn ledger_of(key: &str) -> Option<(&str, &str)> {
    match key.split('/').collect::<Vec<_>>()[..] {
        ["p", pool_id, "user", sub, "ledger"] => Some((pool_id, sub)),
        _ => None,
    }
}

async fn renewed_ledger(
    platform: &Platform,
    keys: &Keys,
    pool_id: &str,
    sub: &str,
    document: &str,
) -> Result<Option<String>, ApiError> {
    let Ok(mut document) = serde_json::from_str::<Value>(document) else {
        return Ok(None);
    };
    let Some(Value::String(text)) = document.get_mut("text") else {
        return Ok(None);
    };
    let Some(user) = load(platform, &UserRecord::key(pool_id, sub)).await? else {
        return Ok(None);
    };
    let person = Person {
        pool: pool_id,
        user_name: &user.value.username,
        sub,
    };
    let Some(renewed) = renew_ledger(keys.codes(), &person, text) else {
        return Ok(None);
    };
    *text = renewed;
    Ok(Some(document.to_string()))
}
