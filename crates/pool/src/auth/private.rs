//! What a session keeps from its client: sealed in its row.

use serde_json::Value;

use super::handle;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{Key, SessionRecord, Stored};
use crate::request::Ctx;

/// The value as the session at `key` carries it.
pub fn seal(ctx: &Ctx, key: &Key<SessionRecord>, value: &Value) -> String {
    let text = value.to_string();
    ctx.platform()
        .seal(Purpose::Challenges, key.as_str(), text.as_bytes())
}

/// What the session carries.
///
/// # Errors
/// `Invalid session for the user.` where it carries nothing; when it does not open.
pub fn open(ctx: &Ctx, session: &Stored<SessionRecord>) -> Result<Value, ApiError> {
    let sealed = session.value.sealed_private.as_deref();
    let sealed = sealed.ok_or_else(handle::invalid)?;
    let opened = ctx.platform().open(Purpose::Challenges, &session.key, sealed);
    serde_json::from_slice(&opened.map_err(ApiError::internal)?).map_err(ApiError::internal)
}
