//! What a client asks the authorization endpoint for: checked before anybody is asked to sign in.
//!
//! In two phases. Until it is known that the client has the redirect URI, nothing may be sent there, and faults are shown on a page of
//! ours. From then on the client is told of them.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::OAuthFlowType;
use poolhouse_text::with_causes;

use super::denied::Denied;
use super::form::Form;
use super::site::Site;
use super::{client, pkce, redirect_uri, resource, scopes};
use crate::base::hosted::PkceRequired;
use crate::records::{ClientRecord, ResponseMode};
use crate::request::Ctx;

pub use crate::records::Authorization;

/// Bytes of the longest `state` and the longest `nonce`.
const LONGEST_STATE: usize = 2048;
const LONGEST_NONCE: usize = 1024;
/// Characters of the longest `login_hint`. One that is longer is no name and is ignored.
const LONGEST_HINT: usize = 128;
/// Languages that a request may list, and the characters of each.
const LANGUAGES: usize = 16;
const LONGEST_LANGUAGE: usize = 35;
/// Parameters that may not come twice, once it is known where errors go.
const ONCE: [&str; 12] = [
    "state",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "scope",
    "resource",
    "response_mode",
    "prompt",
    "request",
    "request_uri",
    "registration",
];
/// The provider that is the pool itself.
const LOCAL: &str = "COGNITO";

/// Why a request goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Shown on a page of ours: nothing may be sent to the redirect URI.
    Page {
        /// The error's code.
        error: &'static str,
        /// What it is, for whoever wrote the app.
        text: String,
        /// The client's id, if it looks like one.
        client_id: Option<String>,
    },
    /// Told to the client: the URL that the browser is sent to.
    Redirect(String),
}

/// A fault that the client is told of.
struct Fault {
    error: &'static str,
    description: &'static str,
}

fn fault(error: &'static str, description: &'static str) -> Fault {
    Fault { error, description }
}

/// Checks a request.
///
/// # Errors
/// What is wrong with it, and whom to tell.
pub async fn check(ctx: &Ctx, site: &Site, form: &Form) -> Result<Authorization, Refused> {
    let client = client_of(ctx, site, form).await?;
    let redirect_uri = redirect_uri_of(&client, form)?;
    let mut authorization = Authorization {
        client_id: client.id().to_owned(),
        redirect_uri,
        response_mode: match (form.get("response_type"), form.get("response_mode")) {
            // A client of the implicit grant looks nowhere else.
            (Some("token"), _) | (_, Some("fragment")) => ResponseMode::Fragment,
            _ => ResponseMode::Query,
        },
        state: form
            .get("state")
            .filter(|state| !form.is_double("state") && state.len() <= LONGEST_STATE)
            .map(str::to_owned),
        ..Authorization::default()
    };
    match fill(ctx, site, &client, form, &mut authorization).await {
        Ok(()) => Ok(authorization),
        Err(Fault { error, description }) => {
            Err(Refused::Redirect(authorization.refused(site, error, description)))
        }
    }
}

/// Checks that a client, as it is now, may still get what was granted to its request a while ago.
///
/// # Errors
/// The error's code, for a page of ours: nothing may be sent to the redirect URI any more.
pub fn holds(client: &ClientRecord, authorization: &Authorization) -> Result<(), &'static str> {
    let settings = &client.settings;
    let mut flows = settings.allowed_oauth_flows.iter().flatten();
    let may = settings.allowed_oauth_flows_user_pool_client == Some(true)
        && flows.any(|flow| *flow == OAuthFlowType::Code);
    match (may, redirect_uri::is_of(client, &authorization.redirect_uri)) {
        (false, _) => Err("unauthorized_client"),
        (true, false) => Err("redirect_mismatch"),
        (true, true) => Ok(()),
    }
}

/// The client, if it is one of the pool's that people may sign in to here.
async fn client_of(ctx: &Ctx, site: &Site, form: &Form) -> Result<std::sync::Arc<ClientRecord>, Refused> {
    let page = |error, text: &str, client_id: Option<&str>| Refused::Page {
        error,
        text: text.to_owned(),
        client_id: client_id.map(str::to_owned),
    };
    let Some(id) = form.get("client_id") else {
        let text = "Required String parameter 'client_id' is not present";
        return Err(page("invalid_request", text, None));
    };
    let id = Some(id).filter(|id| client::may_be_id(id));
    if form.is_double("client_id") || form.is_double("redirect_uri") {
        return Err(page("invalid_request", "A parameter is given twice.", id));
    }
    let unknown = || page("invalid_client", "There is no such app client.", id);
    let id = id.ok_or_else(unknown)?;
    let client = match ctx.client(site.pool.value.id(), id).await {
        Ok(client) => client.value,
        Err(error) if error.code == ErrorCode::ResourceNotFoundException => return Err(unknown()),
        Err(error) => {
            let causes = with_causes(&error);
            tracing::error!(
                request_id = ctx.request_id,
                causes,
                "an app client cannot be read"
            );
            return Err(page("server_error", "Try again.", Some(id)));
        }
    };
    let has_callbacks = client.settings.callback_urls.iter().flatten().next().is_some();
    if client.settings.allowed_oauth_flows_user_pool_client != Some(true) || !has_callbacks {
        let text = "The app client does not use hosted login.";
        return Err(page("unauthorized_client", text, Some(id)));
    }
    Ok(client)
}

fn redirect_uri_of(client: &ClientRecord, form: &Form) -> Result<String, Refused> {
    let page = |error, text: &str| Refused::Page {
        error,
        text: text.to_owned(),
        client_id: Some(client.id().to_owned()),
    };
    let Some(uri) = form
        .get("redirect_uri")
        .or_else(|| redirect_uri::default_of(client))
    else {
        let text = "Required String parameter 'redirect_uri' is not present";
        return Err(page("invalid_request", text));
    };
    match redirect_uri::is_of(client, uri) {
        true => Ok(uri.to_owned()),
        false => Err(page(
            "redirect_mismatch",
            "The redirect URI is not one of the app client's.",
        )),
    }
}

/// Checks all else, in the order in which errors are told.
async fn fill(
    ctx: &Ctx,
    site: &Site,
    client: &ClientRecord,
    form: &Form,
    authorization: &mut Authorization,
) -> Result<(), Fault> {
    if ONCE.iter().any(|name| form.is_double(name)) {
        return Err(fault("invalid_request", "a parameter is given twice"));
    }
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if form.get(name).is_some() {
            return Err(fault(error, ""));
        }
    }
    if form.get("state").is_some_and(|state| state.len() > LONGEST_STATE) {
        return Err(fault("invalid_request", "state is too long"));
    }
    check_response_type(client, form)?;
    check_response_mode(form)?;
    authorization.code_challenge = code_challenge(ctx, client, form)?;
    authorization.resource = resource_of(form)?;
    authorization.nonce = nonce(form)?;
    authorization.prompt = prompt(form)?;
    authorization.max_age = max_age(form)?;
    authorization.identity_provider = identity_provider(client, form)?;
    let scopes = scopes::of_user(ctx, &site.pool.value, client, form.get("scope")).await;
    let scopes = scopes.map_err(|denied| told(ctx, &denied))?;
    authorization.scopes = scopes.granted;
    authorization.is_narrowed = scopes.is_narrowed;
    authorization.login_hint = form
        .get("login_hint")
        .filter(|hint| hint.chars().count() <= LONGEST_HINT)
        .map(str::to_owned);
    authorization.languages = languages(form);
    authorization.id_token_hint = form.get("id_token_hint").map(str::to_owned);
    Ok(())
}

fn told(ctx: &Ctx, denied: &Denied) -> Fault {
    if !denied.is_ours() {
        return fault(denied.error, denied.error);
    }
    let causes = with_causes(denied);
    tracing::error!(request_id = ctx.request_id, causes, "scopes cannot be read");
    fault("server_error", "")
}

fn check_response_type(client: &ClientRecord, form: &Form) -> Result<(), Fault> {
    let mut flows = client.settings.allowed_oauth_flows.iter().flatten();
    match form.get("response_type") {
        None => Err(fault("invalid_request", "response_type is required")),
        Some("code") if flows.any(|flow| *flow == OAuthFlowType::Code) => Ok(()),
        // Tokens in a fragment are given to no client: they end up where fragments do.
        Some("code" | "token") => Err(fault("unauthorized_client", "")),
        Some(_) => Err(fault("unsupported_response_type", "")),
    }
}

fn check_response_mode(form: &Form) -> Result<(), Fault> {
    match form.get("response_mode") {
        None | Some("query" | "fragment") => Ok(()),
        Some(_) => Err(fault("invalid_request", "response_mode is not supported")),
    }
}

fn code_challenge(ctx: &Ctx, client: &ClientRecord, form: &Form) -> Result<Option<String>, Fault> {
    let is_needed = match ctx.app.settings.hosted.pkce_required {
        PkceRequired::Never => false,
        PkceRequired::Public => client.secrets.is_empty(),
        PkceRequired::Always => true,
    };
    match (form.get("code_challenge"), form.get("code_challenge_method")) {
        (None, None) if is_needed => Err(fault("invalid_request", "code_challenge is required")),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(fault("invalid_request", "code_challenge is required")),
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Ok(Some(challenge.to_owned())),
        (Some(_), Some("S256")) => Err(fault("invalid_request", "code_challenge is not one of S256")),
        (Some(_), _) => Err(fault("invalid_request", "code_challenge_method must be S256")),
    }
}

fn resource_of(form: &Form) -> Result<Option<String>, Fault> {
    match form.get("resource") {
        Some(uri) if !resource::is_resource(uri) => Err(fault("invalid_target", "")),
        uri => Ok(uri.map(str::to_owned)),
    }
}

fn nonce(form: &Form) -> Result<Option<String>, Fault> {
    match form.get("nonce") {
        Some(nonce) if nonce.len() > LONGEST_NONCE => Err(fault("invalid_request", "nonce is too long")),
        nonce => Ok(nonce.map(str::to_owned)),
    }
}

fn prompt(form: &Form) -> Result<Vec<String>, Fault> {
    let mut prompt: Vec<String> = Vec::new();
    for value in form.get("prompt").unwrap_or_default().split(' ') {
        let is_known = ["none", "login", "select_account", "consent", "create"].contains(&value);
        if is_known && !prompt.iter().any(|held| held == value) {
            prompt.push(value.to_owned());
        }
    }
    let others = form.get("prompt").unwrap_or_default().split_ascii_whitespace();
    match prompt.iter().any(|value| value == "none") && others.clone().any(|value| value != "none") {
        true => Err(fault("invalid_request", "prompt=none goes with no other value")),
        false => Ok(prompt),
    }
}

fn max_age(form: &Form) -> Result<Option<i64>, Fault> {
    let Some(text) = form.get("max_age") else {
        return Ok(None);
    };
    let is_number = text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if is_number => Ok(Some(seconds)),
        _ => Err(fault("invalid_request", "max_age must be a number of seconds")),
    }
}

/// The provider that is asked for. A client that lists its providers, and not the pool, takes nobody's password here.
fn identity_provider(client: &ClientRecord, form: &Form) -> Result<Option<String>, Fault> {
    let listed = client.settings.supported_identity_providers.as_ref();
    if listed.is_some_and(|listed| !listed.iter().any(|name| name == LOCAL)) {
        return Err(fault("invalid_request", "identity provider is not available"));
    }
    let asked = form
        .get("identity_provider")
        .or_else(|| form.get("idp_identifier"));
    match asked {
        None => Ok(None),
        Some(LOCAL) if form.get("identity_provider").is_some() => Ok(Some(LOCAL.to_owned())),
        Some(_) => Err(fault("invalid_request", "identity provider is not available")),
    }
}

/// The languages that the request would like, the best first. What cannot be one is left out.
fn languages(form: &Form) -> Vec<String> {
    let listed = form.get("ui_locales").unwrap_or_default().split(' ');
    let all = form.get("lang").into_iter().chain(listed);
    let may_be = |text: &&str| {
        (1..=LONGEST_LANGUAGE).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    all.filter(may_be).take(LANGUAGES).map(str::to_owned).collect()
}
