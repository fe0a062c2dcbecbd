//! Pages from which nothing goes on.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use poolhouse_hosted::said;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::request::Ctx;
use poolhouse_text::with_causes;

use super::answer;
use super::visit::Visit;

/// A request of a client that leads nowhere. What it says goes to whoever wrote the app; the person is sent back there.
pub(super) fn wrong(ctx: &Ctx, visit: &Visit, error: &str, text: &str) -> Response {
    let known: String = error
        .chars()
        .filter(|c| c.is_ascii_lowercase() || *c == '_')
        .take(40)
        .collect();
    let fault = format!("{known} {text}").trim().to_owned();
    let lines = [
        visit.texts.get("errorLead").to_owned(),
        fault,
        ctx.request_id.clone(),
    ];
    let html = said(&visit.frame(ctx), visit.texts.get("errorTitle"), &lines);
    answer::page(visit, StatusCode::BAD_REQUEST, html, None)
}

/// Too many requests of an address, or at a pool: in so many seconds there may be more.
pub(super) fn too_many(ctx: &Ctx, visit: &Visit, seconds: u64) -> Response {
    let wait = visit.texts.counted("tooManyLead", seconds);
    let html = said(&visit.frame(ctx), visit.texts.get("tooManyTitle"), &[wait]);
    let mut response = answer::page(visit, StatusCode::TOO_MANY_REQUESTS, html, None);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Something that nobody at the page can do anything about.
pub(super) fn broken(ctx: &Ctx, visit: &Visit, error: &ApiError) -> Response {
    let request_id = &ctx.request_id;
    tracing::error!(request_id, error = with_causes(error), "a page was not served");
    let lines = [visit.texts.get("server").to_owned(), ctx.request_id.clone()];
    let html = said(&visit.frame(ctx), visit.texts.get("errorTitle"), &lines);
    answer::page(visit, StatusCode::SERVICE_UNAVAILABLE, html, None)
}
