//! The local inbox over HTTP: `GET` and `DELETE /inbox/api/messages`.
//!
//! A reader of it can sign in as anybody, so it answers only this machine, only under a name of this machine (a
//! page elsewhere can point a name of its own here: DNS rebinding), and only pages of the server itself.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use poolhouse_mail::inbox::Inbox;
use poolhouse_text::percent;

use super::peer::{Peer, shows_a_proxy};
use super::problem::problem;
use poolhouse_pool::request::App;

/// The inbox's routes, or one answer that says how to switch it on.
pub(super) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let routes = Router::new();
    match app.mailer.inbox() {
        Some(inbox) => routes
            .route("/inbox/api/messages", get(list).delete(clear))
            .layer(Extension(inbox.clone()))
            .layer(from_fn(guard)),
        None => routes.route("/inbox/api/{*path}", get(off).delete(off)),
    }
}

async fn off() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "The local inbox is off. Start the server with --inbox.",
    )
}

/// `GET /inbox/api/messages[?to=ADDRESS]`: newest first, `[{id, to, from, subject, text, html, receivedAt}]`.
async fn list(Extension(inbox): Extension<Inbox>, request: Request) -> Response {
    let to = match request.uri().query().map(recipient) {
        None => None,
        Some(Some(to)) => Some(to),
        Some(None) => {
            return problem(
                StatusCode::BAD_REQUEST,
                "The only parameter is to, an email address.",
            );
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, inbox.to_json(to.as_deref()).to_string()).into_response()
}

/// `DELETE /inbox/api/messages`: forgets all messages.
async fn clear(Extension(inbox): Extension<Inbox>) -> StatusCode {
    inbox.clear();
    StatusCode::NO_CONTENT
}

/// Refuses all but this machine's own page and programs.
async fn guard(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>();
    if !peer.is_some_and(|peer| peer.is_loopback()) {
        return problem(
            StatusCode::FORBIDDEN,
            "The local inbox answers this machine only.",
        );
    }
    if shows_a_proxy(request.version(), request.headers()) {
        return problem(
            StatusCode::FORBIDDEN,
            "The local inbox answers this machine only, and no proxy on it.",
        );
    }
    if !names_this_machine(request.headers()) {
        return problem(
            StatusCode::FORBIDDEN,
            "The local inbox answers under localhost or a loopback address only.",
        );
    }
    if !is_own_page(request.headers()) {
        return problem(
            StatusCode::FORBIDDEN,
            "The local inbox answers its own page and programs, no other site's.",
        );
    }
    next.run(request).await
}

/// Whether the request was sent to a loopback name.
fn names_this_machine(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Whether no other site's page sent it. Programs send neither header; browsers send at least one of them across sites.
fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let same_origin = match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), host) => origin.split_once("://").map(|(_, origin_host)| origin_host) == host,
    };
    let same_site = match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        None => true,
        Some(site) => site == b"same-origin" || site == b"none",
    };
    same_origin && same_site
}

/// The value of `to` in a query. A plus sign stands for itself: addresses have it and have no spaces.
fn recipient(query: &str) -> Option<String> {
    let encoded = query.strip_prefix("to=").filter(|value| !value.contains('&'))?;
    percent::decode(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_name_that_somebody_pointed_here_is_not_this_machine() {
        for (host, is_ours) in [
            ("localhost", true),
            ("LOCALHOST:9229", true),
            ("127.0.0.1:9229", true),
            ("127.1.2.3", true),
            ("[::1]:9229", true),
            ("[::ffff:127.0.0.1]:9229", true),
            ("app.localhost:9229", true),
            ("evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example", false),
            ("192.168.1.4:9229", false),
            ("[2001:db8::1]", false),
            ("", false),
        ] {
            assert_eq!(names_this_machine(&headers(&[("host", host)])), is_ours, "{host}");
        }
        assert!(!names_this_machine(&HeaderMap::new()));
    }

    #[test]
    fn only_the_servers_own_page_may_read_it_from_a_browser() {
        let host = ("host", "localhost:9229");
        for (extra, is_own) in [
            (vec![], true),
            (
                vec![
                    ("origin", "http://localhost:9229"),
                    ("sec-fetch-site", "same-origin"),
                ],
                true,
            ),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("origin", "http://localhost:4200")], false),
            (
                vec![
                    ("origin", "http://evil.example"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
            (vec![("origin", "null")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "cross-site")], false),
        ] {
            let pairs: Vec<_> = std::iter::once(host).chain(extra).collect();
            assert_eq!(is_own_page(&headers(&pairs)), is_own, "{pairs:?}");
        }
    }

    #[test]
    fn an_address_is_read_from_the_query_with_its_plus_sign() {
        for (query, address) in [
            ("to=ada@example.com", Some("ada@example.com")),
            ("to=ada%2Bcode%40example.com", Some("ada+code@example.com")),
            ("to=ada+code@example.com", Some("ada+code@example.com")),
            ("to=d%C3%B6rte@example.com", Some("dörte@example.com")),
            ("to=%", None),
            ("to=%f", None),
            ("to=%ff", None),
            ("to=a&to=b", None),
            ("from=a", None),
            ("", None),
        ] {
            assert_eq!(recipient(query).as_deref(), address, "{query}");
        }
    }
}
