//! `ForgotPassword`

use poolhouse_api::shapes;

use crate::auth::migration;
use crate::auth::named::Named;
use crate::auth::subject::Subject;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::triggers::events::CustomMessageSource;
use crate::users::code_mail::{CodeMail, Leaves};
use crate::users::codes::Purpose;
use crate::users::{quota, recovery};

/// Mails a code that is good for a new password for an hour. Up to five calls an hour. The old password goes on until then.
///
/// A name that nobody has and a disabled user get the answer of any other, with the same work behind it, and no mail. A name
/// that the pool does not know is looked for in the older directory, if there is one.
///
/// # Errors
/// `NotAuthorizedException` where only administrators reset passwords, the user has had none of its own yet, or the secret
/// hash is wrong; `InvalidParameterException` for a user without a verified address; `LimitExceededException`;
/// `UserNotFoundException` where the client may know that; what the functions answer; `CodeDeliveryFailureException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ForgotPasswordRequest,
) -> Result<shapes::ForgotPasswordResponse, ApiError> {
    let hash = input.secret_hash.as_deref();
    let mut named = Named::find(ctx, &input.client_id, hash, &input.username).await?;
    let metadata = input.client_metadata.as_ref();
    recovery::check_pool(ctx, &named.pool.value)?;
    let may_migrate = named.subject.user().is_none() && migration::is_on(&named.pool.value);
    if !may_migrate {
        named.hidden()?;
    }
    named.count(ctx, quota::FORGOT_PASSWORD).await?;
    if may_migrate {
        let (pool, client) = (&named.pool.value, &named.client.value);
        let found = migration::forgotten(ctx, pool, client, &input.username, metadata).await?;
        if let Some(user) = found {
            named.subject = Subject::Known(user);
        }
        named.hidden()?;
    }
    let (purpose, source) = (Purpose::ForgotPassword, CustomMessageSource::ForgotPassword);
    let mail = CodeMail::new(purpose, source, Some(&*named.client.value), metadata);
    let details = named.send(ctx, mail, |user| {
        let leaves = if user.enabled { Leaves::Yes } else { Leaves::No };
        Ok(Some((recovery::address(user)?, leaves)))
    });
    let details = details.await?;
    Ok(shapes::ForgotPasswordResponse {
        code_delivery_details: Some(details),
    })
}

#[cfg(test)]
mod tests;
