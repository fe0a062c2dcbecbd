//! The mail that tells a new user its name and temporary password.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{DeliveryMediumType, MessageActionType, MessageTemplateType};
use poolhouse_store::Batch;
use serde_json::{Value, json};

use crate::auth::subject::event_attributes;
use crate::base::error::ApiError;
use crate::mailer::OutgoingMail;
use crate::records::{PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::{self, Trigger, TriggerCall};
use crate::users::aliases;

/// Stands for the name in a text.
const USERNAME: &str = "{username}";
/// Stands for the password in a text.
const PASSWORD: &str = "{####}";
/// What is sent where neither the pool nor a function says otherwise. Nothing follows the password, or people would
/// copy that, too.
const SUBJECT: &str = "Your temporary password";
const BODY: &str = "<p>Your username is <b>{username}</b> and temporary password is <b>{####}</b></p>";

/// Where an invitation goes.
///
/// The service's default is SMS, which this server does not have: where a request does not say, it is the user's
/// e-mail address. A user without any address is created without an invitation, as on the service.
///
/// # Errors
/// `InvalidParameterException` if e-mail is asked for and the user has no address; `CodeDeliveryFailureException` if
/// only SMS would reach the user.
pub fn destination(
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

/// Composes the invitation, letting the pool's CustomMessage function word it, and returns its outbox row.
///
/// # Errors
/// What the function refuses; `InvalidLambdaResponseException` for a text without name or password;
/// `CodeDeliveryFailureException` if the server cannot send mail.
pub async fn queue(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    to: String,
    password: &str,
    metadata: Option<&BTreeMap<String, String>>,
) -> Result<Batch, ApiError> {
    let custom = custom_message(ctx, pool, user, metadata).await?;
    let config = pool.settings.admin_create_user_config.as_ref();
    let template = config
        .and_then(|config| config.invite_message_template.clone())
        .unwrap_or_default();
    let subject = custom
        .email_subject
        .or(template.email_subject)
        .unwrap_or_else(|| SUBJECT.to_owned());
    let body = custom
        .email_message
        .or(template.email_message)
        .unwrap_or_else(|| BODY.to_owned());
    let name = sign_in_name(pool, user);
    let mail = OutgoingMail {
        to,
        subject,
        text: filled(&plain_text(&body), name, password, str::to_owned),
        html: Some(filled(&body, name, password, escaped)),
        language: None,
        expires: None,
        dedup_id: format!("invitation {} {} {}", pool.id(), user.sub, ctx.request_id),
        discard: false,
    };
    ctx.app.mailer.queue(ctx.now, mail)
}

/// What the CustomMessage function wants to be sent.
async fn custom_message(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    metadata: Option<&BTreeMap<String, String>>,
) -> Result<MessageTemplateType, ApiError> {
    let Some(arn) = pool.lambda(|lambdas| lambdas.custom_message.clone()) else {
        return Ok(MessageTemplateType::default());
    };
    let call = TriggerCall {
        trigger: Trigger::CustomMessage,
        source: "CustomMessage_AdminCreateUser",
        arn: &arn,
        username: &user.username,
        client_id: None,
        request: json!({
            "userAttributes": event_attributes(pool, user),
            "codeParameter": PASSWORD,
            "usernameParameter": USERNAME,
            "clientMetadata": metadata,
        }),
    };
    let event = triggers::call(&ctx.app.functions, &ctx.request_id, pool, call).await?;
    let text = |member: &str| {
        event["response"]
            .get(member)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let (email_message, email_subject) = (text("emailMessage"), text("emailSubject"));
    if email_message
        .as_ref()
        .is_some_and(|text| !text.contains(USERNAME) || !text.contains(PASSWORD))
    {
        return Err(ApiError::new(
            ErrorCode::InvalidLambdaResponseException,
            format!("CustomMessage answered an emailMessage without {USERNAME} or {PASSWORD}."),
        ));
    }
    Ok(MessageTemplateType {
        email_message,
        email_subject,
        sms_message: None,
    })
}

/// The name that the user will type: its address, where the pool signs in by address and the username is a UUID.
fn sign_in_name<'a>(pool: &PoolRecord, user: &'a UserRecord) -> &'a str {
    let address = user.attribute("email").or_else(|| user.attribute("phone_number"));
    address
        .filter(|_| aliases::by_address(pool))
        .unwrap_or(&user.username)
}

/// Puts name and password into a text. Both are put in at once, so that a name that looks like the password's
/// placeholder stays a name.
fn filled(template: &str, name: &str, password: &str, write: impl Fn(&str) -> String) -> String {
    let (name, password) = (write(name), write(password));
    let parts: Vec<String> = template
        .split(USERNAME)
        .map(|part| part.replace(PASSWORD, &password))
        .collect();
    parts.join(&name)
}

/// A text as it stands in HTML, in an attribute's value also.
fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut html, c| {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                c => html.push(c),
            }
            html
        })
}

/// The words of an HTML text, for readers that show no HTML: tags are left out, and those that end a line end one.
fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, after)) = tag.split_once('>') else {
            // No tag, but a sign that means "less than".
            text.push('<');
            rest = tag;
            continue;
        };
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let ends_line = matches!(
            name.to_ascii_lowercase().as_str(),
            "br" | "p" | "div" | "li" | "tr" | "h1" | "h2" | "h3"
        );
        if ends_line && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    entities
        .into_iter()
        .fold(text, |text, (entity, sign)| text.replace(entity, sign))
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_password_cannot_change_the_mail() {
        let html = filled("<b>{username}</b>: {####}", "<img src=x>", "a&b\"c'", escaped);
        assert_eq!(html, "<b>&lt;img src=x&gt;</b>: a&amp;b&quot;c&#39;");
        assert_eq!(
            filled("{username} {####}", "{####}", "{username}", str::to_owned),
            "{####} {username}"
        );
    }

    #[test]
    fn the_plain_text_of_a_mail_keeps_its_words_and_lines() {
        let cases = [
            (
                BODY,
                "Your username is {username} and temporary password is {####}",
            ),
            (
                "<p>Hello {username},</p><p>Password:<br/>{####}</p>",
                "Hello {username},\nPassword:\n{####}",
            ),
            ("<b>1 &lt; 2</b> &amp;amp; <i>so</i>", "1 < 2 &amp; so"),
            ("a < b", "a < b"),
            ("<BR>first<br>second", "first\nsecond"),
            ("no {####} tags <", "no {####} tags <"),
        ];
        for (html, text) in cases {
            assert_eq!(plain_text(html), text, "{html}");
        }
    }
}
