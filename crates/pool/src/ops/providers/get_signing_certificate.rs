//! `GetSigningCertificate`

use poolhouse_api::shapes::{GetSigningCertificateRequest, GetSigningCertificateResponse};

use crate::base::error::ApiError;
use crate::oauth::federation::saml::certificate;
use crate::request::Ctx;

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
    let record = certificate::of_pool(ctx, pool.value.id()).await?;
    Ok(GetSigningCertificateResponse {
        certificate: Some(record.certificate),
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
