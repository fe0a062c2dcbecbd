//! The mails that the pool itself words: invitations and codes.
//!
//! A text has placeholders for the code (or temporary password) and the name. The pool's CustomMessage function may word
//! it, else the pool's template does, else the texts here do. What comes of it is a row of the outbox, to be committed
//! with what the mail speaks of.

use poolhouse_api::shapes::{MessageTemplateType, VerificationMessageTemplateType};
use poolhouse_confirm::{FactorMail, Invitation, Locale, PoolMail, PoolMailContent, Written};
use poolhouse_store::Batch;
use poolhouse_text::html;

use super::message::Message;
use super::{aliases, custom_sender, message_link};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::mailer::{self, OutgoingMail, Urgency, suppression};
use crate::records::{PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{CustomMessage, CustomMessageSource, Medium, Wording};
use crate::triggers::{self, About};

/// Stands for the name in a text.
const USERNAME: &str = "{username}";
/// Stands for the code or password in a text.
const CODE: &str = "{####}";

/// Whatever sends the mail: the pool, whose outbox row this returns, or its CustomEmailSender function, which has it then and leaves
/// nothing to commit.
///
/// # Errors
/// As [`compose`]; what the function fails with.
pub async fn queue(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    message: Message<'_>,
) -> Result<Batch, ApiError> {
    if !custom_sender::is_set(pool, Medium::Email) {
        return compose(ctx, pool, user, message).await;
    }
    custom_sender::hand_over(ctx, pool, user, Medium::Email, &message).await?;
    Ok(Batch::new())
}

/// Composes a mail and returns its outbox row. One to an address that takes no mail is made and nobody gets it: the answer
/// is that of any other, as where SES holds it back, for who exists must not be told by it.
///
/// # Errors
/// What the CustomMessage function refuses; `InvalidLambdaResponseException` for a text without what the mail is sent
/// for; `CodeDeliveryFailureException` if the server cannot send mail.
async fn compose(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    message: Message<'_>,
) -> Result<Batch, ApiError> {
    let link = message_link::of(ctx, pool, user, message.source, (message.client, message.code));
    let custom = match message.discard {
        true => Wording::default(),
        false => custom_wording(ctx, pool, user, &message, link.is_some()).await?,
    };
    let template = template(pool, message.source, link.is_some());
    let (name, code) = (sign_in_name(pool, user), message.code);
    let built_in = built_in(ctx, user, &message, (name, link.as_deref()));
    let held = suppression::holds(ctx.platform(), &message.to, &ctx.request_id).await?;
    let subject = custom.subject.or(template.subject);
    let mut thread = format!("{} {} {}", thread(message.source), pool.id(), user.sub);
    if message.source == CustomMessageSource::Authentication {
        // A sign-in never takes another one's code away.
        thread = format!("{thread} {}", ctx.request_id);
    }
    let mut mail = OutgoingMail {
        to: message.to,
        // Without the code: subjects show on locked phones.
        subject: subject.map_or(built_in.subject, |subject| subject.replace(USERNAME, name)),
        text: built_in.text,
        html: Some(built_in.html),
        language: Some(built_in.locale.tag().to_owned()),
        expires: message.expires,
        dedup_id: format!("{thread} {}", ctx.request_id),
        urgency: urgency(message.source),
        thread: Some(thread),
        request_id: ctx.request_id.clone(),
        picture: built_in.logo.as_ref().map(mailer::picture),
        discard: message.discard || held,
    };
    if let Some(body) = custom.body.or(template.body) {
        let url = link.as_deref().unwrap_or_default();
        let plain = message_link::filled(&plain_text(&body), |words| format!("{words}: {url}"));
        let linked = message_link::filled(&body, |words| {
            format!(r#"<a href="{}">{words}</a>"#, html::escape(url))
        });
        let (plain, linked) = match link {
            Some(_) => (plain, linked),
            None => (plain_text(&body), body),
        };
        mail.text = filled(&plain, name, code, str::to_owned);
        mail.html = Some(filled(&linked, name, code, html::escape));
        (mail.language, mail.picture) = (None, None);
    }
    ctx.app.mailer.queue(ctx.now, mail)
}

/// What mails of which only the newest is worth sending have in common: a newer code takes the place of the older.
fn thread(source: CustomMessageSource) -> &'static str {
    match source {
        CustomMessageSource::AdminCreateUser => "invitation",
        CustomMessageSource::SignUp | CustomMessageSource::ResendCode => "sign-up",
        CustomMessageSource::ForgotPassword => "forgot-password",
        CustomMessageSource::UpdateUserAttribute | CustomMessageSource::VerifyUserAttribute => "attribute",
        CustomMessageSource::Authentication => "authentication",
    }
}

/// Somebody waits for a code at a screen; an invitation may be an hour late.
fn urgency(source: CustomMessageSource) -> Urgency {
    match source {
        CustomMessageSource::AdminCreateUser => Urgency::Invitation,
        CustomMessageSource::SignUp
        | CustomMessageSource::ResendCode
        | CustomMessageSource::ForgotPassword
        | CustomMessageSource::UpdateUserAttribute
        | CustomMessageSource::VerifyUserAttribute
        | CustomMessageSource::Authentication => Urgency::Code,
    }
}

/// The mail where neither the pool nor a function says otherwise.
fn built_in(
    ctx: &Ctx,
    user: &UserRecord,
    message: &Message<'_>,
    (name, link): (&str, Option<&str>),
) -> Written {
    let settings = ctx.app.functions.confirm();
    let metadata = message.metadata.and_then(|metadata| metadata.get("locale"));
    let wanted = metadata.map(String::as_str);
    if message.source == CustomMessageSource::Authentication {
        let mail = FactorMail {
            locale: Locale::choose(wanted, user.attribute("locale"), settings.locale),
            code: message.code,
            issued: ctx.now.seconds(),
            expires: message.expires.unwrap_or(ctx.now).seconds(),
            zoneinfo: user.attribute("zoneinfo"),
            asker: ctx.asker.as_facts(),
        };
        return mail.write(&settings);
    }
    if message.source == CustomMessageSource::AdminCreateUser {
        let invitation = Invitation {
            locale: Locale::choose(None, user.attribute("locale"), settings.locale),
            user_name: name,
            password: message.code,
            expires: user.temporary_until.map(Millis::seconds),
            zoneinfo: user.attribute("zoneinfo"),
        };
        return invitation.write(&settings);
    }
    let (subject, words) = match link {
        Some(_) => message_link::WORDING,
        None => default_wording(message.source),
    };
    let content = link.map_or(PoolMailContent::Code(message.code), PoolMailContent::Link);
    let mail = PoolMail {
        subject,
        words,
        content,
    };
    mail.write(&settings)
}

/// What the CustomMessage function wants to be sent.
pub(super) async fn custom_wording(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    message: &Message<'_>,
    has_link: bool,
) -> Result<Wording, ApiError> {
    let about = About {
        pool,
        username: &user.username,
        user: Some(user),
        client: message.client,
    };
    let event = CustomMessage {
        source: message.source,
        code_parameter: CODE,
        username_parameter: USERNAME,
        link_parameter: has_link.then_some(message_link::PARAMETER),
        metadata: message.metadata,
    };
    let wording = triggers::call(ctx, &about, &event).await?;
    Ok(wording.unwrap_or_default())
}

/// How the pool's settings word a mail.
fn template(pool: &PoolRecord, source: CustomMessageSource, has_link: bool) -> Wording {
    if has_link {
        let template = pool.settings.verification_message_template.clone();
        let template = template.unwrap_or_default();
        return Wording {
            subject: template.email_subject_by_link,
            body: template.email_message_by_link,
            sms: None,
        };
    }
    match source {
        CustomMessageSource::AdminCreateUser => {
            let config = pool.settings.admin_create_user_config.as_ref();
            let template = config.and_then(|config| config.invite_message_template.clone());
            let MessageTemplateType {
                email_subject,
                email_message,
                ..
            } = template.unwrap_or_default();
            Wording {
                subject: email_subject,
                body: email_message,
                sms: None,
            }
        }
        CustomMessageSource::SignUp
        | CustomMessageSource::ResendCode
        | CustomMessageSource::ForgotPassword
        | CustomMessageSource::UpdateUserAttribute
        | CustomMessageSource::VerifyUserAttribute => {
            let VerificationMessageTemplateType {
                email_subject,
                email_message,
                ..
            } = pool
                .settings
                .verification_message_template
                .clone()
                .unwrap_or_default();
            Wording {
                subject: email_subject,
                body: email_message,
                sms: None,
            }
        }
        CustomMessageSource::Authentication => {
            let config = pool.factors.email.clone().unwrap_or_default();
            Wording {
                subject: config.subject,
                body: config.message,
                sms: None,
            }
        }
    }
}

/// Subject and words where neither the pool nor a function says otherwise; the code follows.
fn default_wording(source: CustomMessageSource) -> (&'static str, &'static str) {
    match source {
        CustomMessageSource::AdminCreateUser
        | CustomMessageSource::Authentication
        | CustomMessageSource::SignUp
        | CustomMessageSource::ResendCode
        | CustomMessageSource::UpdateUserAttribute
        | CustomMessageSource::VerifyUserAttribute => ("Your verification code", "Your confirmation code is"),
        CustomMessageSource::ForgotPassword => ("Your password reset code", "Your password reset code is"),
    }
}

/// The name that the user will type: its address, where the pool signs in by address and the username is a UUID.
fn sign_in_name<'a>(pool: &PoolRecord, user: &'a UserRecord) -> &'a str {
    let address = user.attribute("email").or_else(|| user.attribute("phone_number"));
    address
        .filter(|_| aliases::by_address(pool))
        .unwrap_or(&user.username)
}

/// Puts name and code into a text. Both are put in at once, so that a name that looks like the code's placeholder stays a
/// name.
fn filled(template: &str, name: &str, code: &str, write: impl Fn(&str) -> String) -> String {
    let (name, code) = (write(name), write(code));
    let parts: Vec<String> = template
        .split(USERNAME)
        .map(|part| part.replace(CODE, &code))
        .collect();
    parts.join(&name)
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
    html::unescape(&text).trim().to_owned()
}

#[cfg(test)]
mod tests;
