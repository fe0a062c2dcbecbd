//! Codes by mail: where they go, what the client may hear of that, and the mail with the code's row.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    CodeDeliveryDetailsType, DeliveryMediumType, UserStatusType, VerifiedAttributeType,
};
use poolhouse_confirm::mask_address;
use poolhouse_store::{Batch, Expect};

use super::codes::{self, Purpose};
use super::message::Message;
use super::{custom_sender, messages};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{CustomMessageSource, Medium, Metadata};

/// The attribute whose value codes are sent to. This server sends no SMS.
pub const ATTRIBUTE: &str = "email";
/// The address of mail that is made but never sent. `.invalid` resolves nowhere (RFC 2606).
pub const NOWHERE: &str = "nobody@poolhouse.invalid";

/// A code that is to be mailed.
#[derive(Clone, Copy)]
pub struct CodeMail<'a> {
    /// What the code is good for.
    pub purpose: Purpose,
    /// What the mail is for.
    pub source: CustomMessageSource,
    /// The app client that caused it; `None` for administrators' calls without one.
    pub client: Option<&'a ClientRecord>,
    /// `ClientMetadata` of the request.
    pub metadata: Option<&'a Metadata>,
    /// The value that the address takes the place of once it is proved; `None` where it is the user's already.
    pub replaces: Option<&'a str>,
    /// What lies in the code's place when it is committed.
    pub over: Expect,
}

impl<'a> CodeMail<'a> {
    /// A code for an address that the user has.
    pub fn new(
        purpose: Purpose,
        source: CustomMessageSource,
        client: Option<&'a ClientRecord>,
        metadata: Option<&'a Metadata>,
    ) -> CodeMail<'a> {
        CodeMail {
            purpose,
            source,
            client,
            metadata,
            replaces: None,
            over: Expect::Any,
        }
    }
}

/// Whether a mail that is written leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// As any mail.
    Yes,
    /// It is made, takes the same way up to the relay, and nobody gets it: what happens must not be told from a mail that
    /// leaves.
    No,
}

/// Writes a code for the user to this address, and the mail with it: to be committed together, on the condition that the user
/// is there.
///
/// # Errors
/// As [`messages::queue`].
pub async fn write(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    address: &str,
    mail: CodeMail<'_>,
    leaves: Leaves,
) -> Result<Batch, ApiError> {
    let expires = ctx.now.plus_seconds(mail.purpose.life_seconds());
    let made = codes::make(ctx, pool.id(), &user.sub, mail.purpose, address, expires)
        .replacing(mail.replaces)
        .over(mail.over);
    let message = Message {
        source: mail.source,
        to: address.to_owned(),
        code: &made.text,
        expires: Some(expires),
        client: mail.client,
        metadata: mail.metadata,
        discard: leaves == Leaves::No,
    };
    let mail = messages::queue(ctx, pool, user, message).await?;
    Ok(made.batch().merge(mail))
}

/// The same for a name that nobody has, by the id that was made up for it.
///
/// # Errors
/// As [`write`].
pub async fn pretend(
    ctx: &Ctx,
    pool: &PoolRecord,
    (id, username): (&str, &str),
    mail: CodeMail<'_>,
) -> Result<Batch, ApiError> {
    let nobody = UserRecord::new(
        username.to_owned(),
        id.to_owned(),
        UserStatusType::Confirmed,
        ctx.now,
    );
    write(ctx, pool, &nobody, NOWHERE, mail, Leaves::No).await
}

/// What the client hears of a code that was sent to this address.
pub fn details(address: &str) -> CodeDeliveryDetailsType {
    CodeDeliveryDetailsType {
        destination: Some(mask_address(address)),
        delivery_medium: Some(DeliveryMediumType::Email),
        attribute_name: Some(ATTRIBUTE.to_owned()),
    }
}

/// Where the pool sends the code that confirms a sign-up; `None` where it sends none, because it verifies nothing by itself
/// or the user has given nothing that it verifies.
///
/// # Errors
/// `CodeDeliveryFailureException` where only an SMS would reach the user.
pub fn sign_up_address<'a>(pool: &PoolRecord, user: &'a UserRecord) -> Result<Option<&'a str>, ApiError> {
    if let Some(email) = user.attribute(ATTRIBUTE)
        && verifies(pool, VerifiedAttributeType::Email)
    {
        return Ok(Some(email));
    }
    let by_phone = user.attribute("phone_number").is_some();
    if by_phone && verifies(pool, VerifiedAttributeType::PhoneNumber) {
        return Err(no_sms());
    }
    Ok(None)
}

/// Whether the pool verifies this attribute of new users by itself.
pub fn verifies(pool: &PoolRecord, attribute: VerifiedAttributeType) -> bool {
    let automatic = pool.settings.auto_verified_attributes.as_deref();
    automatic.unwrap_or_default().contains(&attribute)
}

/// The user has no email address.
pub fn no_address() -> ApiError {
    ApiError::invalid_parameter("User does not have a valid registered email address")
}

/// Checks that the server sends SMS, or a function of the pool does.
///
/// # Errors
/// `InvalidParameterException` with a sentence that says what to do.
pub fn check_sms(ctx: &Ctx, pool: &PoolRecord) -> Result<(), ApiError> {
    if ctx.app.mailer.sends_sms() || custom_sender::is_set(pool, Medium::Sms) {
        return Ok(());
    }
    Err(ApiError::invalid_parameter(
        "This server cannot send text messages. Its operator has to set sms.gateway in poolhouse.toml, or start it with --inbox.",
    ))
}

/// Only an SMS would do.
pub fn no_sms() -> ApiError {
    ApiError::new(
        ErrorCode::CodeDeliveryFailureException,
        "This server sends codes by email alone, and there is no email address to send this one to.",
    )
}
