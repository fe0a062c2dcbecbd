//! `AdminCreateUser`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{self, AttributeType, DeliveryMediumType, MessageActionType, UserStatusType};
use poolhouse_store::{Batch, CommitError, Expect};
use zeroize::Zeroizing;

use super::view;
use crate::base::error::ApiError;
use crate::records::{Failures, PoolRecord, UserRecord, user_index};
use crate::request::Ctx;
use crate::triggers::events::{CustomMessageSource, Metadata, PreSignUp, PreSignUpSource};
use crate::triggers::{self, About};
use crate::users::aliases::Taken;
use crate::users::attributes::Change;
use crate::users::change;
use crate::users::message::Message;
use crate::users::messages;
use crate::users::password_policy::{self, Wording};
use crate::users::{credentials, first_factors, registration};

/// Creates a user with a temporary password and mails an invitation, or mails a new one to a user who never used the
/// last. A user who can begin with a code is made without a password, confirmed, where the request has none.
///
/// # Errors
/// `UsernameExistsException` `User account already exists`, `AliasExistsException`, `InvalidPasswordException`,
/// `InvalidParameterException` for a name or attribute that is not taken, what the PreSignUp and CustomMessage functions
/// refuse, `CodeDeliveryFailureException`, `UnsupportedUserStateException`, `ResourceNotFoundException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminCreateUserRequest,
) -> Result<shapes::AdminCreateUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = match input.message_action {
        Some(MessageActionType::Resend) => resend(ctx, &pool, input).await?,
        _ => create(ctx, &pool, input).await?,
    };
    ctx.app.mailer.wake();
    Ok(shapes::AdminCreateUserResponse {
        user: Some(view::user_type(&user)),
    })
}

async fn create(
    ctx: &Ctx,
    pool: &PoolRecord,
    input: shapes::AdminCreateUserRequest,
) -> Result<UserRecord, ApiError> {
    let typed = input.username;
    let mut user = registration::new_user(
        ctx,
        pool,
        &typed,
        Change::listed(input.user_attributes.unwrap_or_default()),
    )?;
    let name = user_index::name_key(pool, &user.username);
    if ctx.referenced(&name).await?.is_some() {
        return Err(ApiError::new(ErrorCode::UsernameExistsException, EXISTS));
    }
    let given = input.temporary_password.filter(|given| !given.is_empty());
    let needs_none = given.is_none() && first_factors::needs_no_password(pool, &user);
    let password = temporary_password(ctx, pool, &user, given)?;
    let action = match needs_none {
        true => Some(MessageActionType::Suppress),
        false => input.message_action,
    };
    let to = destination(&user, action, input.desired_delivery_mediums.as_deref())?;
    pre_sign_up(
        ctx,
        pool,
        &user,
        input.validation_data,
        input.client_metadata.as_ref(),
    )
    .await?;
    if needs_none {
        user.status = UserStatusType::Confirmed;
    } else {
        user.sealed_verifier = Some(credentials::seal_verifier(ctx, pool, &user, &password).await?);
        user.temporary_until = Some(password_policy::temporary_until(pool, ctx.now));
    }
    let mail = match to {
        Some(to) => {
            let invitation = invitation(to, &password, input.client_metadata.as_ref());
            messages::queue(ctx, pool, &user, invitation).await?
        }
        None => Batch::new(),
    };
    let taken = if input.force_alias_creation == Some(true) {
        Taken::Move
    } else {
        Taken::Refuse
    };
    let batch = registration::rows(ctx, pool, &user, taken).await?.merge(mail);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(user),
        Err(CommitError::Conflict { key }) => Err(registration::conflict(pool, &user, &key, EXISTS)),
        Err(error) => Err(error.into()),
    }
}

/// What this operation says of a username in use.
const EXISTS: &str = "User account already exists";

/// Gives a user who was invited before another temporary password, and mails it. Attributes stay as they are.
async fn resend(
    ctx: &Ctx,
    pool: &PoolRecord,
    input: shapes::AdminCreateUserRequest,
) -> Result<UserRecord, ApiError> {
    let user = ctx.user(pool, &input.username).await?;
    let still_invited = |user: &UserRecord| match user.status {
        UserStatusType::ForceChangePassword => Ok(()),
        _ => Err(ApiError::new(
            ErrorCode::UnsupportedUserStateException,
            format!(
                "Resend not possible. {} status is not FORCE_CHANGE_PASSWORD",
                user.username
            ),
        )),
    };
    still_invited(&user.value)?;
    let password = temporary_password(ctx, pool, &user.value, input.temporary_password)?;
    let sealed = credentials::seal_verifier(ctx, pool, &user.value, &password).await?;
    let mediums = input.desired_delivery_mediums.as_deref();
    let also = match destination(&user.value, input.message_action, mediums)? {
        Some(to) => {
            let invitation = invitation(to, &password, input.client_metadata.as_ref());
            messages::queue(ctx, pool, &user.value, invitation).await?
        }
        None => Batch::new(),
    };
    let also = also.delete(Failures::key(pool.id(), &user.value.sub), Expect::Any);
    change::change_with(ctx, pool, user, &also, |user| {
        still_invited(user)?;
        user.sealed_verifier = Some(sealed.clone());
        user.temporary_until = Some(password_policy::temporary_until(pool, ctx.now));
        user.modified = ctx.now;
        Ok(())
    })
    .await
}

/// Where an invitation goes.
///
/// The service's default is SMS, which this server does not have: where a request does not say, it is the user's
/// email address. A user without any address is created without an invitation, as on the service.
fn destination(
    user: &UserRecord,
    action: Option<MessageActionType>,
    mediums: Option<&[DeliveryMediumType]>,
) -> Result<Option<String>, ApiError> {
    let email = user.attribute("email").map(str::to_owned);
    match mediums.filter(|mediums| !mediums.is_empty()) {
        _ if action == Some(MessageActionType::Suppress) => Ok(None),
        Some(mediums) if !mediums.contains(&DeliveryMediumType::Email) => Err(no_sms()),
        Some(_) if email.is_none() => Err(ApiError::invalid_parameter(
            "User has no email address to which the invitation could be sent.",
        )),
        None if email.is_none() && user.attribute("phone_number").is_some() => Err(no_sms()),
        _ => Ok(email),
    }
}

fn no_sms() -> ApiError {
    ApiError::new(
        ErrorCode::CodeDeliveryFailureException,
        "This server sends no SMS. Ask for EMAIL in DesiredDeliveryMediums, or for no message with SUPPRESS.",
    )
}

/// The mail that tells a new user its name and temporary password.
fn invitation<'a>(to: String, password: &'a str, metadata: Option<&'a Metadata>) -> Message<'a> {
    Message {
        source: CustomMessageSource::AdminCreateUser,
        to,
        code: password,
        expires: None,
        client: None,
        metadata,
        discard: false,
    }
}

/// The password given, if the policy takes it, or a generated one.
fn temporary_password(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    given: Option<String>,
) -> Result<Zeroizing<String>, ApiError> {
    match given.filter(|given| !given.is_empty()).map(Zeroizing::new) {
        Some(given) => password_policy::check(pool, user, &given, Wording::AdminCreateUser).map(|()| given),
        None => Ok(password_policy::generate(pool, &*ctx.platform().entropy)),
    }
}

/// Asks the pool's PreSignUp function. It may refuse the user; what else it answers is for users who sign themselves up.
async fn pre_sign_up(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    validation_data: Option<Vec<AttributeType>>,
    metadata: Option<&Metadata>,
) -> Result<(), ApiError> {
    let pair = |a: AttributeType| (a.name, a.value.unwrap_or_default());
    let validation: Option<Metadata> = validation_data.map(|data| data.into_iter().map(pair).collect());
    let about = About {
        pool,
        username: &user.username,
        user: Some(user),
        client: None,
    };
    let event = PreSignUp {
        source: PreSignUpSource::AdminCreateUser,
        validation: validation.as_ref(),
        metadata,
    };
    triggers::call(ctx, &about, &event).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
