//! `/logout`

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use poolhouse_hosted::{Form as HtmlForm, said, sign_out};
use poolhouse_pool::oauth::logout::{self, Leave};
use poolhouse_pool::request::Ctx;

use super::visit::Visit;
use super::{answer, faults};

/// Signs the browser out, or asks.
pub(super) async fn leave(ctx: &Ctx, visit: &Visit, is_confirmed: bool) -> Response {
    let left = logout::leave(ctx, &visit.site, &visit.query, &visit.browser(), is_confirmed).await;
    let left = match left {
        Ok(left) => left,
        Err(error) => return faults::broken(ctx, visit, &error),
    };
    let mut cookies: Vec<_> = match left.ends() {
        true => visit.names.no_session().into_iter().collect(),
        false => Vec::new(),
    };
    if let Leave::Away { name, .. } = &left {
        cookies.extend(visit.crossing(name.as_deref(), true));
    }
    let mut response = on(ctx, visit, left, (is_confirmed, is_confirmed));
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Where a browser goes that is signed out. A form of ours is answered by a page, never by a redirect that the page's policy might stop.
pub(super) fn on(ctx: &Ctx, visit: &Visit, left: Leave, (is_form, is_ours): (bool, bool)) -> Response {
    let texts = &visit.texts;
    let page = |lines: &[String]| {
        let html = said(&visit.frame(ctx), texts.get("signedOutTitle"), lines);
        answer::page(visit, StatusCode::OK, html, None)
    };
    match left {
        Leave::To(location) | Leave::Away { location, .. } if !is_ours => {
            answer::redirect(is_form, &location, &[])
        }
        Leave::SignIn(query) if !is_ours => {
            answer::redirect(is_form, &format!("{}/login?{query}", visit.prefix), &[])
        }
        Leave::To(_) | Leave::SignIn(_) | Leave::Said => page(&[]),
        Leave::Here => page(&[texts.get("signedOutHere").to_owned()]),
        Leave::Away { location, .. } => {
            let mut response = page(&[]);
            if let Ok(next) = HeaderValue::from_str(&format!("0;url={location}")) {
                response.headers_mut().insert(header::REFRESH, next);
            }
            response
        }
        Leave::Ask => {
            let form = HtmlForm {
                action: visit.to("/logout", ""),
                csrf: visit.csrf.clone(),
                ..HtmlForm::default()
            };
            let html = sign_out(&visit.frame(ctx), &form);
            answer::page(visit, StatusCode::OK, html, None)
        }
        Leave::Refused(error) => faults::wrong(ctx, visit, error, ""),
    }
}
