//! What is looked at before a SAML provider is stored: its metadata, from which details follow that are shown.

use std::collections::BTreeMap;

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_store::{Batch, Expect};
use poolhouse_text::with_causes;

use crate::base::error::ApiError;
use crate::oauth::federation::saml::certificate;
use crate::oauth::federation::saml::metadata::{self, Looked, Unusable};
use crate::records::{IdentityProviderRecord, SamlMetadata, SigningCertificateRecord};
use crate::request::Ctx;

/// Where a browser is sent to sign in, and to sign out.
const SIGN_IN: &str = "SSORedirectBindingURI";
const SIGN_OUT: &str = "SLORedirectBindingURI";
/// The certificate for which the provider is to encrypt.
const ENCRYPTION: &str = "ActiveEncryptionCertificate";

/// Looks at what a provider of type SAML says of itself, and adds to its details what follows from that. `None` for other types.
///
/// # Errors
/// `InvalidParameterException` for metadata that cannot be had or used.
pub async fn look(
    ctx: &Ctx,
    pool_id: &str,
    (kind, id): (Kind, &str),
    details: &mut BTreeMap<String, String>,
) -> Result<Option<Looked>, ApiError> {
    if kind != Kind::Saml {
        return Ok(None);
    }
    let looked = metadata::look(ctx, details).await;
    let looked = looked.map_err(|unusable| told(ctx, details, unusable))?;
    let says = &looked.metadata;
    let mut encryption = None;
    if details
        .get("EncryptedResponses")
        .is_some_and(|given| given == "true")
    {
        encryption = Some(certificate::of_provider(ctx, pool_id, id).await?.certificate);
    }
    for (name, value) in [
        (SIGN_IN, Some(says.sign_in.clone())),
        (SIGN_OUT, says.sign_out.clone()),
        (ENCRYPTION, encryption),
    ] {
        match value {
            Some(value) => details.insert(name.to_owned(), value),
            None => details.remove(name),
        };
    }
    Ok(Some(looked))
}

fn told(ctx: &Ctx, details: &BTreeMap<String, String>, unusable: Unusable) -> ApiError {
    let fault = match unusable {
        Unusable::Store(error) => return error,
        other => other,
    };
    let (request_id, causes) = (&ctx.request_id, with_causes(&fault));
    tracing::info!(request_id, causes, "SAML metadata is refused");
    // The service's own sentence, which says of nothing behind an address whether it is there.
    match (details.get("MetadataURL").filter(|url| !url.is_empty()), fault) {
        (Some(url), _) => ApiError::invalid_parameter(format!("Error retrieving metadata from {url}")),
        (None, Unusable::Fault(fault)) => {
            ApiError::invalid_parameter(format!("The MetadataFile cannot be used: {fault}."))
        }
        (None, other) => ApiError::internal(other),
    }
}

/// The row of what was fetched, for the commit that stores the provider.
pub fn row(ctx: &Ctx, pool_id: &str, provider: &IdentityProviderRecord, looked: Option<&Looked>) -> Batch {
    match looked {
        Some(looked) => metadata::row(ctx, pool_id, provider, looked),
        None => Batch::new(),
    }
}

/// What goes with a provider.
pub fn gone(pool_id: &str, provider: &IdentityProviderRecord) -> Batch {
    match provider.kind {
        Kind::Saml => Batch::new()
            .delete(SamlMetadata::key(pool_id, &provider.name), Expect::Any)
            .delete(
                SigningCertificateRecord::encryption(pool_id, &provider.id),
                Expect::Any,
            ),
        _ => Batch::new(),
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_saml::testing::Idp;
    use serde_json::{Value, json};

    use crate::testing::TestPool;

    fn request(pool: &str, details: Value) -> Value {
        json!({
            "UserPoolId": pool,
            "ProviderName": "Campus",
            "ProviderType": "SAML",
            "ProviderDetails": details,
        })
    }

    #[tokio::test]
    async fn a_saml_provider_shows_where_it_is_and_for_which_key_it_is_to_encrypt() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let file = Idp::new().metadata();
        let made = server
            .call(
                "CreateIdentityProvider",
                request(&pool, json!({ "MetadataFile": file })),
            )
            .await
            .ok();
        let mut expected = json!({
            "MetadataFile": file,
            "SSORedirectBindingURI": "https://idp.example/sso",
            "SLORedirectBindingURI": "https://idp.example/slo",
        });
        assert_eq!(made["IdentityProvider"]["ProviderDetails"], expected);
        let change = |details: Value| json!({ "UserPoolId": pool, "ProviderName": "Campus", "ProviderDetails": details });
        expected["EncryptedResponses"] = json!("true");
        let updated = server
            .call("UpdateIdentityProvider", change(expected.clone()))
            .await
            .ok();
        let shown = updated["IdentityProvider"]["ProviderDetails"].clone();
        let certificate = shown["ActiveEncryptionCertificate"].as_str().unwrap();
        assert!(certificate.starts_with("MII"));
        let signing = server
            .call("GetSigningCertificate", json!({ "UserPoolId": pool }))
            .await
            .ok();
        assert_ne!(signing["Certificate"], certificate);
        // What was shown may be sent again, and the key stays.
        let again = server
            .call("UpdateIdentityProvider", change(shown.clone()))
            .await
            .ok();
        assert_eq!(again["IdentityProvider"]["ProviderDetails"], shown);
        let mut less = shown.clone();
        less["EncryptedResponses"] = json!("false");
        let without = server.call("UpdateIdentityProvider", change(less)).await.ok();
        assert_eq!(
            without["IdentityProvider"]["ProviderDetails"]["ActiveEncryptionCertificate"],
            Value::Null
        );
    }

    #[tokio::test]
    async fn metadata_that_nobody_could_sign_in_by_is_refused() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let file = Idp::new().metadata();
        for (file, fault) in [
            (
                "<a/>".to_owned(),
                "a part is missing or there twice: EntityDescriptor",
            ),
            (
                format!("<!DOCTYPE a>{file}"),
                "it is not well-formed XML without a document type",
            ),
            (
                file.replace("https://idp.example/sso", "javascript:alert(1)"),
                "an address is not a URL of HTTPS",
            ),
            (
                Idp::new()
                    .counting(["20200101000000", "20210101000000"])
                    .metadata(),
                "the identity provider's certificate has expired",
            ),
        ] {
            server
                .call(
                    "CreateIdentityProvider",
                    request(&pool, json!({ "MetadataFile": file })),
                )
                .await
                .assert_error(
                    "InvalidParameterException",
                    &format!("The MetadataFile cannot be used: {fault}."),
                );
        }
        let url = "https://nowhere.example/metadata";
        server
            .call(
                "CreateIdentityProvider",
                request(&pool, json!({ "MetadataURL": url })),
            )
            .await
            .assert_error(
                "InvalidParameterException",
                &format!("Error retrieving metadata from {url}"),
            );
    }
}
