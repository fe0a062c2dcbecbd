//! A request of a function.

use axum::http::HeaderMap;
use bytes::Bytes;
use poolhouse_pool::keyring::FunctionKey;
use poolhouse_pool::request::Ctx;
use serde_json::Value;

use crate::answer::Fault;

/// A request of a function, for any of AWS's services.
pub struct Call<'a> {
    /// The request.
    pub ctx: &'a Ctx,
    /// Which function signed it.
    pub function: &'a FunctionKey,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its path.
    pub path: &'a str,
    /// Its body.
    pub body: &'a Bytes,
}

impl Call<'_> {
    /// The operation that `X-Amz-Target` names, without the service before it.
    pub fn target(&self) -> &str {
        let target = self
            .headers
            .get("x-amz-target")
            .and_then(|value| value.to_str().ok());
        target
            .and_then(|target| target.rsplit('.').next())
            .unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value, Fault> {
        let read = serde_json::from_slice(self.body);
        read.map_err(|_| Fault::new("SerializationException", "The request is not JSON."))
    }
}
