//! SES, as far as whether it may send.

use hyper::Method;
use serde_json::Value;

use super::{Aws, AwsError, Effect, Exchange, Service, percent_encoded};

/// SES around the pool.
#[derive(Clone, Copy)]
pub(crate) struct MailService<'a>(pub(crate) &'a Aws);

impl MailService<'_> {
    /// `GetAccount`: sandbox, quota, whether sending is paused.
    pub(crate) async fn account(&self) -> Result<Value, AwsError> {
        self.get("GetAccount", "/v2/email/account".to_owned()).await
    }

    /// `GetEmailIdentity` of an address or a domain; `None` if there is none.
    pub(crate) async fn identity(&self, name: &str) -> Result<Option<Value>, AwsError> {
        let path = format!("/v2/email/identities/{}", percent_encoded(name));
        match self.get("GetEmailIdentity", path).await {
            Ok(identity) => Ok(Some(identity)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn get(&self, operation: &'static str, path: String) -> Result<Value, AwsError> {
        let exchange = Exchange {
            service: Service::Mail,
            operation,
            effect: Effect::Reads,
            method: Method::GET,
            path,
            query: String::new(),
            headers: Vec::new(),
            body: String::new(),
        };
        self.0.value(exchange).await
    }
}
