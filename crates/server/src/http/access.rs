//! Who may call the operations that AWS signs: the operator's access keys, and the keys that function processes get.
//!
//! A signature is checked against the secret of the key it names; an unknown key is checked against a secret nobody
//! has, so that both cost the same. The session token of temporary AWS credentials is ignored, its signature is not.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::Request;
use bytes::Bytes;
use poolhouse_api::{ErrorCode, Operation};
use poolhouse_crypto::{Entropy, random_id};
use poolhouse_sigv4::{self as sigv4, Presented, Refusal};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::{AccessKeyRecord, PoolRecord, keys, load};

/// The signing name in every credential scope.
const SERVICE: &str = "cognito-idp";

/// An access key for one function's processes, held in memory and gone with the server.
#[derive(Clone)]
struct FunctionKey {
    secret: Zeroizing<String>,
    function: String,
    operations: Vec<Operation>,
}

/// The access keys of function processes.
#[derive(Default)]
pub struct FunctionKeys {
    keys: Mutex<HashMap<String, FunctionKey>>,
}

/// Key id and secret, as a function process finds them in its environment.
pub struct FunctionCredentials {
    /// `AWS_ACCESS_KEY_ID`
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`
    pub secret_access_key: Zeroizing<String>,
}

impl FunctionKeys {
    /// A fresh key that may call `operations`, on pools that name `function` as one of their triggers.
    pub fn issue(
        &self,
        function: &str,
        operations: Vec<Operation>,
        entropy: &dyn Entropy,
    ) -> FunctionCredentials {
        let access_key_id = format!("ASIA{}", random_id(16, entropy).to_uppercase());
        let secret = Zeroizing::new(random_id(40, entropy));
        let key = FunctionKey {
            secret: secret.clone(),
            function: function.to_owned(),
            operations,
        };
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(access_key_id.clone(), key);
        FunctionCredentials {
            access_key_id,
            secret_access_key: secret,
        }
    }

    fn find(&self, access_key_id: &str) -> Option<FunctionKey> {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(access_key_id)
            .cloned()
    }
}

/// Lets the request pass if a known key signed it and may call this operation.
///
/// # Errors
/// The service's own: missing or incomplete authentication, unknown key, wrong or expired signature, access denied.
pub async fn authorize(
    ctx: &Ctx,
    operation: Operation,
    body: &Value,
    request: &Request<Bytes>,
) -> Result<(), ApiError> {
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
    let presented = Presented::parse(signed, SERVICE).map_err(refused)?;
    let function = ctx.app.function_keys.find(presented.access_key_id());
    let secret = match &function {
        Some(key) => Some(key.secret.clone()),
        None => operator_secret(ctx, presented.access_key_id()).await?,
    };
    presented
        .verify(secret.as_ref().map(|secret| secret.as_str()), ctx.now.seconds())
        .map_err(refused)?;
    match function {
        Some(key) => authorize_function(ctx, &key, operation, body).await,
        None => Ok(()),
    }
}

async fn operator_secret(ctx: &Ctx, access_key_id: &str) -> Result<Option<Zeroizing<String>>, ApiError> {
    let key = keys::access_key(access_key_id);
    if !access_key_id.bytes().all(|b| b.is_ascii_alphanumeric()) || access_key_id.is_empty() {
        return Ok(None);
    }
    let Some(record) = load::<AccessKeyRecord>(&*ctx.app.store, &key).await? else {
        return Ok(None);
    };
    let secret = ctx
        .app
        .sealer
        .open(&key, &record.value.sealed_secret)
        .map_err(ApiError::internal)?;
    String::from_utf8(secret)
        .map(|secret| Some(Zeroizing::new(secret)))
        .map_err(ApiError::internal)
}

async fn authorize_function(
    ctx: &Ctx,
    key: &FunctionKey,
    operation: Operation,
    body: &Value,
) -> Result<(), ApiError> {
    let pool_id = body.get("UserPoolId").and_then(Value::as_str).unwrap_or_default();
    let pool = load::<PoolRecord>(&*ctx.app.store, &keys::pool(pool_id)).await?;
    let serves = pool.is_some_and(|pool| crate::triggers::names_function(&pool.value, &key.function));
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
