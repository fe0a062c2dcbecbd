//! `/confirmUser?client_id=…&user_name=…&confirmation_code=…`: the link by which people confirm a sign-up, where their pool
//! mails one.
//!
//! To open the link changes nothing: programs that look after mailboxes open links, too, and would confirm addresses that
//! nobody has seen a mail at. The page that it opens has a button for that.

use std::sync::{Arc, LazyLock};

use axum::Extension;
use axum::extract::{RawQuery, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_api::ErrorCode;
use poolhouse_config::settings::Grid;
use poolhouse_connections::grid::Answering;
use poolhouse_crypto::sha256;
use poolhouse_pool::ops::{self, ByLink};
use poolhouse_pool::request::{App, Ctx, as_sub};
use poolhouse_text::{html, percent, with_causes};

use super::api;
use super::edge::RequestId;

/// The look of the sign-in's forms and of the mails, as far as a page of two lines needs it.
const STYLE: &str = "\
:root{color-scheme:light dark;--page:#f6f4ee;--card:#fff;--text:#14282c;--muted:#55666a;--line:#e3dfd4;--primary:#0b6468;--on:#fff}\
@media(prefers-color-scheme:dark){:root{--page:#0c1618;--card:#132023;--text:#e8f0ee;--muted:#a3b4b4;--line:#26363a;\
--primary:#6fd3cd;--on:#04211f}}\
body{margin:0;padding:clamp(24px,12vh,128px) 16px 24px;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}\
main{box-sizing:border-box;max-width:416px;margin:0 auto;padding:32px;background:var(--card);border:1px solid var(--line);\
border-radius:16px;overflow-wrap:anywhere}\
h1{margin:0 0 16px;font:600 1.75rem/1.2 'Iowan Old Style','Palatino Linotype',P052,Georgia,serif}\
p{margin:0 0 16px}\
.app{margin:0 0 8px;font-size:.9375rem;font-weight:600;color:var(--muted)}\
form,main>:last-child{margin-bottom:0}\
a,button{box-sizing:border-box;display:block;width:100%;min-height:48px;padding:10px 18px;font:600 1rem/1.5 system-ui,sans-serif;\
text-align:center;text-decoration:none;color:var(--on);background:var(--primary);border:1px solid transparent;border-radius:10px;\
cursor:pointer}\
:focus-visible{outline:2px solid var(--primary);outline-offset:2px}\
@media(max-width:479px){body{padding:0;background:var(--card)}main{border:0;padding:40px 20px}}";
/// What the page may load and do: nothing but show its own style and send its form.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; style-src 'sha256-{}'",
        STANDARD.encode(sha256(&[STYLE.as_bytes()]))
    )
});
const ASKED: &str = "Confirm your registration";
const DONE: &str = "Registration confirmed";
const NOT_DONE: &str = "Not confirmed";
const CONFIRMED: &str = "Your registration is confirmed. You can sign in now.";
const CONFIRMED_BEFORE: &str = "This registration is confirmed already. You can sign in.";
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
async fn ask(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    match Link::read(query.as_deref()) {
        // The form is sent to where the page came from, the query with it.
        Some(link) => {
            let question = question(&link.user_name);
            let body = format!("<p>{question}</p><form method=\"post\"><button>Confirm</button></form>");
            answer(&app, StatusCode::OK, ASKED, &body)
        }
        None => answer(
            &app,
            StatusCode::BAD_REQUEST,
            NOT_DONE,
            &format!("<p>{BROKEN}</p>"),
        ),
    }
}

/// Asks by the user's name. Where people sign in by address that is an id, which tells them nothing.
fn question(user_name: &str) -> String {
    match as_sub(user_name) {
        Some(_) => "Press the button, and you can sign in.".to_owned(),
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
        return answer(
            &app,
            StatusCode::BAD_REQUEST,
            NOT_DONE,
            &format!("<p>{BROKEN}</p>"),
        );
    };
    let answering = Answering::begin(grid).await;
    let ctx = Ctx::new(app.clone(), id, app.platform.now(), api::asker(&app, &request));
    let answer = confirmed(&ctx, &link).await;
    answering.leave().await;
    answer
}

async fn confirmed(ctx: &Ctx, link: &Link) -> Response {
    let app = &*ctx.app;
    match ops::confirm_by_link(ctx, &link.client_id, &link.user_name, &link.code).await {
        Ok(by_link) => {
            let words = match by_link {
                ByLink::Now => CONFIRMED,
                ByLink::Before => CONFIRMED_BEFORE,
            };
            let settings = app.functions.confirm();
            let onwards = onwards(settings.look.sign_in_url.as_deref());
            answer(app, StatusCode::OK, DONE, &format!("<p>{words}</p>{onwards}"))
        }
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
            answer(app, status, NOT_DONE, &format!("<p>{}</p>", html::escape(words)))
        }
    }
}

/// The way to the sign-in, where the operator has said where that is.
fn onwards(sign_in_url: Option<&str>) -> String {
    sign_in_url
        .map(|url| format!("<a href=\"{}\">Sign in</a>", html::escape(url)))
        .unwrap_or_default()
}

fn answer(app: &App, status: StatusCode, heading: &str, body: &str) -> Response {
    let name = html::escape(&app.functions.confirm().app_name);
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{heading} – {name}</title><style>{STYLE}</style>\
         <main><p class=\"app\">{name}</p><h1>{heading}</h1>{body}</main></html>"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
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
    #[test]
    fn whoever_is_confirmed_is_led_to_the_sign_in_where_that_is_known() {
        assert_eq!(onwards(None), "");
        assert_eq!(
            onwards(Some("https://login.example.com/?a=1&b=2")),
            "<a href=\"https://login.example.com/?a=1&amp;b=2\">Sign in</a>"
        );
    }

    #[test]
    fn the_page_may_show_its_own_style_and_nothing_else() {
        let (_, style) = POLICY.split_once("style-src 'sha256-").unwrap();
        let hash = STANDARD.decode(style.trim_end_matches('\'')).unwrap();
        assert_eq!(hash, sha256(&[STYLE.as_bytes()]));
        assert!(
            POLICY.starts_with("default-src 'none'; form-action 'self'"),
            "{}",
            *POLICY
        );
        assert!(!STYLE.contains("url(") && !STYLE.contains('<'));
    }
}
