//! Addresses of users that change: what counts at once, what waits until it is verified, and the code that verifies it.

use poolhouse_api::shapes::{CodeDeliveryDetailsType, VerifiedAttributeType};
use poolhouse_store::Batch;

use super::aliases;
use super::attributes::Change;
use super::change;
use super::code_mail::{self, ATTRIBUTE, CodeMail, Leaves};
use super::codes::{self, Purpose};
use super::quota;
use crate::base::error::ApiError;
use crate::records::user_index::alias_key;
use crate::records::{ClientRecord, CodeRecord, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{CustomMessageSource, Metadata};

/// An attribute that can be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// `email`
    Email,
    /// `phone_number`
    PhoneNumber,
}

impl Contact {
    /// The attribute of this name.
    ///
    /// # Errors
    /// `InvalidParameterException` for any other.
    pub fn named(name: &str) -> Result<Contact, ApiError> {
        match name {
            "email" => Ok(Contact::Email),
            "phone_number" => Ok(Contact::PhoneNumber),
            _ => Err(ApiError::invalid_parameter(
                "Invalid attribute name. Only phone_number and email can be verified.",
            )),
        }
    }

    /// What a code for it is good for.
    pub fn purpose(self) -> Purpose {
        match self {
            Contact::Email => Purpose::VerifyEmail,
            Contact::PhoneNumber => Purpose::VerifyPhoneNumber,
        }
    }
}

/// Who changes attributes.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// The app client of the user itself; `None` for an administrator, who may say that an address is verified.
    pub client: Option<&'a ClientRecord>,
    /// `ClientMetadata` of the request.
    pub metadata: Option<&'a Metadata>,
}

/// Changes a user's attributes. A new email address is unverified, and mailed a code where the pool verifies addresses by
/// itself; where the pool wants it verified first, the address of before stays until the code is typed. An address that an
/// administrator calls verified counts at once, and gets no code.
///
/// # Errors
/// `InvalidParameterException` for what the schema does not take; `AliasExistsException`; `LimitExceededException` for a user
/// who has too many codes mailed; what CustomMessage answers; `CodeDeliveryFailureException`.
pub async fn change(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    asked: Change,
    by: By<'_>,
) -> Result<Option<CodeDeliveryDetailsType>, ApiError> {
    asked.check_change(pool, &user.value)?;
    let old = user.value.attribute(ATTRIBUTE).map(str::to_owned);
    let Some(new) = new_address(pool, old.as_deref(), &asked) else {
        change::attributes(ctx, pool, user, &asked).await?;
        return Ok(None);
    };
    let waits = is_verified_first(pool);
    let replaces = waits.then(|| old.unwrap_or_default());
    let now = if waits { asked.without(ATTRIBUTE) } else { asked };
    if waits {
        check_free(ctx, pool, &new).await?;
    }
    if by.client.is_some() {
        quota::UPDATE_USER_ATTRIBUTES
            .count(ctx, pool.id(), &user.value.sub)
            .await?;
    }
    let code = code(ctx, pool, &user.value, &new, replaces.as_deref(), by).await?;
    change::change_with(ctx, pool, user, &code, |user| {
        now.check_change(pool, user)?;
        let held = user.attribute(ATTRIBUTE).unwrap_or_default();
        if replaces.as_deref().is_some_and(|replaces| replaces != held) {
            return Err(ApiError::concurrent_modification());
        }
        now.apply(pool, user);
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    ctx.app.mailer.wake();
    Ok(Some(code_mail::details(&new)))
}

/// The address that is to be verified by a code, if there is one.
fn new_address(pool: &PoolRecord, old: Option<&str>, asked: &Change) -> Option<String> {
    let is_sent = code_mail::verifies(pool, VerifiedAttributeType::Email) || is_verified_first(pool);
    let is_vouched_for = asked.value("email_verified") == Some("true");
    let new = asked.value(ATTRIBUTE).filter(|_| is_sent && !is_vouched_for)?;
    let is_old = old.is_some_and(|old| pool.is_same_address(old, new));
    (!is_old).then(|| new.to_owned())
}

/// Whether the pool wants a new email address verified before it takes the place of the one before.
pub fn is_verified_first(pool: &PoolRecord) -> bool {
    let settings = pool.settings.user_attribute_update_settings.as_ref();
    let first =
        settings.and_then(|settings| settings.attributes_require_verification_before_update.as_deref());
    first.unwrap_or_default().contains(&VerifiedAttributeType::Email)
}

/// Where addresses are usernames, one that is somebody's is refused before a code goes there.
async fn check_free(ctx: &Ctx, pool: &PoolRecord, address: &str) -> Result<(), ApiError> {
    if !pool.username_attributes().any(|kind| kind == ATTRIBUTE) {
        return Ok(());
    }
    match ctx.referenced(&alias_key(pool, ATTRIBUTE, address)).await? {
        Some(_) => Err(aliases::exists(pool, ATTRIBUTE)),
        None => Ok(()),
    }
}

async fn code(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    address: &str,
    replaces: Option<&str>,
    by: By<'_>,
) -> Result<Batch, ApiError> {
    let source = CustomMessageSource::UpdateUserAttribute;
    let mail = CodeMail {
        replaces,
        ..CodeMail::new(Purpose::VerifyEmail, source, by.client, by.metadata)
    };
    code_mail::write(ctx, pool, &at(user, address), address, mail, Leaves::Yes).await
}

/// The user as the function that words the mail is shown it: at the address that the mail goes to.
pub fn at(user: &UserRecord, address: &str) -> UserRecord {
    let mut shown = user.clone();
    if user.attribute(ATTRIBUTE) != Some(address) {
        shown.set_attribute(ATTRIBUTE, address);
        shown.set_attribute("email_verified", "false");
    }
    shown
}

/// The address that waits to be verified by this code, if it is to take the place of what the user has now.
pub fn waiting<'a>(code: Option<&'a CodeRecord>, user: &UserRecord) -> Option<&'a str> {
    let held = user.attribute(ATTRIBUTE).unwrap_or_default();
    let code = code.filter(|code| code.replaces.as_deref() == Some(held))?;
    Some(&code.target)
}

/// Makes the address that a code has proved the user's, verified.
///
/// # Errors
/// `ExpiredCodeException` where the user has another address by now.
pub fn prove(user: &mut UserRecord, target: &str, replaces: Option<&str>) -> Result<(), ApiError> {
    let held = user.attribute(ATTRIBUTE).unwrap_or_default();
    if held != replaces.unwrap_or(target) {
        return Err(codes::ended());
    }
    user.set_attribute(ATTRIBUTE, target);
    user.set_attribute("email_verified", "true");
    Ok(())
}
