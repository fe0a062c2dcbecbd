//! The API of a pool, called as its operator would: signed with an access key.

use std::fmt;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use poolhouse_sigv4::{Credentials, Request, amz_date, sign};
use serde_json::Value;

use super::http;
use crate::Outcome;

/// The region that calls are signed for. The server takes any, the AWS CLI needs one.
pub const REGION: &str = "us-east-1";

/// An access key as `poolhouse keys create` makes it.
pub struct AccessKey {
    pub id: String,
    pub secret: String,
}

/// A server and who calls it.
pub struct PoolApi {
    pub server: SocketAddr,
    pub key: AccessKey,
}

/// An operation's error, in AWS's names.
#[derive(Debug)]
pub struct Refusal {
    pub operation: String,
    pub code: String,
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}: {}", self.operation, self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

impl PoolApi {
    /// Calls an operation.
    ///
    /// # Errors
    /// [`Refusal`] if the server answers with an error, others if it does not answer.
    pub fn call(&self, operation: &str, input: &Value) -> Outcome<Value> {
        let body = input.to_string();
        let host = self.server.to_string();
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", &target),
        ];
        let signed = [("host", host.as_str()), headers[0], headers[1]];
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &signed,
            body: body.as_bytes(),
        };
        let credentials = Credentials::new(&*self.key.id, &*self.key.secret, None);
        let signature = sign(&request, &credentials, REGION, "cognito-idp", &amz_date(now()?));
        let signature = signature.iter().map(|(name, value)| (*name, value.as_str()));
        let headers: Vec<(&str, &str)> = headers.into_iter().chain(signature).collect();
        let answer = http::request(self.server, "POST", "/", &headers, &body)?;
        let value = match answer.body.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text)?,
        };
        if answer.status == 200 {
            Ok(value)
        } else {
            Err(refusal(operation, &value).into())
        }
    }
}

fn refusal(operation: &str, answer: &Value) -> Refusal {
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    Refusal {
        operation: operation.to_owned(),
        code: text("__type"),
        message: text("message"),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a signature carries the time at which it is made"
)]
fn now() -> Outcome<i64> {
    Ok(i64::try_from(
        SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
    )?)
}
