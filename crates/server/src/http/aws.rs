//! Hands what a function signs for another of AWS's services to what stands in its place here.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use poolhouse_api::ErrorCode;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::request::{App, Asker, Ctx};

use super::access;
use super::body::Bodies;
use super::edge::RequestId;
use super::peer::Peer;
use poolhouse_local_aws::{Answer, Call, Fault, Protocol};

/// Answers what a function signs for another service than the pool's own; hands everything else on.
pub(super) async fn divert(
    State(app): State<Arc<App>>,
    Extension(bodies): Extension<Arc<Bodies>>,
    RequestId(id): RequestId,
    request: Request,
    next: Next,
) -> Response {
    let Some(service) = of_function(&app, request.headers()) else {
        return next.run(request).await;
    };
    let is_local = request
        .extensions()
        .get::<Peer>()
        .is_some_and(|peer| peer.is_loopback());
    let (parts, body) = request.into_parts();
    let (body, _room) = match bodies.read_large(&parts.headers, body).await {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response().map(Into::into),
    };
    let request = Request::from_parts(parts, body);
    let protocol = Protocol::of(&service, request.uri().path());
    let now = app.platform.now();
    let ctx = Ctx::new(app, id, now, Asker::default());
    let outcome = if is_local {
        serve(&ctx, &service, &request).await
    } else {
        Err(Fault::denied("It answers functions on its own machine only."))
    };
    if let Err(fault) = &outcome {
        let (service, code) = (service.as_str(), fault.code.as_str());
        tracing::warn!(
            request_id = ctx.request_id,
            service,
            code,
            "a function's call to AWS was refused"
        );
    }
    protocol.answer(outcome, &ctx.request_id)
}

/// The service that a function calls, if it is another than the pool's own. To everybody else this server is no AWS: an
/// operator's tool that looks for Lambda here must not take a refusal for an answer of Lambda's.
fn of_function(app: &App, headers: &HeaderMap) -> Option<String> {
    let (access_key_id, service) = access::scope(headers)?;
    let is_function = app.function_keys.find(access_key_id).is_some();
    (is_function && service != access::SERVICE).then(|| service.to_owned())
}

async fn serve(ctx: &Ctx, service: &str, request: &Request<Bytes>) -> Result<Answer, Fault> {
    let function = access::function(ctx, service, request).await.map_err(refused)?;
    let call = Call {
        ctx,
        function: &function,
        headers: request.headers(),
        path: request.uri().path(),
        body: request.body(),
    };
    poolhouse_local_aws::serve(service, &call).await
}

fn refused(error: ApiError) -> Fault {
    let code = match error.code {
        // What the SDKs know it as.
        ErrorCode::InvalidSignatureException => "SignatureDoesNotMatch",
        ErrorCode::UnrecognizedClientException => "UnrecognizedClientException",
        other => other.name(),
    };
    Fault::new(code, error.message)
}
