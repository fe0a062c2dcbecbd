//! `POST /mail/bounces?secret=…`: what came back, told by SES (bare or over SNS) or by an MTA that hands over its
//! notifications.

use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use poolhouse_crypto::constant_time_eq;
use poolhouse_pool::mailer::bounce::{self, BounceError, Taken};
use poolhouse_pool::request::App;
use poolhouse_text::with_causes;

use super::body::Bodies;
use super::problem::problem;

/// The route, where bounces are taken.
pub(super) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    match app.settings.mail.bounce_secret {
        Some(_) => Router::new().route("/mail/bounces", post(take)),
        None => Router::new(),
    }
}

async fn take(
    State(app): State<Arc<App>>,
    Extension(bodies): Extension<Arc<Bodies>>,
    request: Request,
) -> Response {
    let given = request
        .uri()
        .query()
        .and_then(|query| query.strip_prefix("secret="));
    let knows =
        |secret: &str| given.is_some_and(|given| constant_time_eq(given.as_bytes(), secret.as_bytes()));
    if !app
        .settings
        .mail
        .bounce_secret
        .as_ref()
        .is_some_and(|secret| knows(&secret.0))
    {
        return problem(StatusCode::FORBIDDEN, "The secret of bounces is another.");
    }
    let (parts, body) = request.into_parts();
    let (bytes, _room) = match bodies.read_large(&parts.headers, body).await {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response().map(Into::into),
    };
    match bounce::take(&app.platform, &bytes).await {
        Ok(Taken::Suppressed(_)) => StatusCode::NO_CONTENT.into_response(),
        Ok(Taken::Confirm(url)) => {
            tracing::warn!(
                url,
                "SNS asks whether its messages are wanted: open this URL once"
            );
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error @ BounceError::Store(_)) => {
            tracing::error!(error = with_causes(&error), "a bounce was not kept");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "The report could not be kept.")
        }
        Err(error) => problem(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}
