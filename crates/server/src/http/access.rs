//! Who may call the operations that AWS signs: the operator's access keys, and the keys that function processes get.
//!
//! A signature is checked against the secret of the key it names; an unknown key is checked against a secret nobody
//! has, so that both cost the same. The session token of temporary AWS credentials is ignored, its signature is not.

use std::borrow::Cow;
use std::collections::BTreeSet;

use axum::http::{HeaderMap, Request, header};
use bytes::Bytes;
use poolhouse_api::{ErrorCode, Operation};
use poolhouse_sigv4::{self as sigv4, Presented, Refusal};
use serde_json::Value;

use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::keyring::{FunctionKey, access, policy};
use poolhouse_pool::records::{Actor, Policy, PoolRecord, load};
use poolhouse_pool::request::{App, Ctx};

/// The signing name in every credential scope.
pub const SERVICE: &str = "cognito-idp";

/// Whose known key signed a request of the API.
///
/// # Errors
/// The service's own: missing or incomplete authentication, unknown key, wrong or expired signature.
pub async fn signer(ctx: &Ctx, request: &Request<Bytes>) -> Result<Signer, ApiError> {
    signer_for(ctx, SERVICE, request).await
}

/// Checks that a key may call this operation on what the body names.
///
/// # Errors
/// `AccessDeniedException`
pub async fn permit(ctx: &Ctx, signer: &Signer, operation: Operation, body: &Value) -> Result<(), ApiError> {
    match signer {
        Signer::Function(key) => authorize_function(ctx, key, operation, body).await,
        Signer::Operator(key) => policy::check(
            &ctx.app.settings,
            &key.access_key_id,
            &key.policy,
            operation,
            body,
        ),
    }
}

/// The function whose key signed a request to another service.
///
/// # Errors
/// As [`signer`]; the operator's keys are good for the pool only.
pub async fn function(ctx: &Ctx, service: &str, request: &Request<Bytes>) -> Result<FunctionKey, ApiError> {
    match signer_for(ctx, service, request).await? {
        Signer::Function(key) => Ok(key),
        Signer::Operator(_) => Err(ApiError::new(
            ErrorCode::AccessDeniedException,
            "Only functions that this server runs are answered in place of AWS.",
        )),
    }
}

/// Whether a request names an access key that there is, whatever its signature is worth.
pub async fn names_a_key(app: &App, headers: &HeaderMap) -> bool {
    let Some((access_key_id, _)) = scope(headers) else {
        return false;
    };
    app.function_keys.find(access_key_id).is_some()
        || matches!(access::find(&app.platform, access_key_id).await, Ok(Some(_)))
}

/// The access key and the service in the scope of a signature: the first and the fourth part of the credential.
pub fn scope(headers: &HeaderMap) -> Option<(&str, &str)> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    let scope = credential.split([',', ' ']).next()?;
    let mut parts = scope.rsplit('/');
    let service = (parts.next() == Some("aws4_request")).then(|| parts.next())??;
    Some((parts.next_back()?, service))
}

/// Whose key signed a request.
pub enum Signer {
    /// An access key of the operator's.
    Operator(OperatorKey),
    /// The key of a function's process.
    Function(FunctionKey),
}

impl Signer {
    /// Who it is in the audit log.
    pub fn actor(&self) -> Actor {
        match self {
            Signer::Operator(key) => Actor::Key(key.access_key_id.clone()),
            Signer::Function(key) => Actor::Function(key.function.clone()),
        }
    }
}

/// An access key of the operator's that signed a request.
pub struct OperatorKey {
    access_key_id: String,
    policy: Policy,
}

impl OperatorKey {
    /// The pools that it is kept to, if it is to some.
    pub fn pools(&self) -> Option<&BTreeSet<String>> {
        self.policy.pools.as_ref()
    }
}

async fn signer_for(ctx: &Ctx, service: &str, request: &Request<Bytes>) -> Result<Signer, ApiError> {
    let headers: Vec<(&str, Cow<'_, str>)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_ref()))
        .collect();
    let signed = sigv4::Request {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or(""),
        headers: &headers,
        body: request.body(),
    };
    let presented = Presented::parse(signed, service).map_err(refused)?;
    let access_key_id = presented.access_key_id();
    let (secret, signer) = match ctx.app.function_keys.find(access_key_id) {
        Some(key) => (Some(key.secret.clone()), Some(Signer::Function(key))),
        None => match access::find(ctx.platform(), access_key_id).await? {
            Some(key) => {
                let access_key_id = access_key_id.to_owned();
                let signer = OperatorKey {
                    access_key_id,
                    policy: key.policy,
                };
                (Some(key.secret), Some(Signer::Operator(signer)))
            }
            None => (None, None),
        },
    };
    presented
        .verify(secret.as_ref().map(|secret| secret.as_str()), ctx.now.seconds())
        .map_err(refused)?;
    // No signature is right for a key that there is not.
    signer.ok_or_else(|| refused(Refusal::UnrecognizedClient))
}

async fn authorize_function(
    ctx: &Ctx,
    key: &FunctionKey,
    operation: Operation,
    body: &Value,
) -> Result<(), ApiError> {
    let pool_id = body.get("UserPoolId").and_then(Value::as_str).unwrap_or_default();
    let pool = load(ctx.platform(), &PoolRecord::key(pool_id)).await?;
    let serves =
        pool.is_some_and(|pool| poolhouse_pool::triggers::names_function(&pool.value, &key.function));
    if serves && key.operations.contains(&operation) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::AccessDeniedException,
        format!(
            "User: function {} is not authorized to perform: {SERVICE}:{} on resource: user pool {pool_id}",
            key.function,
            operation.name(),
        ),
    ))
}

fn refused(refusal: Refusal) -> ApiError {
    let code = ErrorCode::from_name(refusal.code()).unwrap_or(ErrorCode::AccessDeniedException);
    ApiError::new(code, refusal.to_string())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn key_and_service_are_those_of_the_signatures_scope() {
        let named = |authorization: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(authorization));
            scope(&headers).map(|(key, service)| (key.to_owned(), service.to_owned()))
        };
        let authorization = "AWS4-HMAC-SHA256 Credential=AKIA/20260102/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(named(authorization), Some(("AKIA".to_owned(), "ses".to_owned())));
        for other in [
            "Bearer x",
            "AWS4-HMAC-SHA256 Credential=AKIA",
            "AWS4-HMAC-SHA256 Credential=AKIA/ses/aws5_request",
            "AWS4-HMAC-SHA256 Credential=aws4_request",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
        assert_eq!(scope(&HeaderMap::new()), None);
    }
}
