//! The server as HTTP sees it: what answers under which path, and what is true of every answer.
//!
//! | path | answers |
//! |---|---|
//! | `POST /` | the API (`api`), with cross-origin headers (`cors`) |
//! | `GET /{pool}/.well-known/…`, `/.well-known/…/{pool}` | a pool's keys and discovery document (`discovery`) |
//! | `/oauth2/token`, `/oauth2/userInfo`, `/oauth2/revoke` | OAuth 2.0, on a domain's host or below `/d/{domain}` (`oauth`) |
//! | `/oauth2/authorize`, `/login`, `/logout`, … | the pages of hosted login, likewise (`hosted`) |
//! | `GET /health/live`, `/health/ready`, `/health` | whether the server can work (`health`) |
//! | `/confirmUser` | the link that confirms a sign-up (`confirm_user`) |
//! | `GET /config.json` | what the sign-in page needs to know (`pages`) |
//! | `POST /mail/bounces` | mail that came back (`bounces`) |
//! | `PUT /user-import/…` | the file of a user import job (`user_import`) |
//! | `/inbox/api/…` | the local inbox, for this machine only (`inbox`) |
//! | `GET` anything else | the pages and their files, or 404 (`pages`) |
//!
//! `GET /metrics` is answered on a socket of its own (`metrics`).
//!
//! What is signed for another service of AWS is answered in its place (`aws`), whatever its path.
//!
//! `connections` holds the sockets and their limits, `edge` what surrounds every request.

pub mod access;
pub mod api;
mod aws;
mod body;
mod bounces;
mod catch;
mod confirm_user;
pub mod connections;
pub(crate) mod cors;
mod discovery;
mod edge;
mod grid;
mod health;
mod hosted;
mod inbox;
pub mod metrics;
mod oauth;
mod pages;
pub mod peer;
mod problem;
mod room;
mod secure;
mod tags;
pub mod tls;
mod user_import;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use body::Bodies;
use edge::RequestId;
use hosted::Desk;
use poolhouse_config::settings::{BodyLimits, Grid};
use poolhouse_pool::request::App;
use problem::method_not_allowed;

pub use health::Leaving;
pub use pages::Pages;

/// Everything the server answers, as one service.
pub fn router(app: Arc<App>, pages: Pages, limits: BodyLimits, grid: Grid) -> Router {
    let desk = Desk::new(app.settings.hosted.limits);
    Router::new()
        .route("/", get(pages::page).post(api_call).options(cors::preflight))
        .route("/health", get(health::ready))
        .route("/health/ready", get(health::ready))
        .route("/health/live", get(health::live))
        .route("/confirmUser", confirm_user::page())
        .merge(discovery::routes())
        .merge(oauth::routes())
        .merge(hosted::routes())
        .merge(inbox::routes(&app))
        .merge(bounces::routes(&app))
        .merge(user_import::routes())
        .merge(pages::routes())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(app.clone(), aws::divert))
        .layer(Extension(Arc::new(desk)))
        .layer(Extension(Arc::new(pages)))
        .layer(Extension(Arc::new(Bodies::new(limits))))
        .layer(Extension(grid))
        .layer(from_fn_with_state(app.clone(), edge::around))
        .with_state(app)
}

/// `POST /`: reads the body within its limits and hands the request to the API.
async fn api_call(
    State(app): State<Arc<App>>,
    Extension(bodies): Extension<Arc<Bodies>>,
    Extension(grid): Extension<Grid>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let may_be_large = api::may_be_large(&app, &parts.headers);
    let answer = match bodies.read_any(&parts.headers, body, may_be_large).await {
        Ok((bytes, room)) => {
            let request = Request::from_parts(parts, bytes);
            // In a box of its own: a request whose body does not come must not take what an operation under way takes.
            Box::pin(api::handle(&app, request, room, id, grid)).await
        }
        Err(refusal) => refusal.into_response(),
    };
    cors::allow(answer.map(Into::into))
}
