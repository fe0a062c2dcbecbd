//! `CompleteWebAuthnRegistration`

use poolhouse_api::shapes::{CompleteWebAuthnRegistrationRequest, CompleteWebAuthnRegistrationResponse};

use crate::auth::{access_token, passkey_registration, recent};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::passkeys;

/// Registers the passkey that an authenticator has made. The registration is over with that, whatever came of it.
///
/// # Errors
/// As [`passkey_registration::complete`]; `NotAuthorizedException` for a token that is not good.
pub async fn run(
    ctx: &Ctx,
    input: CompleteWebAuthnRegistrationRequest,
) -> Result<CompleteWebAuthnRegistrationResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let pool = &*signed_in.pool.value;
    passkeys::relying_party(pool)?;
    recent::check_factors(ctx, &signed_in)?;
    let who = (&signed_in.user, signed_in.client.value.id());
    passkey_registration::complete(ctx, pool, who, &input.credential).await?;
    Ok(CompleteWebAuthnRegistrationResponse {})
}
