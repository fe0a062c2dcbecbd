//! The headers of the pages, and of the redirects between them.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use poolhouse_hosted::{Asset, Failed};
use poolhouse_pool::oauth::form_action;
use poolhouse_text::with_causes;

use super::visit::Visit;

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// What a page may load and do, but for where its forms lead.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      font-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'; form-action 'self'";

/// A page. `leads_to`: the validated redirect URI that its form may end at, which browsers compare with `form-action`.
pub(super) fn page(
    visit: &Visit,
    status: StatusCode,
    html: Result<String, Failed>,
    leads_to: Option<&str>,
) -> Response {
    let html = match html {
        Ok(html) => html,
        Err(failed) => {
            tracing::error!(error = with_causes(&failed), "a page was not made");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, html).into_response();
    common(&mut response, &visit.with_page());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html;charset=UTF-8"),
    );
    let target = leads_to
        .and_then(form_action::source)
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    if let Ok(policy) = HeaderValue::from_str(&format!("{POLICY}{target}")) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // With `no-referrer`, browsers send the page's own form as if it came from nowhere: `Origin: null`.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(COOP, HeaderValue::from_static("same-origin"));
    headers.insert(
        PERMISSIONS,
        HeaderValue::from_static("publickey-credentials-get=(self), publickey-credentials-create=(self)"),
    );
    response
}

/// A redirect: 302 for what was asked, 303 for a form. Where it cannot be written in a header, nobody is sent anywhere.
pub(super) fn redirect(is_form: bool, location: &str, cookies: &[HeaderValue]) -> Response {
    let status = if is_form {
        StatusCode::SEE_OTHER
    } else {
        StatusCode::FOUND
    };
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut response = (status, Body::empty()).into_response();
    common(&mut response, cookies);
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// A method that a path does not have.
pub(super) fn not_allowed(allowed: &'static str) -> Response {
    let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
    common(&mut response, &[]);
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

fn common(response: &mut Response, cookies: &[HeaderValue]) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie.clone());
    }
}

/// A file of the pages, which never changes under its name.
pub(super) fn asset(asset: Option<&'static Asset>) -> Response {
    let Some(asset) = asset else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, asset.body).into_response()
}

/// The icon under the name that browsers look for, which is for a day.
pub(super) fn icon(icon: Option<&'static Asset>) -> Response {
    let mut response = asset(icon);
    let day = HeaderValue::from_static("public, max-age=86400");
    response.headers_mut().insert(header::CACHE_CONTROL, day);
    response
}
