//! `StartWebAuthnRegistration`

use poolhouse_api::shapes::{StartWebAuthnRegistrationRequest, StartWebAuthnRegistrationResponse};

use crate::auth::{access_token, passkey_registration, recent};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::passkeys;

/// Says what an authenticator is to make. Another registration of the user that waits is forgotten.
///
/// # Errors
/// As [`passkey_registration::begin`]; `NotAuthorizedException` for a token that is not good.
pub async fn run(
    ctx: &Ctx,
    input: StartWebAuthnRegistrationRequest,
) -> Result<StartWebAuthnRegistrationResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, user) = (&*signed_in.pool.value, &signed_in.user.value);
    passkeys::relying_party(pool)?;
    recent::check_factors(ctx, &signed_in)?;
    let client_id = signed_in.client.value.id();
    Ok(StartWebAuthnRegistrationResponse {
        credential_creation_options: passkey_registration::begin(ctx, pool, user, client_id).await?,
    })
}
