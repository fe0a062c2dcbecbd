//! STS: who we are, and becoming somebody else. Its protocol is a form each way in, XML back.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::{Endpoint, HttpError};

use super::endpoint::Service;
use super::{Aws, AwsError, Effect, Exchange, Trouble, percent_encoded, send, xml};
use crate::credentials::Credentials;

const CONTENT_TYPE: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const VERSION: (&str, &str) = ("Version", "2011-06-15");
/// How long an unsigned request to STS may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// `GetCallerIdentity`: the ARN of whoever the credentials belong to.
pub(crate) async fn caller(aws: &Aws) -> Result<String, AwsError> {
    let text = signed(aws, "GetCallerIdentity", &[]).await?;
    found(aws, &text, "Arn")
}

/// What `AssumeRole` is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleRequest {
    pub(crate) role_arn: String,
    pub(crate) session_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) duration_seconds: Option<String>,
}

/// `AssumeRole`, by the credentials of `aws`.
pub(crate) async fn assume_role(aws: &Aws, role: &RoleRequest) -> Result<Credentials, AwsError> {
    let mut parameters = vec![
        ("RoleArn", role.role_arn.as_str()),
        ("RoleSessionName", role.session_name.as_str()),
    ];
    parameters.extend(role.external_id.as_deref().map(|id| ("ExternalId", id)));
    parameters.extend(
        role.duration_seconds
            .as_deref()
            .map(|seconds| ("DurationSeconds", seconds)),
    );
    let text = signed(aws, "AssumeRole", &parameters).await?;
    credentials(&text).ok_or_else(|| not_sts(aws))
}

/// `AssumeRoleWithWebIdentity`, which is not signed: the token is what proves.
pub(crate) async fn assume_role_with_web_identity(
    endpoint: &Endpoint,
    tls: &TlsSource,
    role: &RoleRequest,
    token: &str,
) -> Result<Credentials, AwsError> {
    let operation = "AssumeRoleWithWebIdentity";
    let parameters = [
        ("RoleArn", role.role_arn.as_str()),
        ("RoleSessionName", &role.session_name),
        ("WebIdentityToken", token),
    ];
    let request = Request::post("/")
        .header("host", endpoint.authority())
        .header(CONTENT_TYPE.0, CONTENT_TYPE.1)
        .body(Full::from(Bytes::from(form(operation, &parameters))));
    let service = Service::Tokens;
    let unreachable = |source| AwsError::Unreachable {
        service,
        endpoint: endpoint.to_string(),
        source: Box::new(source),
    };
    let request = request.map_err(|error| unreachable(Trouble::Http(HttpError::Request(error))))?;
    let answer = send(endpoint, tls, request, PATIENCE)
        .await
        .map_err(unreachable)?;
    if !answer.status.is_success() {
        return Err(AwsError::from_answer(service, operation, endpoint, &answer));
    }
    credentials(&String::from_utf8_lossy(&answer.body))
        .ok_or_else(|| AwsError::not_the_service(service, endpoint, answer.status.as_u16()))
}

async fn signed(aws: &Aws, operation: &'static str, parameters: &[(&str, &str)]) -> Result<String, AwsError> {
    let exchange = Exchange {
        service: Service::Tokens,
        operation,
        effect: Effect::Reads,
        method: Method::POST,
        path: "/".to_owned(),
        query: String::new(),
        headers: vec![(CONTENT_TYPE.0, CONTENT_TYPE.1.to_owned())],
        body: form(operation, parameters),
    };
    let answer = aws.call(exchange).await?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

fn form(operation: &str, parameters: &[(&str, &str)]) -> String {
    let all = [("Action", operation), VERSION]
        .into_iter()
        .chain(parameters.iter().copied());
    let pairs: Vec<String> = all
        .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
        .collect();
    pairs.join("&")
}

fn credentials(answer: &str) -> Option<Credentials> {
    Some(Credentials::new(
        xml::text_of(answer, "AccessKeyId")?,
        xml::text_of(answer, "SecretAccessKey")?,
        Some(xml::text_of(answer, "SessionToken")?),
    ))
}

fn found(aws: &Aws, answer: &str, element: &str) -> Result<String, AwsError> {
    xml::text_of(answer, element).ok_or_else(|| not_sts(aws))
}

fn not_sts(aws: &Aws) -> AwsError {
    match aws.endpoints.of(Service::Tokens) {
        Some(endpoint) => AwsError::not_the_service(Service::Tokens, endpoint, 200),
        None => AwsError::Absent(Service::Tokens),
    }
}
