//! The pages of hosted login: `/oauth2/authorize`, the steps of a sign-in, `/logout`.
//!
//! | path, below a site | answers |
//! |---|---|
//! | `/oauth2/authorize` | checks what a client asks for, and sends the browser back or to a page |
//! | `/oauth2/idpresponse`, `/saml2/idpresponse` | take what a browser comes back with from an identity provider |
//! | `/login`, `/challenge`, `/mfa`, `/changePassword`, `/forgotPassword`, `/signup`, … | the page that a sign-in is at; a form of it |
//! | `/logout`, `/saml2/logout` | end the browser's session, and take what a SAML provider answers to that |
//! | `/error` | what is wrong with a client's request |
//! | `/_assets/…` | the style sheet and the script |
//! | `/_look/…` | what an app client has of its own of them, and its logo |
//!
//! `steps` does the work of a request, `view` chooses the page, `cookies` and `guard` say who sends a form, `answer` has the
//! headers. What a path means without a domain is the sign-in app's to say.

mod answer;
mod cookies;
mod faults;
mod federation;
mod guard;
mod leave;
mod looks;
mod saml;
mod steps;
mod view;
mod visit;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use poolhouse_config::settings::Grid;
use poolhouse_connections::grid::Answering;
use poolhouse_pool::base::hosted::PageLimits;
use poolhouse_pool::oauth::look::kept::Looks;
use poolhouse_pool::oauth::site;
use poolhouse_pool::request::{App, Ctx, PageAsked, PageCounts};
use poolhouse_text::with_causes;

use super::api;
use super::body::Bodies;
use super::edge::RequestId;
use super::pages::{self, Pages};
use visit::Visit;

/// What the pages of this server share.
pub(crate) struct Desk {
    counts: PageCounts,
    looks: Looks,
}

impl Desk {
    pub(crate) fn new(limits: PageLimits) -> Desk {
        Desk {
            counts: PageCounts::new(limits),
            looks: Looks::default(),
        }
    }

    /// The site that a request is for, with how its pages look.
    async fn visit(&self, ctx: &Ctx, uri: &Uri, headers: &HeaderMap) -> Result<Option<Visit>, Box<Response>> {
        let Some(mut found) = visit(ctx, uri, headers).await? else {
            return Ok(None);
        };
        (found.look, found.icon) = looks::of(&self.looks, ctx, &found).await;
        Ok(Some(found))
    }
}

/// What has a page or leads to one.
const PATHS: [&str; 17] = [
    "/oauth2/authorize",
    federation::PATH,
    saml::PATH,
    saml::SIGNED_OUT,
    "/authorize",
    "/login",
    "/challenge",
    "/mfa",
    "/changePassword",
    "/forgotPassword",
    "/confirmForgotPassword",
    "/signup",
    "/confirm",
    "/consent",
    "/passkeys/add",
    "/logout",
    "/error",
];

/// Those of them at which a `GET` does something: gives a code, or ends a session.
const DOES: [&str; 4] = ["/oauth2/authorize", "/authorize", federation::PATH, "/logout"];

/// The routes, with and without the domain in the path.
pub(super) fn routes() -> Router<Arc<App>> {
    let mut router = Router::new();
    for path in PATHS {
        router = router.route(path, get(ask).post(take));
        router = router.route(&format!("/d/{{domain}}{path}"), get(ask).post(take));
    }
    for path in ["/_assets/{name}", "/d/{domain}/_assets/{name}"] {
        router = router.route(path, get(asset));
    }
    for path in ["/_look/{client}/{name}", "/d/{domain}/_look/{client}/{name}"] {
        router = router.route(path, get(look));
    }
    // Where browsers look for one that no page names.
    router.route("/favicon.ico", get(favicon))
}

/// A file of an app client's look.
async fn look(State(app): State<Arc<App>>, RequestId(id): RequestId, request: Request) -> Response {
    let ctx = Ctx::new(app.clone(), id, app.platform.now(), api::asker(&app, &request));
    let (parts, _) = request.into_parts();
    match visit(&ctx, &parts.uri, &parts.headers).await {
        Ok(Some(visit)) => looks::file(&ctx, &visit).await,
        Ok(None) => super::problem::problem(axum::http::StatusCode::NOT_FOUND, "There is no such page."),
        Err(refused) => *refused,
    }
}

/// The icon, for whoever asks without a page. Unlike the others it stays under its name when it changes.
async fn favicon() -> Response {
    answer::icon(poolhouse_hosted::asset(poolhouse_hosted::icon_path()))
}

/// A file of the pages. It never changes: another one has another name.
async fn asset(uri: Uri) -> Response {
    let path = uri.path();
    let name = path.find("/_assets/").and_then(|at| path.get(at..));
    answer::asset(name.and_then(poolhouse_hosted::asset))
}

/// `GET`: shows, and changes nothing but what `/oauth2/authorize` and `/logout` are there for.
async fn ask(
    State(app): State<Arc<App>>,
    Extension(sign_in): Extension<Arc<Pages>>,
    Extension(desk): Extension<Arc<Desk>>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let ctx = Ctx::new(app.clone(), id, app.platform.now(), api::asker(&app, &request));
    let (parts, _) = request.into_parts();
    let (method, uri, headers) = (parts.method, parts.uri, parts.headers);
    match desk.visit(&ctx, &uri, &headers).await {
        Ok(Some(visit)) => match desk
            .counts
            .of_address(PageAsked::Page, ctx.asker.address, ctx.now)
        {
            Err(seconds) => faults::too_many(&ctx, &visit, seconds),
            // What these do, a look at their headers is not to do.
            Ok(()) if method == Method::HEAD && DOES.contains(&visit.path.as_str()) => {
                answer::not_allowed("GET, POST")
            }
            Ok(()) => steps::show(&ctx, &visit).await,
        },
        Ok(None) => pages::page(Extension(sign_in), method, uri, headers).await,
        Err(refused) => *refused,
    }
}

/// `POST`: a form. The answer leaves on the grid, for what is behind it is about a name.
async fn take(
    State(app): State<Arc<App>>,
    Extension(bodies): Extension<Arc<Bodies>>,
    Extension(grid): Extension<Grid>,
    Extension(desk): Extension<Arc<Desk>>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let address = api::asker(&app, &request).address;
    let of_address = desk
        .counts
        .of_address(PageAsked::Form, address, app.platform.now());
    let (parts, body) = request.into_parts();
    // What a SAML provider says of somebody is longer than what anybody types.
    let may_be_large = parts.uri.path().ends_with(saml::PATH);
    // What is refused anyway is not read.
    let read = match of_address {
        Ok(()) => bodies
            .read_any(&parts.headers, body, async move { may_be_large })
            .await
            .map(Some),
        Err(_) => Ok(None),
    };
    let (bytes, room) = match read {
        Ok(read) => read.unzip(),
        Err(refusal) => return refusal.into_response().map(Into::into),
    };
    let bytes = bytes.unwrap_or_default();
    let answering = Answering::begin(grid).await;
    let (uri, headers) = (parts.uri.clone(), parts.headers.clone());
    let request = Request::from_parts(parts, ());
    let ctx = Ctx::new(app.clone(), id, app.platform.now(), api::asker(&app, &request));
    // In a box of its own: a request whose body does not come must not take what a step takes.
    let response = match desk.visit(&ctx, &uri, &headers).await {
        Ok(Some(visit)) => {
            match of_address.and_then(|()| desk.counts.of_pool(visit.site.pool.value.id(), ctx.now)) {
                Ok(()) => Box::pin(steps::take(&ctx, &visit, &bytes)).await,
                Err(seconds) => faults::too_many(&ctx, &visit, seconds),
            }
        }
        Ok(None) => super::problem::problem(axum::http::StatusCode::NOT_FOUND, "There is no such page."),
        Err(refused) => *refused,
    };
    drop(room);
    answering.leave().await;
    response
}

/// The site that a request is for.
async fn visit(ctx: &Ctx, uri: &Uri, headers: &HeaderMap) -> Result<Option<Visit>, Box<Response>> {
    let host = super::oauth::sites::host(headers);
    match site::find(ctx, host, uri.path()).await {
        Ok(Some((site, rest))) => Ok(Some(Visit::new(ctx, site, &rest, uri, headers))),
        Ok(None) => Ok(None),
        Err(error) => {
            let request_id = &ctx.request_id;
            tracing::error!(
                request_id,
                error = with_causes(&error),
                "a site cannot be looked up"
            );
            Err(Box::new(super::problem::problem(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                "Hosted login cannot be read at the moment. Try again.",
            )))
        }
    }
}
