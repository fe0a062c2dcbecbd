//! `/confirmUser?client_id=…&user_name=…&confirmation_code=…`: the link by which people confirm a sign-up, where their pool
//! mails one.
//!
//! To open the link changes nothing: programs that look after mailboxes open links, too, and would confirm addresses that
//! nobody has seen a mail at. The page that it opens has a button for that.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use poolhouse_api::ErrorCode;
use poolhouse_config::settings::Grid;
use poolhouse_pool::ops::{self, ByLink};
use poolhouse_pool::request::{Ahead, App, Ctx, as_sub};
use poolhouse_text::{html, percent, with_causes};

use super::api;
use super::edge::RequestId;
use super::grid::Answering;

/// What the page may load and do: nothing but send its form.
const POLICY: &str = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const CONFIRMED: &str = "Your registration is confirmed. You can sign in now.";
const CONFIRMED_BEFORE: &str = "This registration is confirmed already.";
const NOT_GOOD: &str = "This link is not good, or not any more. Open the one in the newest mail, or ask for another \
                        where you signed up.";
const BROKEN: &str = "This link is not complete. Copy all of it from the mail.";

/// The page at the path.
pub(super) fn page() -> MethodRouter<Arc<App>> {
    get(ask).post(confirm)
}

/// What a link says.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    client_id: String,
    user_name: String,
    code: String,
}

impl Link {
    fn read(query: Option<&str>) -> Option<Link> {
        let value = |name: &str| {
            let mut members = query?.split('&').filter_map(|member| member.split_once('='));
            let (_, value) = members.find(|(held, _)| *held == name)?;
            percent::decode(value).filter(|value| !value.is_empty())
        };
        Some(Link {
            client_id: value("client_id")?,
            user_name: value("user_name")?,
            code: value("confirmation_code")?,
        })
    }
}

/// Asks whether to confirm.
async fn ask(RawQuery(query): RawQuery) -> Response {
    match Link::read(query.as_deref()) {
        // The form is sent to where the page came from, the query with it.
        Some(link) => answer(
            StatusCode::OK,
            &format!(
                "<p>{}</p><form method=\"post\"><button>Confirm</button></form>",
                question(&link.user_name)
            ),
        ),
        None => answer(StatusCode::BAD_REQUEST, &format!("<p>{BROKEN}</p>")),
    }
}

/// Asks by the user's name. Where people sign in by address that is an id, which tells them nothing.
fn question(user_name: &str) -> String {
    match as_sub(user_name) {
        Some(_) => "Confirm your registration?".to_owned(),
        None => format!("Confirm the registration of {}?", html::escape(user_name)),
    }
}

/// Confirms.
async fn confirm(
    State(app): State<Arc<App>>,
    Extension(grid): Extension<Grid>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let Some(link) = Link::read(request.uri().query()) else {
        return answer(StatusCode::BAD_REQUEST, &format!("<p>{BROKEN}</p>"));
    };
    let answering = Answering::begin(grid).await;
    let ctx = Ctx {
        app: app.clone(),
        request_id: id,
        now: app.platform.now(),
        asker: api::asker(&app, &request),
        ahead: Ahead::default(),
    };
    let answer = confirmed(&ctx, &link).await;
    answering.leave().await;
    answer
}

async fn confirmed(ctx: &Ctx, link: &Link) -> Response {
    match ops::confirm_by_link(ctx, &link.client_id, &link.user_name, &link.code).await {
        Ok(ByLink::Now) => answer(StatusCode::OK, &format!("<p>{CONFIRMED}</p>")),
        Ok(ByLink::Before) => answer(StatusCode::OK, &format!("<p>{CONFIRMED_BEFORE}</p>")),
        Err(error) => {
            if error.status() >= 500 {
                let request_id = &ctx.request_id;
                tracing::error!(
                    request_id,
                    error = with_causes(&error),
                    "a sign-up was not confirmed"
                );
            }
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let words = match error.code {
                // What is said to who types a code helps nobody who has a link.
                ErrorCode::CodeMismatchException | ErrorCode::ExpiredCodeException => NOT_GOOD,
                _ => &*error.message,
            };
            answer(status, &format!("<p>{}</p>", html::escape(words)))
        }
    }
}

fn answer(status: StatusCode, body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Confirm your registration</title>\
         <main>{body}</main></html>"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_as_it_is_written_and_not_in_part() {
        let whole = "client_id=c1&user_name=ada%2Bx%40example.com&confirmation_code=012345";
        let link = Link {
            client_id: "c1".to_owned(),
            user_name: "ada+x@example.com".to_owned(),
            code: "012345".to_owned(),
        };
        assert_eq!(Link::read(Some(whole)), Some(link));
        for part in [
            "client_id=c1&user_name=ada",
            "user_name=ada&confirmation_code=1",
            "client_id=&user_name=a&confirmation_code=1",
            "",
        ] {
            assert_eq!(Link::read(Some(part)), None, "{part}");
        }
        assert_eq!(Link::read(None), None);
    }
}
