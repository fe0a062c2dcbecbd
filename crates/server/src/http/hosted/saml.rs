//! `/saml2/idpresponse`: what the page of a SAML provider posts, from its own site.

use axum::http::header::SET_COOKIE;
use axum::response::Response;
use poolhouse_pool::oauth::door::Browser;
use poolhouse_pool::oauth::federation::saml::answer::{Back, answer};
use poolhouse_pool::oauth::steps::Fields;
use poolhouse_pool::request::Ctx;

use super::faults::broken;
use super::federation::{heard, unknown};
use super::visit::Visit;

pub(super) use poolhouse_pool::oauth::federation::saml::ACS as PATH;

/// Takes a browser back. Whose form it is, the handle in it says, which is good in one browser: no token of ours can be in a page of
/// somebody else's.
pub(super) async fn back(ctx: &Ctx, visit: &Visit, fields: &Fields) -> Response {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let posted = (field("RelayState"), field("SAMLResponse"));
    // The usual cookies do not come along from another site.
    let browser = Browser {
        name: visit
            .cookies
            .away
            .clone()
            .or_else(|| visit.cookies.browser.clone()),
        session: visit.cookies.session.clone(),
    };
    match answer(ctx, &visit.site, posted, &browser).await {
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
