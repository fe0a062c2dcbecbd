//! Whether a response is believed.

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_saml::{Assertion, Expected, Fault, accept};
use poolhouse_store::Batch;
use poolhouse_text::with_causes;

use super::metadata::{self, Unusable};
use super::{ACS, certificate, entity_id};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::oauth::federation::identity::Identity;
use crate::oauth::site::Site;
use crate::records::{IdentityProviderRecord, ProviderSession, RecordBatch, SamlAssertion};
use crate::request::Ctx;

/// What is said of a signature that does not hold: the service's own sentence, with the space at its end.
const INVALID_SIGNATURE: &str = "SAML Assertion signature is invalid. ";

/// Somebody whom an assertion is about.
pub struct Believed {
    /// Who that is.
    pub identity: Identity,
    /// The row that says that the assertion was used, for the commit that signs in.
    pub used: Batch,
}

/// What the client is told of a response that is not believed.
pub struct Told {
    /// The error's code.
    pub error: &'static str,
    /// What it is.
    pub why: String,
}

/// Reads a response of a provider: in answer to the request of this ID, or to none. `Ok(Err(_))`: it is not believed.
///
/// # Errors
/// When the store fails.
pub async fn judge(
    ctx: &Ctx,
    site: &Site,
    provider: &IdentityProviderRecord,
    asked: Option<&str>,
    response: &str,
) -> Result<Result<Believed, Told>, ApiError> {
    match judged(ctx, site, provider, asked, response).await {
        Ok(assertion) => Ok(Ok(believed(site.pool.value.id(), assertion))),
        Err(Unusable::Store(error)) => Err(error),
        Err(unusable) => {
            let (request_id, provider) = (&ctx.request_id, &provider.name);
            let causes = with_causes(&unusable);
            tracing::info!(request_id, provider, causes, "a SAML response is not believed");
            Ok(Err(told(&unusable)))
        }
    }
}

fn told(unusable: &Unusable) -> Told {
    let why = match unusable {
        Unusable::Fault(Fault::NotSuccess) => {
            return Told {
                error: "access_denied",
                why: Fault::NotSuccess.words().to_owned(),
            };
        }
        Unusable::Fault(
            Fault::Signature | Fault::Unsigned | Fault::Algorithm | Fault::CertificateExpired,
        ) => INVALID_SIGNATURE.to_owned(),
        Unusable::Fault(fault) => fault.words().to_owned(),
        other => other.to_string(),
    };
    Told {
        error: "server_error",
        why: format!("Invalid SAML response received: {why}"),
    }
}

async fn judged(
    ctx: &Ctx,
    site: &Site,
    provider: &IdentityProviderRecord,
    asked: Option<&str>,
    response: &str,
) -> Result<Assertion, Unusable> {
    if provider.kind != Kind::Saml {
        return Err(Unusable::Fault(Fault::Issuer));
    }
    let pool_id = site.pool.value.id();
    let metadata = metadata::of(ctx, pool_id, provider).await?;
    let wants_encrypted = provider.is_set("EncryptedResponses");
    let key = match wants_encrypted {
        true => Some(certificate::decryption_key(ctx, pool_id, &provider.id).await?),
        false => None,
    };
    let decryption: Vec<&[u8]> = key.iter().map(|key| key.as_slice()).collect();
    let expected = Expected {
        issuer: &metadata.entity_id,
        audience: &entity_id(pool_id),
        acs: &format!("{}{ACS}", site.base),
        in_response_to: asked,
        now: ctx.now.0,
        keys: &metadata.keys,
        decryption: &decryption,
        wants_encrypted,
    };
    accept(response, &expected).map_err(Unusable::Fault)
}

fn believed(pool_id: &str, assertion: Assertion) -> Believed {
    let key = SamlAssertion::key(pool_id, &assertion.issuer, &assertion.id);
    let used = SamlAssertion {
        ends: Millis(assertion.ends),
    };
    let session = ProviderSession {
        name_id: assertion.name_id.clone(),
        attributes: assertion.name_id_attributes,
        index: assertion.session_index,
    };
    Believed {
        identity: Identity {
            subject: assertion.name_id,
            issuer: Some(assertion.issuer),
            claims: assertion.attributes,
            session: Some(session),
        },
        used: Batch::new().create(key, &used),
    }
}
