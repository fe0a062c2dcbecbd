//! The operator's access keys: `poolhouse keys create`, `list`, `allow` and `delete`. Nothing ships with one.

use std::fmt;

use poolhouse_crypto::random_text;
use poolhouse_store::{Batch, CommitError, Expect, Scan};
use zeroize::Zeroizing;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::base::purpose::Purpose;
use crate::records::document::decode;
use crate::records::{AccessKeyRecord, Policy, RecordBatch, load};

/// What follows `AKIA` in an id: base 32, which cannot be misread, as in AWS's own.
const ID_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// 40 characters of it are 238 bits.
const SECRET_ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Keys that one page of a listing reads.
const PAGE: usize = 256;

/// A new access key. The secret is shown once and stored sealed.
pub struct NewAccessKey {
    /// `AKIA` and 16 upper-case letters and digits.
    pub access_key_id: String,
    /// 40 letters and digits.
    pub secret_access_key: Zeroizing<String>,
}

/// Hides the secret.
impl fmt::Debug for NewAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccessKey")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Makes an access key that may do what its policy says. It works at once, also on a server that runs.
///
/// # Errors
/// When the store fails.
pub async fn create(platform: &Platform, policy: Policy) -> Result<NewAccessKey, CommitError> {
    let entropy = &*platform.entropy;
    let access_key_id = format!("AKIA{}", random_text(ID_ALPHABET, 16, entropy));
    let secret_access_key = Zeroizing::new(random_text(SECRET_ALPHABET, 40, entropy));
    let row = AccessKeyRecord::key(&access_key_id);
    let sealed_secret = platform.seal(Purpose::AccessKeys, row.as_str(), secret_access_key.as_bytes());
    let record = AccessKeyRecord {
        sealed_secret,
        created: platform.now(),
        policy,
    };
    platform.commit(Batch::new().create(row, &record)).await?;
    Ok(NewAccessKey {
        access_key_id,
        secret_access_key,
    })
}

/// An access key as it is listed: without its secret.
#[derive(Debug)]
pub struct ListedKey {
    /// Its id.
    pub access_key_id: String,
    /// When it was made.
    pub created: Millis,
    /// What it may do.
    pub policy: Policy,
}

/// All access keys, in the order of their ids.
///
/// # Errors
/// When the store fails or a row is not an access key.
pub async fn list(platform: &Platform) -> Result<Vec<ListedKey>, LoadError> {
    let mut found = Vec::new();
    let mut scan = Scan::prefix(AccessKeyRecord::PREFIX, PAGE);
    loop {
        let rows = platform.scan(scan).await?;
        let last = rows
            .last()
            .map(|row| row.key.clone())
            .filter(|_| rows.len() == PAGE);
        for row in rows {
            let record = decode::<AccessKeyRecord>(row)?;
            let id = record
                .key
                .strip_prefix(AccessKeyRecord::PREFIX)
                .unwrap_or_default();
            found.push(ListedKey {
                access_key_id: id.to_owned(),
                created: record.value.created,
                policy: record.value.policy,
            });
        }
        match last {
            Some(last) => scan = Scan::prefix(AccessKeyRecord::PREFIX, PAGE).after(last),
            None => return Ok(found),
        }
    }
}

/// Deletes an access key; says whether there was one. Requests signed with it are refused from then on.
///
/// # Errors
/// When the store fails.
pub async fn delete(platform: &Platform, access_key_id: &str) -> Result<bool, CommitError> {
    match platform
        .commit(Batch::new().delete(AccessKeyRecord::key(access_key_id), Expect::Present))
        .await
    {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Lets an access key do what this policy says, in place of what it could before; says whether there is such a key. It holds
/// from the next request on, on every server.
///
/// # Errors
/// When the store fails, or somebody changed or deleted the key at the same moment.
pub async fn allow(platform: &Platform, access_key_id: &str, policy: Policy) -> Result<bool, ApiError> {
    let Some(found) = load(platform, &AccessKeyRecord::key(access_key_id)).await? else {
        return Ok(false);
    };
    let record = AccessKeyRecord {
        policy,
        ..found.value.clone()
    };
    platform.commit(Batch::new().replace(&found, &record)).await?;
    Ok(true)
}

/// What a request by an access key is checked against.
pub struct AccessKey {
    /// The secret access key.
    pub secret: Zeroizing<String>,
    /// What it may do.
    pub policy: Policy,
}

/// Hides the secret.
impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// An access key by its id; `Ok(None)` if there is no such key.
///
/// # Errors
/// When the store fails or the secret does not open.
pub async fn find(platform: &Platform, access_key_id: &str) -> Result<Option<AccessKey>, ApiError> {
    let key = AccessKeyRecord::key(access_key_id);
    if !access_key_id.bytes().all(|b| b.is_ascii_alphanumeric()) || access_key_id.is_empty() {
        return Ok(None);
    }
    let Some(record) = load(platform, &key).await? else {
        return Ok(None);
    };
    let secret = platform
        .open(Purpose::AccessKeys, key.as_str(), &record.value.sealed_secret)
        .map_err(ApiError::internal)?;
    let secret = String::from_utf8(secret).map_err(ApiError::internal)?;
    Ok(Some(AccessKey {
        secret: Zeroizing::new(secret),
        policy: record.value.policy,
    }))
}
