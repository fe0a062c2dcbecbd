//! `/logout`

use axum::http::StatusCode;
use axum::response::Response;
use poolhouse_hosted::{Form as HtmlForm, said, sign_out};
use poolhouse_pool::oauth::logout::{self, Leave};
use poolhouse_pool::request::Ctx;

use super::visit::Visit;
use super::{answer, faults};

/// Signs the browser out, or asks. A form is answered by a page, never by a redirect that the page's policy might stop.
pub(super) async fn leave(ctx: &Ctx, visit: &Visit, is_confirmed: bool) -> Response {
    let left = logout::leave(ctx, &visit.site, &visit.query, &visit.browser(), is_confirmed).await;
    let left = match left {
        Ok(left) => left,
        Err(error) => return faults::broken(ctx, visit, &error),
    };
    let cookies: Vec<_> = visit
        .names
        .no_session()
        .into_iter()
        .filter(|_| left.ends())
        .collect();
    match left {
        Leave::To(location) if !is_confirmed => answer::redirect(false, &location, &cookies),
        Leave::SignIn(query) if !is_confirmed => {
            answer::redirect(false, &format!("{}/login?{query}", visit.prefix), &cookies)
        }
        Leave::To(_) | Leave::SignIn(_) | Leave::Said => {
            let html = said(&visit.frame(ctx), visit.texts.get("signedOutTitle"), &[]);
            let mut response = answer::page(visit, StatusCode::OK, html, None);
            for cookie in cookies {
                response
                    .headers_mut()
                    .append(axum::http::header::SET_COOKIE, cookie);
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
