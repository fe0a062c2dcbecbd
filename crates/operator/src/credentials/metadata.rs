//! Credentials that the machine has: from the container's agent (ECS, EKS, CloudShell) or the instance's metadata
//! service in its second version, which a request that was tricked out of a program cannot speak.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::{Answer, Endpoint, HttpError};
use serde_json::Value;

use super::{Credentials, CredentialsError};
use crate::aws::{Trouble, send};
use crate::env::Env;

/// Where the container's agent answers to relative addresses.
const AGENT: &str = "http://169.254.170.2";
/// Where the instance's metadata service answers.
const INSTANCE: &str = "http://169.254.169.254";
/// Longer than the agents take, short enough to find out on a laptop that there is none.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the container's agent.
///
/// # Errors
/// It is not there, refuses, or is at an address that credentials must not come from.
pub(crate) async fn container(env: &Env, tls: &TlsSource) -> Result<Credentials, CredentialsError> {
    let (endpoint, path) = container_address(env)?;
    let token = match env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => Some(tokio::fs::read_to_string(&path).await.map_err(|error| {
            CredentialsError::new(format!("{path}, the container's token, cannot be read")).caused_by(error)
        })?),
        None => env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    let headers: Vec<_> = token
        .iter()
        .map(|token| ("authorization", token.trim()))
        .collect();
    let answer = request("GET", &endpoint, tls, &path, &headers).await;
    parse(answer, "the container's agent")
}

/// Asks the instance's metadata service.
///
/// # Errors
/// There is none, or the instance has no role.
pub(crate) async fn instance(env: &Env, tls: &TlsSource) -> Result<Credentials, CredentialsError> {
    let named = env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let endpoint = Endpoint::parse(named.as_deref().unwrap_or(INSTANCE)).ok_or_else(|| {
        CredentialsError::new("AWS_EC2_METADATA_SERVICE_ENDPOINT is not of the form http://host:port")
    })?;
    let ttl = [("x-aws-ec2-metadata-token-ttl-seconds", "60")];
    let token = line(request("PUT", &endpoint, tls, "/latest/api/token", &ttl).await)?;
    let headers = [("x-aws-ec2-metadata-token", token.as_str())];
    let base = "/latest/meta-data/iam/security-credentials/";
    let role = line(request("GET", &endpoint, tls, base, &headers).await)?;
    let answer = request("GET", &endpoint, tls, &format!("{base}{role}"), &headers).await;
    parse(answer, "the instance's metadata service")
}

/// The first line of what the metadata service answers. It answers with 404 where the instance has no role.
fn line(answer: Result<Answer, Trouble>) -> Result<String, CredentialsError> {
    let answer = answer.map_err(|error| {
        CredentialsError::new("the instance's metadata service does not answer").caused_by(error)
    })?;
    let text = String::from_utf8_lossy(&answer.body);
    let first = text.lines().next().unwrap_or_default().trim();
    match answer.status.is_success() && !first.is_empty() {
        true => Ok(first.to_owned()),
        false => Err(CredentialsError::new(format!(
            "this instance has no role (HTTP {})",
            answer.status.as_u16()
        ))),
    }
}

/// The agent's address. A whole URL must be TLS or a host of this machine, or an environment that somebody else has
/// a hand in could send the token anywhere.
fn container_address(env: &Env) -> Result<(Endpoint, String), CredentialsError> {
    let url = match env.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        Some(path) => format!("{AGENT}{path}"),
        None => env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI").unwrap_or_default(),
    };
    let refused = || {
        CredentialsError::new(
            "the container's credentials have no address that can be trusted: https, or http on this machine",
        )
    };
    let start = url.find("://").map(|at| at + 3).ok_or_else(refused)?;
    let slash = url[start..].find('/').map_or(url.len(), |at| at + start);
    let endpoint = Endpoint::parse(&url[..slash]).ok_or_else(refused)?;
    let agents = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"];
    let is_near = agents.contains(&endpoint.host())
        || endpoint
            .host()
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback());
    match endpoint.is_tls() || is_near {
        true => Ok((
            endpoint,
            if slash < url.len() {
                url[slash..].to_owned()
            } else {
                "/".to_owned()
            },
        )),
        false => Err(refused()),
    }
}

async fn request(
    method: &str,
    endpoint: &Endpoint,
    tls: &TlsSource,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<Answer, Trouble> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", endpoint.authority());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request
        .body(Full::from(Bytes::new()))
        .map_err(|error| Trouble::Http(HttpError::Request(error)))?;
    send(endpoint, tls, request, PATIENCE).await
}

fn parse(answer: Result<Answer, Trouble>, who: &str) -> Result<Credentials, CredentialsError> {
    let answer =
        answer.map_err(|error| CredentialsError::new(format!("{who} does not answer")).caused_by(error))?;
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    match (
        answer.status.is_success(),
        text("AccessKeyId"),
        text("SecretAccessKey"),
    ) {
        (true, Some(id), Some(secret)) => Ok(Credentials::new(id, secret, text("Token"))),
        _ => Err(CredentialsError::new(format!(
            "{who} gave no credentials (HTTP {})",
            answer.status.as_u16()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::env_of;

    fn address(name: &str, value: &str) -> Option<String> {
        container_address(&env_of(&[(name, value)]))
            .ok()
            .map(|(endpoint, path)| format!("{endpoint}{path}"))
    }

    #[test]
    fn the_containers_token_goes_to_this_machine_or_over_tls_and_nowhere_else() {
        let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        assert_eq!(
            address(relative, "/v2/x").as_deref(),
            Some("http://169.254.170.2/v2/x")
        );
        for kept in [
            "http://127.0.0.1:1338/latest?a=b",
            "http://localhost:1338/x",
            "http://[::1]:1338/x",
            "http://169.254.170.23/v1/credentials",
            "https://keys.example/x",
        ] {
            assert_eq!(address(full, kept).as_deref(), Some(kept));
        }
        for refused in [
            "http://keys.example/x",
            "http://169.254.169.254/x",
            "",
            "/v2/x",
            "ftp://localhost/x",
        ] {
            assert_eq!(address(full, refused), None, "{refused}");
        }
        assert_eq!(address(relative, "@keys.example/x"), None);
    }
}
