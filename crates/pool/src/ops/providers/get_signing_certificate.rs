//! `GetSigningCertificate`

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_api::shapes::{GetSigningCertificateRequest, GetSigningCertificateResponse};
use poolhouse_crypto::certificate::self_signed;
use poolhouse_store::{Batch, CommitError, Expect};

use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{RecordBatch, SigningCertificateRecord};
use crate::request::Ctx;

/// How long a certificate counts: ten years.
const SECONDS: i64 = 10 * 365 * 24 * 3600;
/// How often it is looked again whether somebody else has made one. There is one at the second look.
const RACES: usize = 2;

/// Answers the certificate by which SAML providers know a pool: DER in base64, without a PEM's lines around it. It is made when it is
/// first asked for, and stays the same.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn run(
    ctx: &Ctx,
    input: GetSigningCertificateRequest,
) -> Result<GetSigningCertificateResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let pool_id = pool.value.id();
    let row = SigningCertificateRecord::key(pool_id);
    for _ in 0..RACES {
        if let Some(found) = ctx.load(&row).await? {
            return Ok(answer(found.value));
        }
        let record = make(ctx, pool_id).await?;
        let batch = Batch::new()
            .check(pool.key.clone(), Expect::Present)
            .create(row.clone(), &record);
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(answer(record)),
            Err(CommitError::Conflict { key }) if key == pool.key => {
                return Err(ApiError::pool_not_found(pool_id));
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

fn answer(record: SigningCertificateRecord) -> GetSigningCertificateResponse {
    GetSigningCertificateResponse {
        certificate: Some(record.certificate),
    }
}

/// A new key, and a certificate of it.
async fn make(ctx: &Ctx, pool_id: &str) -> Result<SigningCertificateRecord, ApiError> {
    let key = ctx.app.signing_keys.other_key().await?;
    let mut serial = [0; 16];
    ctx.platform().entropy.fill(&mut serial);
    let (from, until) = (ctx.now.digits(), ctx.now.plus_seconds(SECONDS).digits());
    let certificate = self_signed(&key, pool_id, serial, [&from, &until]).map_err(ApiError::internal)?;
    let pkcs8 = key.to_pkcs8().map_err(ApiError::internal)?;
    let row = SigningCertificateRecord::key(pool_id);
    Ok(SigningCertificateRecord {
        certificate: STANDARD.encode(certificate),
        sealed_key: ctx.platform().seal(Purpose::SigningKeys, row.as_str(), &pkcs8),
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use rustls::RootCertStore;
    use rustls::pki_types::CertificateDer;
    use serde_json::json;

    use crate::testing::TestPool;

    #[tokio::test]
    async fn a_pool_has_one_certificate_and_every_pool_another() {
        let server = TestPool::new().await;
        let mut seen = Vec::new();
        for pool in [server.pool().await, server.pool().await] {
            let asked = json!({ "UserPoolId": pool });
            let first = server.call("GetSigningCertificate", asked.clone()).await.ok();
            assert_eq!(server.call("GetSigningCertificate", asked).await.ok(), first);
            let text = first["Certificate"].as_str().unwrap().to_owned();
            let der = STANDARD.decode(&text).unwrap();
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(der.clone())).unwrap();
            let subject = roots.roots[0].subject.to_vec();
            let names_pool = |bytes: &[u8]| bytes.windows(pool.len()).any(|part| part == pool.as_bytes());
            assert!(names_pool(&subject));
            assert!(!seen.contains(&text));
            seen.push(text);
        }
    }
}
