//! Which site a request is for.

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::oauth::{Site, site};
use poolhouse_pool::request::Ctx;

/// The name of the host that a request is for.
pub(in crate::http) fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// The site that a request is for, and the path within it.
pub(super) async fn of(ctx: &Ctx, request: &Parts) -> Result<Option<(Site, String)>, ApiError> {
    site::find(ctx, host(&request.headers), request.uri.path()).await
}
