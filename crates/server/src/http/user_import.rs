//! `PUT /user-import/{pool}/{job}?expires=…&signature=…`: the file of a user import job, where the service has a bucket.
//!
//! The URL says all that is needed: whoever has it may put a file for a quarter of an hour. Headers that belong to a bucket, such as
//! `x-amz-server-side-encryption`, mean nothing here.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use poolhouse_pool::request::App;
use poolhouse_pool::users::imports::{Arriving, LARGEST, NotTaken, PATH};
use poolhouse_text::with_causes;
use tokio::time::{Instant, timeout_at};

use super::problem::problem;

/// How long a file may take to arrive.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15 * 60);

/// The route.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(&format!("{PATH}/{{pool}}/{{job}}"), put(take))
}

async fn take(
    State(app): State<Arc<App>>,
    Path((pool, job)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(signed) = signed(parts.uri.query()) else {
        return problem(StatusCode::FORBIDDEN, "The URL takes no file.");
    };
    match arrive(&app, (&pool, &job), signed, body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(NotTaken::Denied(why)) => problem(StatusCode::FORBIDDEN, why),
        Err(NotTaken::TooLarge) => problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("A file has at most {LARGEST} bytes."),
        ),
        Err(NotTaken::NotText) => problem(StatusCode::BAD_REQUEST, "The file is not lines of UTF-8."),
        Err(NotTaken::Failed(error)) => {
            tracing::error!(error = with_causes(&error), "a file of users was not kept");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "The file could not be kept.")
        }
    }
}

/// Until when the URL is good, and the proof of it.
fn signed(query: Option<&str>) -> Option<(i64, &str)> {
    let value = |name: &str| {
        let mut members = query?.split('&').filter_map(|member| member.split_once('='));
        members.find(|(held, _)| *held == name).map(|(_, value)| value)
    };
    Some((value("expires")?.parse().ok()?, value("signature")?))
}

async fn arrive(app: &App, job: (&str, &str), signed: (i64, &str), mut body: Body) -> Result<(), NotTaken> {
    let ends = Instant::now() + PATIENCE;
    let mut arriving = Arriving::begin(&app.platform, job, signed).await?;
    if body.size_hint().lower() > LARGEST as u64 {
        return Err(NotTaken::TooLarge);
    }
    loop {
        match timeout_at(ends, body.frame()).await {
            Err(_) => return Err(NotTaken::Denied("The file did not arrive in time.")),
            Ok(Some(Err(_))) => return Err(NotTaken::Denied("The file broke off.")),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    arriving.push(&data).await?;
                }
            }
            Ok(None) => return arriving.finish().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_is_not_whole_takes_no_file() {
        assert_eq!(signed(Some("expires=12&signature=ab")), Some((12, "ab")));
        for query in [
            None,
            Some(""),
            Some("expires=12"),
            Some("signature=ab"),
            Some("expires=x&signature=ab"),
        ] {
            assert_eq!(signed(query), None, "{query:?}");
        }
    }
}
