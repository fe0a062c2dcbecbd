//! The ID of a request.

use poolhouse_text::hex;

use crate::request::Ctx;

/// Draws one, which nobody guesses.
pub(super) fn draw(ctx: &Ctx) -> String {
    let mut random = [0; 20];
    ctx.platform().entropy.fill(&mut random);
    // An ID begins with no digit.
    format!("_{}", hex::encode(&random))
}
