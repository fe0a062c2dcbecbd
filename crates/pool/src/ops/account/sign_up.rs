//! `SignUp`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{self, AttributeType, UserStatusType};
use poolhouse_store::{Batch, CommitError};
use zeroize::Zeroizing;

use crate::auth::{after_sign_up, named};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, UserRecord, user_index};
use crate::request::Ctx;
use crate::triggers::events::{
    CustomMessageSource, Metadata, PostConfirmationSource, PreSignUp, PreSignUpSource, SignUpAnswer,
};
use crate::triggers::{self, About};
use crate::users::aliases::Taken;
use crate::users::attributes::Change;
use crate::users::code_mail::{self, CodeMail, Leaves};
use crate::users::codes::Purpose;
use crate::users::password_policy::{self, Wording};
use crate::users::schema::CONTACTS;
use crate::users::{confirmation, credentials, first_factors, registration};

/// What this operation says of a username in use.
const EXISTS: &str = "User already exists";

/// Creates a user who signs itself up, `UNCONFIRMED` unless PreSignUp confirms it, and mails a code where the pool verifies
/// the email address by itself. The user, the code and the mail are one commit. Nobody is signed in by it: its `Session` is for
/// `ConfirmSignUp`.
///
/// # Errors
/// `NotAuthorizedException` where the pool takes no sign-ups, the client's secret hash is wrong, or an attribute is not the
/// client's to write; `InvalidParameterException` for a name or attribute that is not taken; `InvalidPasswordException`;
/// `UsernameExistsException` `User already exists`; what the functions refuse; `CodeDeliveryFailureException`;
/// `ResourceNotFoundException`.
pub async fn run(ctx: &Ctx, input: shapes::SignUpRequest) -> Result<shapes::SignUpResponse, ApiError> {
    let name = input.username;
    let (client, pool) = named::asking(ctx, &input.client_id, input.secret_hash.as_deref(), &name).await?;
    let (client, pool) = (&*client.value, &*pool.value);
    check_open(pool)?;
    let metadata = input.client_metadata.as_ref();
    let mut user = new_user(ctx, pool, client, &name, input.user_attributes)?;
    let password = input.password.filter(|password| !password.is_empty());
    let password = password.map(Zeroizing::new);
    match &password {
        Some(password) => password_policy::check(pool, &user, password, Wording::SignUp)?,
        // Whoever can begin with a code need not have one.
        None if first_factors::needs_no_password(pool, &user) => {}
        None => return Err(ApiError::missing_parameter("Password")),
    }
    let answer = pre_sign_up(ctx, pool, client, &user, input.validation_data, metadata).await?;
    follow(&answer, &mut user)?;
    check_free(ctx, pool, &user, &name).await?;
    if let Some(password) = &password {
        user.sealed_verifier = Some(credentials::seal_verifier(ctx, pool, &user, password).await?);
    }
    let address = match answer.confirm {
        true => None,
        false => code_mail::sign_up_address(pool, &user)?,
    };
    let code = match address {
        Some(address) => {
            let (purpose, source) = (Purpose::SignUp, CustomMessageSource::SignUp);
            let mail = CodeMail::new(purpose, source, Some(client), metadata);
            code_mail::write(ctx, pool, &user, address, mail, Leaves::Yes).await?
        }
        None => Batch::new(),
    };
    create(ctx, pool, &user, &name, code).await?;
    ctx.app.mailer.wake();
    if answer.confirm {
        let source = PostConfirmationSource::ConfirmSignUp;
        confirmation::tell(ctx, pool, &user, Some(client), source, metadata).await?;
    }
    Ok(shapes::SignUpResponse {
        user_confirmed: answer.confirm,
        code_delivery_details: address.map(code_mail::details),
        user_sub: user.sub.clone(),
        session: address.and_then(|_| after_sign_up::begun(ctx, pool, client, &user)),
    })
}

fn check_open(pool: &PoolRecord) -> Result<(), ApiError> {
    let config = pool.settings.admin_create_user_config.as_ref();
    if config.and_then(|config| config.allow_admin_create_user_only) == Some(true) {
        return Err(ApiError::not_authorized(
            "SignUp is not permitted for this user pool",
        ));
    }
    Ok(())
}

/// The user as asked for: its addresses are not verified, whatever the pool has verified of others.
fn new_user(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    name: &str,
    attributes: Option<Vec<AttributeType>>,
) -> Result<UserRecord, ApiError> {
    let named = registration::address_kind(pool, name)?;
    let given = Change::listed(attributes.unwrap_or_default());
    given.check_client(client)?;
    given.check_sign_up(pool, named)?;
    let mut user = registration::new_user(ctx, pool, name, given)?;
    user.status = UserStatusType::Unconfirmed;
    for (contact, flag) in CONTACTS {
        if user.attribute(contact).is_some() {
            user.set_attribute(flag, "false");
        }
    }
    Ok(user)
}

/// Asks the pool's PreSignUp function, before it is known whether the name is free: functions look for users of the same
/// address and expect to be the first who do.
async fn pre_sign_up(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    user: &UserRecord,
    validation_data: Option<Vec<AttributeType>>,
    metadata: Option<&Metadata>,
) -> Result<SignUpAnswer, ApiError> {
    let pair = |a: AttributeType| (a.name, a.value.unwrap_or_default());
    let validation: Option<Metadata> = validation_data.map(|data| data.into_iter().map(pair).collect());
    // What the user has not given is not shown as given.
    let mut typed = user.clone();
    for (_, flag) in CONTACTS {
        typed.remove_attribute(flag);
    }
    let about = About {
        pool,
        username: &user.username,
        user: Some(&typed),
        client: Some(client),
    };
    let event = PreSignUp {
        source: PreSignUpSource::SignUp,
        validation: validation.as_ref(),
        metadata,
    };
    let answer = triggers::call(ctx, &about, &event).await?;
    Ok(answer.unwrap_or_default())
}

/// Makes of the user what PreSignUp wants of it.
fn follow(answer: &SignUpAnswer, user: &mut UserRecord) -> Result<(), ApiError> {
    if answer.confirm {
        user.status = UserStatusType::Confirmed;
    }
    let verified = [
        (answer.verify_email, "email", "autoVerifyEmail"),
        (answer.verify_phone, "phone_number", "autoVerifyPhone"),
    ];
    for (_, contact, member) in verified.into_iter().filter(|(verify, ..)| *verify) {
        if user.attribute(contact).is_none() {
            return Err(ApiError::new(
                ErrorCode::InvalidLambdaResponseException,
                format!("PreSignUp answered {member} for a user without {contact}."),
            ));
        }
        user.set_attribute(&format!("{contact}_verified"), "true");
    }
    Ok(())
}

/// Refuses a name that signs somebody in already.
async fn check_free(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord, name: &str) -> Result<(), ApiError> {
    let mut keys = vec![user_index::name_key(pool, &user.username)];
    if let Some(kind) = registration::address_kind(pool, name)? {
        keys.push(user_index::alias_key(pool, kind, name));
    }
    for key in keys {
        if ctx.referenced(&key).await?.is_some() {
            return Err(exists());
        }
    }
    Ok(())
}

fn exists() -> ApiError {
    ApiError::new(ErrorCode::UsernameExistsException, EXISTS)
}

/// Commits the user and its code. An address that PreSignUp has verified moves to it from whoever signs in by it.
async fn create(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    name: &str,
    code: Batch,
) -> Result<(), ApiError> {
    let rows = registration::rows(ctx, pool, user, Taken::MoveAddress).await;
    match ctx.platform().commit(rows.map_err(taken)?.merge(code)).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict { key }) => {
            let own_name = registration::address_kind(pool, name)?
                .is_some_and(|kind| user_index::alias_key(pool, kind, name).as_str() == key);
            Err(if own_name {
                exists()
            } else {
                taken(registration::conflict(pool, user, &key, EXISTS))
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// The service has one exception for every name in use here.
fn taken(mut error: ApiError) -> ApiError {
    if error.code == ErrorCode::AliasExistsException {
        error.code = ErrorCode::UsernameExistsException;
    }
    error
}

#[cfg(test)]
mod tests;
