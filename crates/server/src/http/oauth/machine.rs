//! From bytes to bytes: a request is read within its limits, answered, and the answer written.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use poolhouse_api::Operation;
use poolhouse_pool::oauth::{Denied, Form, Site};
use poolhouse_pool::oauth::{register as registering, revoke as revoking, token as tokens, userinfo};
use poolhouse_pool::request::{App, Ctx};
use poolhouse_text::with_causes;
use serde_json::Value;

use super::super::api;
use super::super::body::{Bodies, Refusal};
use super::super::edge::RequestId;
use super::super::room::Room;
use super::{headers, sites};

/// Bytes of the longest metadata of a client.
const LONGEST_METADATA: usize = 16 * 1024;
/// What bodies are.
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

/// A request that was read.
struct Asked {
    ctx: Ctx,
    site: Site,
    authorization: Vec<String>,
    /// The body, if it is a form.
    form: Option<Form>,
    /// The body, if it says that it is JSON.
    json: Option<Bytes>,
    /// What the body takes.
    _room: Room,
}

impl Asked {
    fn headers(&self) -> Vec<&str> {
        self.authorization.iter().map(String::as_str).collect()
    }

    /// The form, for an endpoint that takes nothing else.
    fn form(&self) -> Result<&Form, Denied> {
        self.form.as_ref().ok_or_else(Denied::invalid_request)
    }
}

/// `POST /oauth2/token`
pub(super) async fn token(
    State(app): State<Arc<App>>,
    Extension(bodies): Extension<Arc<Bodies>>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    if request.uri().query().is_some() {
        tracing::info!(
            request_id = id,
            "parameters in the query of the token endpoint are not read"
        );
    }
    let asked = match read(&app, &bodies, id, request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let answered = match asked.form() {
        Ok(form) => tokens::run(&asked.ctx, &asked.site, &asked.headers(), form).await,
        Err(denied) => Err(denied),
    };
    answer(&asked.ctx, answered.map(Some))
}

/// `POST /oauth2/revoke`
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Extension(bodies): Extension<Arc<Bodies>>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let asked = match read(&app, &bodies, id, request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    asked.ctx.audit.serves_as(Operation::RevokeToken, "oauth2/revoke");
    let revoked = match asked.form() {
        Ok(form) => revoking::run(&asked.ctx, &asked.site, &asked.headers(), form).await,
        Err(denied) => Err(denied),
    };
    answer(&asked.ctx, revoked.map(|()| None))
}

/// `GET` and `POST /oauth2/userInfo`
pub(super) async fn user_info(
    State(app): State<Arc<App>>,
    Extension(bodies): Extension<Arc<Bodies>>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let asked = match read(&app, &bodies, id, request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let info = userinfo::run(&asked.ctx, &asked.site, &asked.headers(), asked.form.as_ref()).await;
    answer(&asked.ctx, info.map(Some))
}

/// `POST /oauth2/register`
pub(super) async fn register(
    State(app): State<Arc<App>>,
    Extension(bodies): Extension<Arc<Bodies>>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let asked = match read(&app, &bodies, id, request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let registered = match &asked.json {
        Some(body) if body.len() <= LONGEST_METADATA => {
            registering::run(&asked.ctx, &asked.site, &asked.headers(), body).await
        }
        _ => Err(Denied::new("invalid_client_metadata").saying("the body must be JSON, and short")),
    };
    let is_made = registered.is_ok();
    let mut response = answer(&asked.ctx, registered.map(Some));
    if is_made {
        *response.status_mut() = StatusCode::CREATED;
    }
    response
}

/// The answer to a method that an endpoint does not have.
pub(super) async fn not_allowed(RequestId(id): RequestId, request: Request) -> Response {
    let denied = Denied::invalid_request().with_status(405);
    let mut response = written(&id, Err(denied));
    let allowed = match request.uri().path().ends_with("/userInfo") {
        true => "GET, HEAD, POST, OPTIONS",
        false => "POST, OPTIONS",
    };
    let allowed = HeaderValue::from_static(allowed);
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}

/// Reads a request; one that cannot be is answered at once.
async fn read(app: &Arc<App>, bodies: &Bodies, id: String, request: Request) -> Result<Asked, Response> {
    let ctx = Ctx::new(app.clone(), id, app.platform.now(), api::asker(app, &request));
    // The body alone is not to be shared while it is waited for.
    let (parts, body) = request.into_parts();
    let site = match sites::of(&ctx, &parts).await {
        Ok(Some((site, _))) => site,
        Ok(None) => {
            let denied = Denied::invalid_request().with_status(404);
            return Err(answer(&ctx, Err(denied.saying("There is no such domain here."))));
        }
        Err(error) => return Err(answer(&ctx, Err(error.into()))),
    };
    let authorization = parts.headers.get_all(header::AUTHORIZATION).iter();
    // What is no text can be no credentials, and is one header all the same.
    let authorization = authorization.map(|value| value.to_str().unwrap_or_default().to_owned());
    let authorization = authorization.collect();
    let (bytes, room) = match bodies.read_any(&parts.headers, body, async { false }).await {
        Ok(read) => read,
        Err(refusal) => return Err(unread(&ctx, refusal)),
    };
    let is_form = parts.method == Method::POST && is_form(&parts.headers);
    let form = match is_form {
        true => match Form::read(&bytes) {
            Some(form) => Some(form),
            None => return Err(answer(&ctx, Err(Denied::invalid_request()))),
        },
        false => None,
    };
    let is_json = parts.method == Method::POST && says(&parts.headers, "application/json");
    Ok(Asked {
        ctx,
        site,
        authorization,
        form,
        json: is_json.then_some(bytes),
        _room: room,
    })
}

/// Whether a body is a form, in UTF-8.
fn is_form(headers: &HeaderMap) -> bool {
    says(headers, FORM)
}

/// Whether a body says that it is of this type, in UTF-8.
fn says(headers: &HeaderMap, wanted: &str) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(named), None) = (types.next(), types.next()) else {
        return false;
    };
    let mut parts = named.to_str().unwrap_or_default().split(';').map(str::trim);
    let is_it = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(wanted));
    let mut others = parts.filter_map(|part| part.split_once('='));
    is_it
        && others.all(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

/// The answer to a body that was not read. The rest of it is not waited for, so the connection ends with the answer.
fn unread(ctx: &Ctx, refusal: Refusal) -> Response {
    let status = refusal.into_response().status();
    let denied = match status.is_server_error() {
        true => Denied::new("temporarily_unavailable"),
        false => Denied::invalid_request(),
    };
    let mut response = answer(ctx, Err(denied.with_status(status.as_u16())));
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Writes an answer, and why there is none into the log.
pub(super) fn answer(ctx: &Ctx, answered: Result<Option<Value>, Denied>) -> Response {
    if let Err(denied) = &answered {
        let (request_id, client) = (&ctx.request_id, ctx.asker.noted.client());
        let causes = with_causes(denied);
        if denied.status >= 500 {
            tracing::error!(request_id, client, causes, "request failed");
        } else {
            tracing::info!(
                request_id,
                client,
                error = denied.error,
                causes,
                "request refused"
            );
        }
    }
    written(&ctx.request_id, answered)
}

fn written(request_id: &str, answered: Result<Option<Value>, Denied>) -> Response {
    let response = match answered {
        Ok(None) => StatusCode::OK.into_response(),
        Ok(Some(body)) => ([(header::CONTENT_TYPE, JSON)], body.to_string()).into_response(),
        Err(denied) => {
            let status = StatusCode::from_u16(denied.status).unwrap_or(StatusCode::BAD_REQUEST);
            let body = denied.body().to_string();
            let mut response = (status, [(header::CONTENT_TYPE, JSON)], body).into_response();
            let head = response.headers_mut();
            if let Some(challenge) = denied
                .challenge
                .and_then(|text| HeaderValue::from_str(&text).ok())
            {
                head.insert(header::WWW_AUTHENTICATE, challenge);
            }
            if let Some(seconds) = denied.retry_after {
                head.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    };
    headers::complete(response, request_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forms_in_utf_8_are_read() {
        for (value, expected) in [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-URLEncoded; charset=UTF-8", true),
            ("application/x-www-form-urlencoded;charset=\"utf-8\"", true),
            ("application/x-www-form-urlencoded; charset=iso-8859-1", false),
            ("application/json", false),
            ("multipart/form-data", false),
            ("text/plain", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]);
            assert_eq!(is_form(&headers), expected, "{value}");
        }
        assert!(!is_form(&HeaderMap::new()));
    }
}
