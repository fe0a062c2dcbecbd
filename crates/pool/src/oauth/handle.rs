//! What a browser holds of a row: 32 random bytes as text. The row lies under a digest of them, so a copy of the database holds no
//! handle, and a database that was restored knows none from before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_crypto::sha256;
use poolhouse_text::hex;

use crate::request::Ctx;

/// Characters of a handle.
const LENGTH: usize = 43;

/// Draws one.
pub fn draw(ctx: &Ctx) -> String {
    let mut random = [0; 32];
    ctx.platform().entropy.fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

/// Whether a text is in the form of a handle.
pub fn is_one(handle: &str) -> bool {
    handle.len() == LENGTH && URL_SAFE_NO_PAD.decode(handle).is_ok()
}

/// What is kept of one; `kind` says of what it is one, so that none stands in for another. `None` for what is not in the form of a
/// handle.
pub fn digest(ctx: &Ctx, kind: &str, handle: &str) -> Option<String> {
    let context = ctx.platform().restores.context(kind);
    is_one(handle).then(|| hex::encode(&sha256(&[context.as_bytes(), b"\0", handle.as_bytes()])))
}
