//! `/oauth2/idpresponse`: where identity providers send people back to.

use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use poolhouse_hosted::said;
use poolhouse_pool::oauth::Form;
use poolhouse_pool::oauth::federation::arrive::{Arrived, Page};
use poolhouse_pool::oauth::federation::oidc::back::{self, PARAMETERS};
use poolhouse_pool::oauth::steps::consent::CONSENT;
use poolhouse_pool::request::Ctx;
use poolhouse_text::percent;

use super::faults::broken;
use super::visit::Visit;
use super::{answer, view};

/// The path of the endpoint.
pub(super) const PATH: &str = "/oauth2/idpresponse";

/// Takes an answer in the query.
pub(super) async fn back(ctx: &Ctx, visit: &Visit) -> Response {
    match back::back(ctx, &visit.site, &visit.query, &visit.browser()).await {
        Ok(Some(arrived)) => heard(visit, arrived, false),
        Ok(None) => unknown(ctx, visit),
        Err(error) => broken(ctx, visit, &error),
    }
}

/// An answer by a form of the provider's own page. Such a form comes without our cookies, so it changes nothing: the browser is sent to say
/// the same by itself, which brings them along.
pub(super) fn again(ctx: &Ctx, visit: &Visit, body: &[u8]) -> Response {
    let Some(form) = Form::read(body).filter(|form| !form.has_double()) else {
        return unknown(ctx, visit);
    };
    let pairs = PARAMETERS.iter().filter_map(|name| {
        let value = form.get(name)?;
        Some(format!("{name}={}", percent::encode(value)))
    });
    let target = format!("{}{PATH}?{}", visit.prefix, pairs.collect::<Vec<_>>().join("&"));
    answer::redirect(true, &target, &[])
}

/// Where somebody is led who has come back.
pub(super) fn heard(visit: &Visit, arrived: Arrived, is_form: bool) -> Response {
    match arrived {
        Arrived::Granted(granted, page) => {
            let cookies: Vec<HeaderValue> = visit.names.session(&granted.session).into_iter().collect();
            let location = granted.location.unwrap_or_else(|| at(visit, CONSENT, &page));
            answer::redirect(is_form, &location, &cookies)
        }
        Arrived::Refused(location) => answer::redirect(is_form, &location, &[]),
        Arrived::Code(page) => answer::redirect(is_form, &at(visit, "EMAIL_OTP", &page), &[]),
    }
}

/// The page of a challenge, in the round's transaction.
fn at(visit: &Visit, challenge: &str, page: &Page) -> String {
    let path = view::path_of(Some(challenge));
    format!("{}{path}?tx={}&{}", visit.prefix, page.transaction, page.asked)
}

/// An answer to nothing that was asked, or not here, or not any more: nobody is sent anywhere.
pub(super) fn unknown(ctx: &Ctx, visit: &Visit) -> Response {
    let lines = [
        visit.texts.get("signInEnded").to_owned(),
        visit.texts.get("errorLead").to_owned(),
        ctx.request_id.clone(),
    ];
    let html = said(&visit.frame(ctx), visit.texts.get("errorTitle"), &lines);
    answer::page(visit, StatusCode::BAD_REQUEST, html, None)
}
