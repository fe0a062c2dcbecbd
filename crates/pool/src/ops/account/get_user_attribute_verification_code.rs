//! `GetUserAttributeVerificationCode`

use poolhouse_api::shapes;
use poolhouse_store::Expect;

use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::records::UserRecord;
use crate::request::Ctx;
use crate::triggers::events::CustomMessageSource;
use crate::users::code_mail::{self, ATTRIBUTE, CodeMail, Leaves};
use crate::users::codes::{self, Purpose};
use crate::users::contacts::{self, Contact};
use crate::users::quota;

/// Mails the user a code that verifies its address: the one that waits to be verified, if one does. Up to five calls an hour.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good; `InvalidParameterException` for another attribute, or a user without
/// an address; `LimitExceededException`; what CustomMessage answers; `CodeDeliveryFailureException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::GetUserAttributeVerificationCodeRequest,
) -> Result<shapes::GetUserAttributeVerificationCodeResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, user) = (&*signed_in.pool.value, &signed_in.user.value);
    let contact = Contact::named(&input.attribute_name)?;
    quota::GET_USER_ATTRIBUTE_VERIFICATION_CODE
        .count(ctx, pool.id(), &user.sub)
        .await?;
    if contact == Contact::PhoneNumber {
        let has_phone = user.attribute("phone_number").is_some();
        return Err(match has_phone {
            true => code_mail::no_sms(),
            false => ApiError::invalid_parameter("User does not have a valid registered phone number"),
        });
    }
    let (code, over) = codes::live(ctx, pool.id(), &user.sub, Purpose::VerifyEmail).await?;
    let waiting = contacts::waiting(code.as_ref(), user);
    let address = waiting
        .or(user.attribute(ATTRIBUTE))
        .ok_or_else(code_mail::no_address)?;
    let source = CustomMessageSource::VerifyUserAttribute;
    let (client, metadata) = (Some(&*signed_in.client.value), input.client_metadata.as_ref());
    let mail = CodeMail {
        replaces: waiting.map(|_| user.attribute(ATTRIBUTE).unwrap_or_default()),
        over,
        ..CodeMail::new(Purpose::VerifyEmail, source, client, metadata)
    };
    let shown = contacts::at(user, address);
    let code = code_mail::write(ctx, pool, &shown, address, mail, Leaves::Yes).await?;
    let there = UserRecord::key(pool.id(), &user.sub);
    ctx.platform().commit(code.check(there, Expect::Present)).await?;
    ctx.app.mailer.wake();
    Ok(shapes::GetUserAttributeVerificationCodeResponse {
        code_delivery_details: Some(code_mail::details(address)),
    })
}

#[cfg(test)]
mod tests;
