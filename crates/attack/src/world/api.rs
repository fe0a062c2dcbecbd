//! Requests of the API, signed by the operator or by nobody.

use std::net::SocketAddr;

use poolhouse_sigv4::{Credentials, Request, amz_date, sign};
use serde_json::Value;

use super::http::{Answer, Connection};
use super::now;
use crate::attack::Outcome;

/// The region that calls are signed for. The server takes any.
pub const REGION: &str = "us-east-1";
pub const SERVICE: &str = "cognito-idp";
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// An access key as `poolhouse keys create` makes it.
#[derive(Clone)]
pub struct AccessKey {
    pub id: String,
    pub secret: String,
}

/// A request of the API as bytes, with headers besides those that every client sends.
pub fn request(server: SocketAddr, operation: &str, more: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!(
        "POST / HTTP/1.1\r\nhost: {server}\r\ncontent-type: {CONTENT_TYPE}\r\n\
         x-amz-target: {}\r\ncontent-length: {}\r\n",
        target(operation),
        body.len()
    );
    for (name, value) in more {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// The header that names an operation.
pub fn target(operation: &str) -> String {
    format!("AWSCognitoIdentityProviderService.{operation}")
}

/// The headers of a signature, made at a moment in seconds.
pub fn signature(
    server: SocketAddr,
    key: &AccessKey,
    operation: &str,
    body: &[u8],
    at: i64,
) -> Vec<(&'static str, String)> {
    let (host, target) = (server.to_string(), target(operation));
    let request = Request {
        method: "POST",
        path: "/",
        query: "",
        headers: &[
            ("host", &host),
            ("content-type", CONTENT_TYPE),
            ("x-amz-target", &target),
        ],
        body,
    };
    let credentials = Credentials::new(&*key.id, &*key.secret, None);
    sign(&request, &credentials, REGION, SERVICE, &amz_date(at))
}

impl Connection {
    /// Calls an operation that needs no signature.
    pub async fn call(&mut self, operation: &str, body: &Value) -> Outcome<Answer> {
        let request = request(self.server, operation, &[], body.to_string().as_bytes());
        self.exchange(&request).await
    }

    /// Calls an operation with the operator's signature.
    pub async fn signed(&mut self, key: &AccessKey, operation: &str, body: &Value) -> Outcome<Answer> {
        let body = body.to_string();
        let signature = signature(self.server, key, operation, body.as_bytes(), now()?.seconds());
        let more: Vec<(&str, &str)> = signature
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.exchange(&request(self.server, operation, &more, body.as_bytes()))
            .await
    }
}
