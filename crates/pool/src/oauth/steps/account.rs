//! The pages of people who cannot sign in yet: forgotten passwords, sign-ups. What is done for them, the API's operations do.

use poolhouse_api::shapes::VerifiedAttributeType;
use poolhouse_api::{ErrorCode, Operation};
use poolhouse_crypto::secret_hash;
use poolhouse_store::BoxFuture;
use serde_json::{Value, json};

use super::fields::{Fields, digits};
use super::refusal;
use super::responses::PLACE;
use crate::auth::place;
use crate::auth::secret_hash::client_secrets;
use crate::base::error::ApiError;
use crate::records::{PageStep, PoolRecord};
use crate::request::Ctx;
use crate::users::{recovery, schema};

/// Asks who has forgotten the password.
pub const FORGOT: &str = "page.forgot";
/// Asks for the code and a new password.
pub const RESET: &str = "page.reset";
/// Asks who signs up.
pub const SIGN_UP: &str = "page.signUp";
/// Asks for the code that confirms it.
pub const CONFIRM: &str = "page.confirm";

/// Operations that need no token, as whoever calls this floor can have them done.
pub trait Operations: Send + Sync {
    /// Calls one as the API does.
    fn call<'a>(
        &'a self,
        ctx: &'a Ctx,
        operation: Operation,
        body: Value,
    ) -> BoxFuture<'a, Result<Value, ApiError>>;
}

/// Whether people of the pool reset a forgotten password themselves.
pub fn can_reset(ctx: &Ctx, pool: &PoolRecord) -> bool {
    recovery::check_pool(ctx, pool).is_ok()
}

/// Whether people sign themselves up.
pub fn can_sign_up(pool: &PoolRecord) -> bool {
    let config = pool.settings.admin_create_user_config.as_ref();
    config.and_then(|config| config.allow_admin_create_user_only) != Some(true)
}

/// What has to be given at a sign-up beside name and password.
pub fn sign_up_attributes(pool: &PoolRecord) -> Vec<String> {
    let is_name = |attribute: &str| pool.username_attributes().any(|name| name == attribute);
    let mut asked: Vec<String> = schema::required(pool).map(str::to_owned).collect();
    let verified = pool
        .settings
        .auto_verified_attributes
        .as_deref()
        .unwrap_or_default();
    if verified.contains(&VerifiedAttributeType::Email) && !asked.iter().any(|name| name == "email") {
        asked.insert(0, "email".to_owned());
    }
    asked.retain(|name| !is_name(name));
    asked
}

/// Where a page for people who are not signed in is asked for.
pub fn asked_for(ctx: &Ctx, pool: &PoolRecord, at: &PageStep, fields: &Fields) -> Option<PageStep> {
    let name = fields.get("username").map_or(&at.name, |typed| typed);
    match fields.get("action").map(String::as_str) {
        Some("forgot") if can_reset(ctx, pool) => Some(page(ctx, FORGOT, name)),
        Some("signUp") if can_sign_up(pool) => Some(page(ctx, SIGN_UP, name)),
        _ => None,
    }
}

/// A page at its beginning.
pub fn page(ctx: &Ctx, page: &str, name: &str) -> PageStep {
    PageStep {
        challenge: Some(page.to_owned()),
        ..refusal::beginning(ctx, name.trim(), None)
    }
}

/// Who asks, of which client.
pub struct Asking<'a> {
    /// The request.
    pub ctx: &'a Ctx,
    /// The operations.
    pub operations: &'a dyn Operations,
    /// The pool.
    pub pool: &'a PoolRecord,
    /// The app client's id.
    pub client_id: &'a str,
}

impl Asking<'_> {
    /// Takes the step of such a page; `None` for a page that is none of these.
    pub async fn step(&self, at: &PageStep, fields: &Fields) -> Option<PageStep> {
        Some(match at.challenge.as_deref()? {
            FORGOT => self.forgot(at, fields).await,
            RESET => self.reset(at, fields).await,
            SIGN_UP => self.sign_up(at, fields).await,
            CONFIRM => self.confirm(at, fields).await,
            _ => return None,
        })
    }

    async fn call(&self, operation: Operation, name: &str, mut body: Value) -> Result<Value, ApiError> {
        let client = self.ctx.client(self.pool.id(), self.client_id).await?;
        body["ClientId"] = json!(self.client_id);
        body["Username"] = json!(name);
        if let Some(secret) = client_secrets(self.ctx, &client.value)?.first() {
            body["SecretHash"] = json!(secret_hash(secret, name, self.client_id));
        }
        let mut ctx = self.ctx.clone();
        ctx.asker.is_on_page = true;
        let answer = self.operations.call(&ctx, operation, body).await;
        if let Err(error) = &answer {
            self.ctx.audit.refused(error);
        }
        answer
    }

    /// Mails a code, if there is somebody to be mailed, which the page does not say.
    async fn forgot(&self, at: &PageStep, fields: &Fields) -> PageStep {
        let name = field(fields, "username").trim();
        if name.is_empty() {
            return refusal::said(at, "usernameMissing");
        }
        match self.call(Operation::ForgotPassword, name, json!({})).await {
            Err(error) if is_for_everybody(&error) => self.refused(&page(self.ctx, FORGOT, name), &error),
            _ => page(self.ctx, RESET, name),
        }
    }

    async fn reset(&self, at: &PageStep, fields: &Fields) -> PageStep {
        if field(fields, "action") == "resend" {
            return match self.call(Operation::ForgotPassword, &at.name, json!({})).await {
                Err(error) if is_for_everybody(&error) => self.refused(at, &error),
                _ => refusal::said(at, "resent"),
            };
        }
        let (code, password) = match code_and_password(fields) {
            Ok(typed) => typed,
            Err(word) => return refusal::said(at, word),
        };
        let body = json!({ "ConfirmationCode": code, "Password": password });
        match self.call(Operation::ConfirmForgotPassword, &at.name, body).await {
            Ok(_) => refusal::beginning(self.ctx, &at.name, Some("passwordChanged")),
            Err(error) => self.refused(at, &error),
        }
    }

    async fn sign_up(&self, at: &PageStep, fields: &Fields) -> PageStep {
        let name = field(fields, "username").trim();
        let at = PageStep {
            name: name.to_owned(),
            ..at.clone()
        };
        let password = field(fields, "password");
        let word = match (name, password, password == field(fields, "confirm")) {
            ("", _, _) => Some("usernameMissing"),
            (_, "", _) => Some("passwordMissing"),
            (_, _, false) => Some("passwordsDiffer"),
            _ => None,
        };
        if let Some(word) = word {
            return refusal::said(&at, word);
        }
        let asked = sign_up_attributes(self.pool);
        let given = asked.iter().map(|name| {
            let value = field(fields, &format!("attr.{name}"));
            json!({ "Name": name, "Value": value })
        });
        let body = json!({ "Password": password, "UserAttributes": given.collect::<Vec<_>>() });
        match self.call(Operation::SignUp, name, body).await {
            Ok(answer) if answer["UserConfirmed"] == true => {
                refusal::beginning(self.ctx, name, Some("registered"))
            }
            Ok(_) => page(self.ctx, CONFIRM, name),
            Err(error) => self.refused(&at, &error),
        }
    }

    async fn confirm(&self, at: &PageStep, fields: &Fields) -> PageStep {
        if field(fields, "action") == "resend" {
            return match self
                .call(Operation::ResendConfirmationCode, &at.name, json!({}))
                .await
            {
                Err(error) if is_for_everybody(&error) => self.refused(at, &error),
                _ => refusal::said(at, "resent"),
            };
        }
        let code = digits(fields);
        if code.is_empty() {
            return refusal::said(at, "fieldMissing");
        }
        match self
            .call(
                Operation::ConfirmSignUp,
                &at.name,
                json!({ "ConfirmationCode": code }),
            )
            .await
        {
            Ok(_) => refusal::beginning(self.ctx, &at.name, Some("registered")),
            Err(error) => self.refused(at, &error),
        }
    }

    /// Has another code sent to somebody whose password was right and who is not confirmed yet.
    pub async fn unconfirmed(&self, name: &str) -> PageStep {
        let sent = self
            .call(Operation::ResendConfirmationCode, name, json!({}))
            .await;
        let at = page(self.ctx, CONFIRM, name);
        match sent {
            Ok(_) => at,
            Err(error) => self.refused(&at, &error),
        }
    }

    fn refused(&self, at: &PageStep, error: &ApiError) -> PageStep {
        use ErrorCode as Code;
        if error.status() >= 500 {
            refusal::log(self.ctx, error);
        }
        let word = match error.code {
            // What there is to be said of somebody else's account is said to nobody.
            Code::CodeMismatchException | Code::UserNotFoundException | Code::NotAuthorizedException
                if at.challenge.as_deref() != Some(SIGN_UP) =>
            {
                "codeWrong"
            }
            Code::ExpiredCodeException => "codeExpired",
            Code::InvalidPasswordException => "passwordWeak",
            Code::TooManyRequestsException | Code::LimitExceededException => "throttled",
            Code::TooManyFailedAttemptsException => "throttled",
            Code::CodeDeliveryFailureException => "deliveryFailed",
            Code::UsernameExistsException | Code::AliasExistsException => "nameTaken",
            Code::InvalidParameterException => "fieldMissing",
            _ if error.status() >= 500 => refusal::SERVER,
            _ => "notTaken",
        };
        refusal::said(at, word)
    }
}

/// Whether an error would be the same for every name.
fn is_for_everybody(error: &ApiError) -> bool {
    error.status() >= 500
        || matches!(
            error.code,
            ErrorCode::TooManyRequestsException | ErrorCode::LimitExceededException
        )
}

fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map_or("", String::as_str)
}

fn code_and_password(fields: &Fields) -> Result<(String, &str), &'static str> {
    let code = digits(fields);
    let password = field(fields, "password");
    match (code.is_empty(), password.is_empty()) {
        (true, _) => Err("fieldMissing"),
        (_, true) => Err("passwordMissing"),
        _ if password != field(fields, "confirm") => Err("passwordsDiffer"),
        _ => Ok((code, password)),
    }
}

impl Asking<'_> {
    /// Whether the browser's place token is this person's.
    pub(super) async fn has_been(&self, name: &str, fields: &Fields) -> Result<bool, ApiError> {
        match fields.get(PLACE).filter(|token| !token.is_empty()) {
            Some(token) => place::is_of(self.ctx, self.pool, name, token).await,
            None => Ok(false),
        }
    }
}
