//! `StartWebAuthnRegistration`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_api::shapes::{StartWebAuthnRegistrationRequest, StartWebAuthnRegistrationResponse};
use poolhouse_store::{Batch, CommitError, Expect};

use crate::auth::{access_token, recent};
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{PasskeyRegistration, Passkeys, RecordBatch, UserRecord};
use crate::request::Ctx;
use crate::users::passkeys;

/// How long a registration waits, in seconds. The service does not say; browsers wait one minute.
const LIFE_SECONDS: i64 = 5 * 60;

/// Says what an authenticator is to make. Another registration of the user that waits is forgotten.
///
/// # Errors
/// `WebAuthnNotEnabledException`, `WebAuthnConfigurationMissingException`; `LimitExceededException` for a user with 20 passkeys;
/// `NotAuthorizedException` for a token that is not good.
pub async fn run(
    ctx: &Ctx,
    input: StartWebAuthnRegistrationRequest,
) -> Result<StartWebAuthnRegistrationResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, user) = (&*signed_in.pool.value, &signed_in.user.value);
    let rp_id = passkeys::relying_party(pool)?;
    recent::check_factors(ctx, &signed_in)?;
    let held = ctx.load(&Passkeys::key(pool.id(), &user.sub)).await?;
    let held = held.map(|held| held.value).unwrap_or_default();
    passkeys::check_room(&held)?;
    let mut random = [0; passkeys::CHALLENGE_BYTES];
    ctx.platform().entropy.fill(&mut random);
    let challenge = URL_SAFE_NO_PAD.encode(random);
    let key = PasskeyRegistration::key(pool.id(), &user.sub);
    let registration = PasskeyRegistration {
        client_id: signed_in.client.value.id().to_owned(),
        sealed: ctx
            .platform()
            .seal(Purpose::Challenges, key.as_str(), challenge.as_bytes()),
        expires: ctx.now.plus_seconds(LIFE_SECONDS),
    };
    let batch = Batch::new()
        .record(key, Expect::Any, &registration)
        .check(UserRecord::key(pool.id(), &user.sub), Expect::Present);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(StartWebAuthnRegistrationResponse {
            credential_creation_options: passkeys::creation_options(pool, rp_id, user, &held, &challenge),
        }),
        Err(CommitError::Conflict { .. }) => Err(ApiError::user_not_found()),
        Err(error) => Err(error.into()),
    }
}
