//! Credentials that the machine has: from the container's agent (ECS, EKS, CloudShell) or the instance's metadata
//! service in its second version, which a request that was tricked out of a program cannot speak.

use std::fmt;
use std::time::Duration;

use hyper::Method;
use poolhouse_outbound::aws::{Call, CallError, CallProblem, Credentials, CredentialsError, Patience};
use poolhouse_outbound::http::{Endpoint, Proxies};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::env::Env;
use crate::expiry;
use crate::obtained::Obtained;
use crate::surroundings::Surroundings;

/// Where the container's agent answers to relative addresses.
const AGENT: &str = "http://169.254.170.2";
/// Where the instance's metadata service answers, and where it does in networks of IPv6 alone.
const INSTANCE: &str = "http://169.254.169.254";
const INSTANCE_IPV6: &str = "http://[fd00:ec2::254]";
/// Longer than the agents take, short enough to find out on a laptop that there is none.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the container's agent.
///
/// # Errors
/// It is not there, refuses, or is at an address that credentials must not come from.
pub(crate) async fn container(around: &Surroundings) -> Result<Obtained, CredentialsError> {
    let env = &around.env;
    let (endpoint, path) = container_address(env)?;
    // The file is read each time: what lies in it is renewed too.
    let token = match env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => Some(tokio::fs::read_to_string(&path).await.map_err(|error| {
            CredentialsError::new(format!("{path}, the container's token, cannot be read")).caused_by(error)
        })?),
        None => env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    let call = match token {
        Some(token) => Call::get(path).with("authorization", Zeroizing::new(token).trim()),
        None => Call::get(path),
    };
    let answer = ask(around, &endpoint, &call).await;
    parse(answer, "the container's agent")
}

/// Asks the instance's metadata service.
///
/// # Errors
/// There is none, or the instance has no role.
pub(crate) async fn instance(around: &Surroundings) -> Result<Obtained, CredentialsError> {
    let endpoint = instance_address(&around.env)?;
    let token = Call {
        method: Method::PUT,
        ..Call::get("/latest/api/token").with("x-aws-ec2-metadata-token-ttl-seconds", "60")
    };
    let token = line(ask(around, &endpoint, &token).await)?;
    let get = |path: &str| Call::get(path).with("x-aws-ec2-metadata-token", token.as_str());
    let base = "/latest/meta-data/iam/security-credentials/";
    let role = line(ask(around, &endpoint, &get(base)).await)?;
    let answer = ask(around, &endpoint, &get(&format!("{base}{role}"))).await;
    parse(answer, "the instance's metadata service")
}

/// Why an agent gave nothing.
enum Silence {
    /// It answered with this status.
    Status(u16),
    /// It did not answer.
    Error(CallError),
}

/// Never through a proxy, which is another machine.
async fn ask(around: &Surroundings, endpoint: &Endpoint, call: &Call) -> Result<Zeroizing<String>, Silence> {
    let directly = Surroundings {
        proxies: Proxies::default(),
        ..around.clone()
    };
    let service = directly.unsigned("it", endpoint.clone());
    match service.call_unsigned(call, &Patience::once(PATIENCE)).await {
        Ok(answer) => Ok(Zeroizing::new(String::from_utf8_lossy(&answer.body).into_owned())),
        Err(error) => Err(match error.problem() {
            CallProblem::Refused(refusal) => Silence::Status(refusal.status),
            CallProblem::Answer(status) => Silence::Status(*status),
            _ => Silence::Error(error),
        }),
    }
}

/// The first line of what the metadata service answers. It answers with 404 where the instance has no role.
fn line(answer: Result<Zeroizing<String>, Silence>) -> Result<String, CredentialsError> {
    let none = |status: u16| CredentialsError::new(format!("this instance has no role (HTTP {status})"));
    let text = answer.map_err(|silence| match silence {
        Silence::Status(status) => none(status),
        Silence::Error(error) => no_answer("the instance's metadata service", error),
    })?;
    match text.lines().next().unwrap_or_default().trim() {
        "" => Err(none(200)),
        first => Ok(first.to_owned()),
    }
}

fn no_answer(who: impl fmt::Display, error: CallError) -> CredentialsError {
    CredentialsError::new(format!("{who} does not answer")).caused_by(error)
}

fn instance_address(env: &Env) -> Result<Endpoint, CredentialsError> {
    let is_ipv6 = env
        .get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
        .is_some_and(|mode| mode.eq_ignore_ascii_case("ipv6"));
    let usual = if is_ipv6 { INSTANCE_IPV6 } else { INSTANCE };
    let named = env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    Endpoint::parse(named.as_deref().unwrap_or(usual)).ok_or_else(|| {
        CredentialsError::new("AWS_EC2_METADATA_SERVICE_ENDPOINT is not of the form http://host:port")
    })
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

fn parse(answer: Result<Zeroizing<String>, Silence>, who: &str) -> Result<Obtained, CredentialsError> {
    let none = |status: u16| CredentialsError::new(format!("{who} gave no credentials (HTTP {status})"));
    let text = answer.map_err(|silence| match silence {
        Silence::Status(status) => none(status),
        Silence::Error(error) => no_answer(who, error),
    })?;
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    match (text("AccessKeyId"), text("SecretAccessKey"), expiry::of(&value)) {
        (Some(id), Some(secret), Ok(expires)) => Ok(Obtained {
            credentials: Credentials::new(id, secret, text("Token")),
            expires,
        }),
        _ => Err(none(200)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;

    fn address(name: &str, value: &str) -> Option<String> {
        container_address(&Env::of(&[(name, value)]))
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

    #[test]
    fn the_instance_is_asked_where_the_environment_says() {
        let at = |pairs: &[_]| {
            instance_address(&Env::of(pairs))
                .map(|endpoint| endpoint.to_string())
                .map_err(|error| error.to_string())
        };
        assert_eq!(at(&[]).as_deref(), Ok("http://169.254.169.254"));
        let mode = ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");
        assert_eq!(at(&[mode]).as_deref(), Ok("http://[fd00:ec2::254]"));
        let named = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
        assert_eq!(at(&[mode, named]).as_deref(), Ok("http://127.0.0.1:1"));
        assert!(at(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", "here")]).is_err());
    }
}
