//! How an app client wants its pages to look: files under names that never change.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use poolhouse_hosted::{Logo, Look};
use poolhouse_pool::oauth::look::{self, kept::Looks};
use poolhouse_pool::request::Ctx;

use super::visit::Visit;

/// How the pages of a visit look, and where their icon lies if they have one of their own.
pub(super) async fn of(looks: &Looks, ctx: &Ctx, visit: &Visit) -> (Look, Option<String>) {
    let client_id = visit.query.get("client_id").unwrap_or_default();
    let found = looks.of(ctx, &visit.site, client_id).await;
    let path = |name: &str| format!("{}/_look/{client_id}/{name}", visit.prefix);
    let logos = found.logos.iter().map(|logo| Logo {
        path: path(&logo.name),
        mode: logo.mode,
    });
    let style = found.style.as_ref();
    let look = Look {
        style: style.map_or(String::new(), |name| path(&format!("{name}.css"))),
        mode: found.mode,
        logos: logos.collect(),
    };
    (look, found.icon.as_ref().map(|icon| path(&icon.name)))
}

/// A style sheet or a picture of a look, by the client's id and the name in the path.
pub(super) async fn file(ctx: &Ctx, visit: &Visit) -> Response {
    let path = visit.path.strip_prefix("/_look/");
    let Some((client_id, name)) = path.and_then(|path| path.split_once('/')) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let file = match look::file(ctx, &visit.site, client_id, name).await {
        Ok(Some(file)) => file,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return super::faults::broken(ctx, visit, &error),
    };
    let mut response = file.bytes.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, file.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        // A picture that is opened by itself runs and fetches nothing.
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
