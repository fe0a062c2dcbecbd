//! The way back from a SAML provider, with its response.

use super::ask::REQUEST;
use super::judge::judge;
use super::unasked;
use crate::base::error::ApiError;
use crate::oauth::cookies::Browser;
use crate::oauth::federation::arrive::{Arrived, arrive};
use crate::oauth::federation::round;
use crate::oauth::handle;
use crate::oauth::site::Site;
use crate::request::Ctx;

pub use super::unasked::Back;

/// Takes a browser back that posts a response. `None`: it never left for there, is back already, or the pool takes nobody who comes by
/// themselves.
///
/// # Errors
/// When the store fails.
pub async fn answer(
    ctx: &Ctx,
    site: &Site,
    (relay_state, response): (&str, &str),
    cookies: &Browser,
) -> Result<Option<Back>, ApiError> {
    if !handle::is_one(relay_state) {
        return unasked::answer(ctx, site, relay_state, response).await;
    }
    // Whatever is in the response, the round is over once it is taken: nobody tries twice.
    let Some(round) = round::take(ctx, site, relay_state, cookies).await? else {
        return Ok(None);
    };
    // Without the ID of a request, it is not SAML's: nothing is read that nobody asked for.
    let Some(asked) = round.kept.get(REQUEST) else {
        return Ok(None);
    };
    let judged = judge(ctx, site, &round.provider.value, Some(asked), response).await?;
    let arrived = match judged {
        Ok(believed) => arrive(ctx, round, believed.identity, believed.used).await?,
        Err(told) => Arrived::Refused(round.refuse(ctx, told.error, &told.why).await?),
    };
    Ok(Some(Back { arrived, name: None }))
}
