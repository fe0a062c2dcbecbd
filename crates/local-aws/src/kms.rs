//! Decryption by KMS: what a function asks that sends codes of a pool, with AWS's Encryption SDK.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::encryption_sdk::{self, Context};
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::keyring::sender_key;
use poolhouse_pool::records::{PoolRecord, load};
use poolhouse_pool::triggers;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;

/// `Decrypt`, of the data key of a code that was written for the function.
pub(crate) async fn serve(call: &Call<'_>) -> Result<Answer, Fault> {
    if call.target() != "Decrypt" {
        return Err(Fault::unavailable(&format!("kms:{}", call.target())));
    }
    let body = call.json()?;
    let blob = body.get("CiphertextBlob").and_then(Value::as_str);
    let blob = blob
        .and_then(|blob| STANDARD.decode(blob).ok())
        .ok_or_else(invalid)?;
    let context = context(&body).ok_or_else(invalid)?;
    let pool_id = context.get(sender_key::POOL).ok_or_else(invalid)?;
    let platform = &call.ctx.app.platform;
    let pool = load(platform, &PoolRecord::key(pool_id)).await;
    let pool = pool.map_err(|error| Fault::internal(&ApiError::from(error)))?;
    let pool = pool.filter(|pool| triggers::sends_for(&pool.value, &call.function.function));
    let pool = pool.ok_or_else(|| {
        Fault::denied(
            "The function is no CustomEmailSender or CustomSMSSender of the pool whose code this is.",
        )
    })?;
    let key = sender_key::of(platform, &pool.value).ok_or_else(invalid)?;
    let asked = body.get("KeyId").and_then(Value::as_str);
    if asked.is_some_and(|asked| asked != key.name) {
        return Err(Fault::new(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        ));
    }
    let data_key = encryption_sdk::unwrap(&key.key, &context, &blob).map_err(|_| invalid())?;
    Ok(Answer::Json(json!({
        "KeyId": key.name,
        "Plaintext": STANDARD.encode(data_key.as_slice()),
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    })))
}

fn context(body: &Value) -> Option<Context> {
    let members = body.get("EncryptionContext")?.as_object()?.iter();
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    members.map(text).collect()
}

/// What KMS says of anything that it cannot decrypt. It has no words for it.
fn invalid() -> Fault {
    Fault::new("InvalidCiphertextException", "")
}
