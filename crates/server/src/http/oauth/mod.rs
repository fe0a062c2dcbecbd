//! OAuth 2.0 and OpenID Connect by HTTP: the endpoints that programs talk to. What they decide is `poolhouse_pool::oauth`.
//!
//! Each answers below a domain's own host, below `/d/{domain}` on any host, and, where the server has one domain, at the bare path.
//! Cross-origin calls are let pass: an app in a browser has no secret that a foreign page could use.

mod headers;
mod machine;
pub(super) mod sites;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use poolhouse_pool::oauth::{Denied, discovery, site};
use poolhouse_pool::request::{App, Ctx};

use super::edge::RequestId;
use super::problem::problem;
use super::{api, cors};
use headers::preflight;
use machine::{not_allowed, register, revoke, token, user_info};

/// The folder of the metadata of protected resources. What follows is the path of the resource.
const PROTECTED: &str = "/.well-known/oauth-protected-resource";

/// The endpoints for machines, and the metadata of the one among them that is a protected resource.
pub(super) fn routes() -> Router<Arc<App>> {
    let posted = |handler: MethodRouter<Arc<App>>| handler.options(preflight).fallback(not_allowed);
    let mut router = Router::new();
    for domain in ["", "/d/{domain}"] {
        let user_info = get(user_info)
            .post(user_info)
            .options(preflight)
            .fallback(not_allowed);
        router = router
            .route(&format!("{domain}/oauth2/token"), posted(post(token)))
            .route(&format!("{domain}/oauth2/revoke"), posted(post(revoke)))
            .route(&format!("{domain}/oauth2/register"), posted(post(register)))
            .route(&format!("{domain}/oauth2/userInfo"), user_info);
    }
    router.route(
        &format!("{PROTECTED}/{{*resource}}"),
        get(protected_resource).options(cors::preflight),
    )
}

/// `GET /.well-known/oauth-protected-resource/…`: of `userInfo`, which is the one resource here.
async fn protected_resource(
    State(app): State<Arc<App>>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let ctx = Ctx::new(app.clone(), id, app.platform.now(), api::asker(&app, &request));
    let (parts, _) = request.into_parts();
    let path = parts.uri.path().strip_prefix(PROTECTED).unwrap_or_default();
    let found = site::find(&ctx, sites::host(&parts.headers), path).await;
    cors::allow(match found {
        Ok(Some((site, rest))) if rest == discovery::USER_INFO => {
            let body = discovery::protected_resource(&ctx, &site).to_string();
            let head = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "public, max-age=600"),
            ];
            (head, body).into_response()
        }
        Ok(_) => problem(StatusCode::NOT_FOUND, "There is no such resource."),
        Err(error) => machine::answer(&ctx, Err(Denied::from(error))),
    })
}
