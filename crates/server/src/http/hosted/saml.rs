//! What the page of a SAML provider posts, from its own site: to a sign-in and to a sign-out.

use axum::http::header::SET_COOKIE;
use axum::response::Response;
use poolhouse_pool::oauth::door::Browser;
use poolhouse_pool::oauth::federation::saml::answer::{Back, answer};
use poolhouse_pool::oauth::federation::saml::sign_out;
use poolhouse_pool::oauth::steps::Fields;
use poolhouse_pool::request::Ctx;

use super::faults::{broken, wrong};
use super::federation::{heard, unknown};
use super::leave;
use super::visit::Visit;

pub(super) use poolhouse_pool::oauth::federation::saml::{ACS as PATH, SLO as SIGNED_OUT};

/// Takes a browser back. Whose form it is, the handle in it says, which is good in one browser: no token of ours can be in a page of
/// somebody else's.
pub(super) async fn back(ctx: &Ctx, visit: &Visit, fields: &Fields) -> Response {
    match answer(ctx, &visit.site, posted(fields), &browser(visit)).await {
        Ok(Some(Back { arrived, name })) => {
            let mut response = heard(visit, arrived, true);
            if let Some(cookie) = name.and_then(|name| visit.names.browser(&name)) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
        Ok(None) => unknown(ctx, visit),
        Err(error) => broken(ctx, visit, &error),
    }
}

/// The same after a sign-out.
pub(super) async fn signed_out(ctx: &Ctx, visit: &Visit, fields: &Fields) -> Response {
    match sign_out::answer(ctx, &visit.site, posted(fields), &browser(visit)).await {
        Ok(Some(left)) => leave::on(ctx, visit, left, (true, false)),
        Ok(None) => wrong(ctx, visit, "invalid_request", "Invalid SAML logout response."),
        Err(error) => broken(ctx, visit, &error),
    }
}

fn posted(fields: &Fields) -> (&str, &str) {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    (field("RelayState"), field("SAMLResponse"))
}

/// The usual cookies do not come along from another site.
fn browser(visit: &Visit) -> Browser {
    Browser {
        name: visit
            .cookies
            .away
            .clone()
            .or_else(|| visit.cookies.browser.clone()),
        session: visit.cookies.session.clone(),
    }
}
