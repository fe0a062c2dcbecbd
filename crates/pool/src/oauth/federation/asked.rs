//! Which identity provider a client asks for.

use poolhouse_text::with_causes;

use super::providers::{self, UNAVAILABLE};
use crate::base::error::ApiError;
use crate::oauth::form::Form;
use crate::records::ClientRecord;
use crate::records::client::LOCAL;
use crate::request::Ctx;

/// The provider that is asked for, by its name or by an identifier, or that is the only one of the client's. `None`: the person chooses.
///
/// # Errors
/// What the client is told: `error` and `error_description`.
pub async fn provider(
    ctx: &Ctx,
    pool_id: &str,
    client: &ClientRecord,
    form: &Form,
) -> Result<Option<String>, (&'static str, &'static str)> {
    let unavailable = || ("invalid_request", UNAVAILABLE);
    let name = match (form.get("identity_provider"), form.get("idp_identifier")) {
        (Some(LOCAL), _) if client.is_local() => return Ok(Some(LOCAL.to_owned())),
        (Some(name), _) => name.to_owned(),
        (None, Some(identifier)) => {
            let found = providers::by_identifier(ctx, pool_id, identifier).await;
            let found = found.map_err(|error| unreadable(ctx, &error))?;
            found.ok_or_else(unavailable)?
        }
        (None, None) => {
            let mut outside = client.outside_providers();
            return match (client.is_local(), outside.next(), outside.next()) {
                (false, Some(only), None) => Ok(Some(only.clone())),
                (false, None, _) => Err(unavailable()),
                _ => Ok(None),
            };
        }
    };
    let is_listed = client.outside_providers().any(|listed| *listed == name);
    let found = match is_listed {
        true => providers::find(ctx, pool_id, &name).await,
        false => Ok(None),
    };
    match found.map_err(|error| unreadable(ctx, &error))? {
        Some(_) => Ok(Some(name)),
        None => Err(unavailable()),
    }
}

fn unreadable(ctx: &Ctx, error: &ApiError) -> (&'static str, &'static str) {
    let causes = with_causes(error);
    tracing::error!(
        request_id = ctx.request_id,
        causes,
        "an identity provider cannot be read"
    );
    ("server_error", "")
}
