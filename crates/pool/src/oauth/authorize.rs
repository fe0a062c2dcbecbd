//! What a client asks the authorization endpoint for: checked before anybody is asked to sign in.
//!
//! In two phases. Until it is known that the client has the redirect URI, nothing may be sent there, and faults are shown on a page of
//! ours. From then on the client is told of them.

use std::sync::Arc;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::OAuthFlowType;
use poolhouse_text::with_causes;

use super::denied::Denied;
use super::federation::asked;
use super::form::Form;
use super::site::Site;
use super::{client, client_documents, pkce, redirect_uri, resource, scopes};
use crate::base::hosted::PkceRequired;
use crate::records::{ClientDocument, ClientRecord, ResponseMode};
use crate::request::Ctx;

pub use super::holding::{holds, still_holds};
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
const ONCE: [&str; 14] = [
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
    "identity_provider",
    "idp_identifier",
];

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
    let (client, document) = client_of(ctx, site, form).await?;
    let redirect_uri = redirect_uri_of(&client, document.as_ref(), form)?;
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
        gives_tokens: form.get("response_type") == Some("token"),
        client_url: document.as_ref().map(|document| document.url.clone()),
        client_name: document.as_ref().and_then(|document| document.name.clone()),
        without_refresh: document.as_ref().is_some_and(|document| document.without_refresh),
        ..Authorization::default()
    };
    let client = Asking {
        client: &client,
        document: document.as_ref(),
    };
    match fill(ctx, site, client, form, &mut authorization).await {
        Ok(()) => Ok(authorization),
        // To where a stranger has said nobody is led at once, or this server would lead anybody anywhere.
        Err(Fault { error, description }) if client.is_strange() => Err(Refused::Page {
            error,
            text: description.to_owned(),
            client_id: Some(client.client.id().to_owned()),
        }),
        Err(Fault { error, description }) => {
            Err(Refused::Redirect(authorization.refused(site, error, description)))
        }
    }
}

/// Who asks.
#[derive(Clone, Copy)]
struct Asking<'a> {
    /// The app client.
    client: &'a ClientRecord,
    /// What the client says of itself that it stands behind, where that client's id is a URL.
    document: Option<&'a ClientDocument>,
}

impl Asking<'_> {
    /// Whether it is somebody whom the operator does not know.
    fn is_strange(&self) -> bool {
        self.document.is_some() || self.client.is_registered()
    }
}

/// The client, if it is one of the pool's that people may sign in to here; with its document, where its id is a URL.
async fn client_of(
    ctx: &Ctx,
    site: &Site,
    form: &Form,
) -> Result<(Arc<ClientRecord>, Option<ClientDocument>), Refused> {
    let page = |error, text: &str, client_id: Option<&str>| Refused::Page {
        error,
        text: text.to_owned(),
        client_id: client_id.map(str::to_owned),
    };
    let Some(id) = form.get("client_id") else {
        let text = "Required String parameter 'client_id' is not present";
        return Err(page("invalid_request", text, None));
    };
    let is_url = client_documents::url::is_one(id);
    let id = Some(id).filter(|id| is_url || client::may_be_id(id));
    if form.is_double("client_id") || form.is_double("redirect_uri") {
        return Err(page("invalid_request", "A parameter is given twice.", id));
    }
    let unknown = || page("invalid_client", "There is no such app client.", id);
    let id = id.ok_or_else(unknown)?;
    let pool_id = site.pool.value.id();
    let found = match is_url {
        false => ctx.client(pool_id, id).await.map(|client| Some((client, None))),
        true => client_documents::find(ctx, pool_id, id)
            .await
            .map(|found| found.map(|found| (found.client, Some(found.document)))),
    };
    let (client, document) = match found {
        Ok(Some((client, document))) => (client.value, document),
        Ok(None) => return Err(unknown()),
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
    let has_callbacks = document.is_some() || client.settings.callback_urls.iter().flatten().next().is_some();
    if client.settings.allowed_oauth_flows_user_pool_client != Some(true) || !has_callbacks {
        let text = "The app client does not use hosted login.";
        return Err(page("unauthorized_client", text, Some(id)));
    }
    Ok((client, document))
}

fn redirect_uri_of(
    client: &ClientRecord,
    document: Option<&ClientDocument>,
    form: &Form,
) -> Result<String, Refused> {
    let page = |error, text: &str| Refused::Page {
        error,
        text: text.to_owned(),
        client_id: Some(client.id().to_owned()),
    };
    let Some(uri) = form
        .get("redirect_uri")
        .or_else(|| redirect_uri::default_of(client).filter(|_| document.is_none()))
    else {
        let text = "Required String parameter 'redirect_uri' is not present";
        return Err(page("invalid_request", text));
    };
    let is_theirs = match document {
        Some(document) => redirect_uri::is_among(&document.redirect_uris, uri, true),
        None => redirect_uri::is_of(client, uri),
    };
    match is_theirs {
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
    asking: Asking<'_>,
    form: &Form,
    authorization: &mut Authorization,
) -> Result<(), Fault> {
    let client = asking.client;
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
    check_response_type(asking, form)?;
    check_response_mode(form)?;
    authorization.code_challenge = code_challenge(ctx, asking, form)?;
    authorization.resource = resource_of(form)?;
    authorization.nonce = nonce(form)?;
    authorization.prompt = prompt(form)?;
    authorization.max_age = max_age(form)?;
    let provider = asked::provider(ctx, site.pool.value.id(), client, form).await;
    authorization.identity_provider = provider.map_err(|(error, description)| fault(error, description))?;
    let scopes = scopes::of_user(ctx, &site.pool.value, client, form.get("scope")).await;
    let mut scopes = scopes.map_err(|denied| told(ctx, &denied))?;
    if let Some(own) = asking.document.and_then(|document| document.scopes.as_ref()) {
        let is_own = |scope: &String| own.contains(scope);
        if form.get("scope").is_none() {
            scopes.granted.retain(is_own);
        }
        if scopes.granted.is_empty() || !scopes.granted.iter().all(is_own) {
            return Err(fault("invalid_scope", "invalid_scope"));
        }
    }
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

fn check_response_type(asking: Asking<'_>, form: &Form) -> Result<(), Fault> {
    let mut flows = asking.client.settings.allowed_oauth_flows.iter().flatten();
    match form.get("response_type") {
        None => Err(fault("invalid_request", "response_type is required")),
        Some("code") if flows.any(|flow| *flow == OAuthFlowType::Code) => Ok(()),
        // Tokens in a fragment end up where fragments do: only whom the operator lets have them gets them so.
        Some("token") if !asking.is_strange() && flows.any(|flow| *flow == OAuthFlowType::Implicit) => Ok(()),
        Some("code" | "token") => Err(fault("unauthorized_client", "")),
        Some(_) => Err(fault("unsupported_response_type", "")),
    }
}

fn check_response_mode(form: &Form) -> Result<(), Fault> {
    match form.get("response_mode") {
        Some("query") if form.get("response_type") == Some("token") => {
            Err(fault("invalid_request", "tokens are never in a query"))
        }
        None | Some("query" | "fragment") => Ok(()),
        Some(_) => Err(fault("invalid_request", "response_mode is not supported")),
    }
}

fn code_challenge(ctx: &Ctx, asking: Asking<'_>, form: &Form) -> Result<Option<String>, Fault> {
    let is_needed = match ctx.app.settings.hosted.pkce_required {
        // Whoever gets tokens at once has no code to be stolen.
        _ if form.get("response_type") == Some("token") => false,
        _ if asking.is_strange() => true,
        PkceRequired::Never => false,
        PkceRequired::Public => asking.client.secrets.is_empty(),
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
