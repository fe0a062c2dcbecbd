//! Codes that a function of the pool sends, by email or SMS, in the pool's place.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::encryption_sdk::{self, Wrapping};
use poolhouse_text::html;

use super::message::Message;
use crate::base::error::ApiError;
use crate::keyring::sender_key;
use crate::records::{PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{CustomMessageSource, CustomSender, Medium, sender_of};
use crate::triggers::{self, About};

/// Whether a function of the pool sends codes of this kind.
pub fn is_set(pool: &PoolRecord, medium: Medium) -> bool {
    let lambdas = pool.settings.lambda_config.as_ref();
    lambdas.is_some_and(|lambdas| sender_of(lambdas, medium).is_some())
}

/// Has the function send the code, encrypted for it. Nothing is sent in its place if it fails: then neither is there a code.
/// What nobody is to get, no function hears of.
///
/// # Errors
/// What the function fails with, in the service's words; a pool without `KMSKeyID`.
pub async fn hand_over(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    medium: Medium,
    message: &Message<'_>,
) -> Result<(), ApiError> {
    if message.discard {
        return Ok(());
    }
    let addressed = addressed(user, medium, &message.to);
    let about = About {
        pool,
        username: &user.username,
        user: Some(&addressed),
        client: message.client,
    };
    // On the service, too, a temporary password is written for HTML.
    let code = match message.source {
        CustomMessageSource::AdminCreateUser => html::escape(message.code),
        _ => message.code.to_owned(),
    };
    let event = CustomSender {
        medium,
        source: message.source,
        code: &encrypted(ctx, pool, &code)?,
        metadata: message.metadata,
    };
    triggers::call(ctx, &about, &event).await?;
    Ok(())
}

/// The user with the address that the code goes to, which may be one that is not the user's before it is proved.
fn addressed(user: &UserRecord, medium: Medium, to: &str) -> UserRecord {
    let attribute = match medium {
        Medium::Email => "email",
        Medium::Sms => "phone_number",
    };
    let mut addressed = user.clone();
    addressed.attributes.retain(|(name, _)| name != attribute);
    addressed.attributes.push((attribute.to_owned(), to.to_owned()));
    addressed
}

fn encrypted(ctx: &Ctx, pool: &PoolRecord, code: &str) -> Result<String, ApiError> {
    let key = sender_key::of(ctx.platform(), pool);
    let key = key.ok_or_else(|| ApiError::internal("a custom sender without a KMSKeyID"))?;
    let wrapping = Wrapping {
        namespace: sender_key::NAMESPACE,
        name: &key.name,
        key: &key.key,
    };
    let about = BTreeMap::from([(sender_key::POOL.to_owned(), pool.id().to_owned())]);
    let entropy = &*ctx.platform().entropy;
    let message = encryption_sdk::seal(entropy, &wrapping, about, code.as_bytes());
    Ok(STANDARD.encode(message.map_err(ApiError::internal)?))
}
