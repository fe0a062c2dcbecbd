//! The sign-in page, which is inside the program, served from memory.
//!
//! The files are unpacked once at the start and found by their exact path, so a request can reach nothing else, whatever
//! its path says. They are small: the whole app is a few hundred kilobytes.

mod archive;
mod built;
mod config;
mod encoding;
mod file;
mod policy;

use std::sync::Arc;

use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use super::problem::method_not_allowed;
pub use built::Pages;
use poolhouse_pool::request::App;

/// The pages' routes. Whatever no other route answers is a file or the app itself.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/config.json", get(config::config))
        .fallback(page)
}

/// `GET /` and every path that has no route of its own.
pub(super) async fn page(
    Extension(pages): Extension<Arc<Pages>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match method {
        Method::GET | Method::HEAD => pages.answer(uri.path(), &headers),
        method => method_not_allowed(method).await,
    }
}
