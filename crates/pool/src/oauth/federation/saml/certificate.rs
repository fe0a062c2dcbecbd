//! The keys by which SAML providers know a pool: one signs, and of providers that encrypt each has one to encrypt for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::certificate::{Usage, self_signed};
use poolhouse_crypto::jwt::SigningKey;
use poolhouse_store::{Batch, CommitError, Expect};
use zeroize::Zeroizing;

use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{Key, PoolRecord, RecordBatch, SigningCertificateRecord};
use crate::request::Ctx;

/// How long a certificate counts: ten years.
const SECONDS: i64 = 10 * 365 * 24 * 3600;
/// How often it is looked again whether somebody else has made one. There is one at the second look.
const RACES: usize = 2;

/// The pool's own, which signs. It is made when it is first asked for, and stays the same.
///
/// # Errors
/// `ResourceNotFoundException` for a pool that is deleted meanwhile.
pub async fn of_pool(ctx: &Ctx, pool_id: &str) -> Result<SigningCertificateRecord, ApiError> {
    let row = SigningCertificateRecord::key(pool_id);
    found_or_made(ctx, pool_id, &row, Usage::Signing).await
}

/// The one for which a provider encrypts.
///
/// # Errors
/// `ResourceNotFoundException` for a pool that is deleted meanwhile.
pub async fn of_provider(
    ctx: &Ctx,
    pool_id: &str,
    provider_id: &str,
) -> Result<SigningCertificateRecord, ApiError> {
    let row = SigningCertificateRecord::encryption(pool_id, provider_id);
    found_or_made(ctx, pool_id, &row, Usage::Encryption).await
}

async fn found_or_made(
    ctx: &Ctx,
    pool_id: &str,
    row: &Key<SigningCertificateRecord>,
    usage: Usage,
) -> Result<SigningCertificateRecord, ApiError> {
    let pool = PoolRecord::key(pool_id);
    for _ in 0..RACES {
        if let Some(found) = ctx.load(row).await? {
            return Ok(found.value);
        }
        let record = make(ctx, pool_id, row, usage).await?;
        let batch = Batch::new()
            .check(pool.as_str().to_owned(), Expect::Present)
            .create(row.clone(), &record);
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(record),
            Err(CommitError::Conflict { key }) if key == pool.as_str() => {
                return Err(ApiError::pool_not_found(pool_id));
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// A new key, and a certificate of it.
async fn make(
    ctx: &Ctx,
    pool_id: &str,
    row: &Key<SigningCertificateRecord>,
    usage: Usage,
) -> Result<SigningCertificateRecord, ApiError> {
    let key = ctx.app.signing_keys.other_key().await?;
    let mut serial = [0; 16];
    ctx.platform().entropy.fill(&mut serial);
    let (from, until) = (ctx.now.digits(), ctx.now.plus_seconds(SECONDS).digits());
    let certificate =
        self_signed(&key, pool_id, serial, [&from, &until], usage).map_err(ApiError::internal)?;
    let pkcs8 = key.to_pkcs8().map_err(ApiError::internal)?;
    Ok(SigningCertificateRecord {
        certificate: STANDARD.encode(certificate),
        sealed_key: ctx.platform().seal(Purpose::SigningKeys, row.as_str(), &pkcs8),
    })
}

/// The key with which the pool signs.
///
/// # Errors
/// `InternalErrorException` if it does not open.
pub async fn signing_key(ctx: &Ctx, pool_id: &str) -> Result<SigningKey, ApiError> {
    let record = of_pool(ctx, pool_id).await?;
    let row = SigningCertificateRecord::key(pool_id);
    SigningKey::from_pkcs8(&opened(ctx, &row, &record)?).map_err(ApiError::internal)
}

/// The key with which the pool decrypts what a provider encrypts, PKCS #8.
///
/// # Errors
/// `InternalErrorException` if it does not open.
pub async fn decryption_key(
    ctx: &Ctx,
    pool_id: &str,
    provider_id: &str,
) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    let record = of_provider(ctx, pool_id, provider_id).await?;
    let row = SigningCertificateRecord::encryption(pool_id, provider_id);
    opened(ctx, &row, &record)
}

fn opened(
    ctx: &Ctx,
    row: &Key<SigningCertificateRecord>,
    record: &SigningCertificateRecord,
) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    let opened = ctx
        .platform()
        .open(Purpose::SigningKeys, row.as_str(), &record.sealed_key)
        .map_err(ApiError::internal)?;
    Ok(Zeroizing::new(opened.to_vec()))
}
