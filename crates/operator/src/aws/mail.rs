//! SES, as far as whether it may send.

use poolhouse_outbound::aws::{Call, Effect};
use poolhouse_text::percent;
use serde_json::Value;

use super::client::Aws;
use super::error::AwsError;
use super::service::Service;

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
        let path = format!("/v2/email/identities/{}", percent::encode(name));
        match self.get("GetEmailIdentity", path).await {
            Ok(identity) => Ok(Some(identity)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn get(&self, operation: &'static str, path: String) -> Result<Value, AwsError> {
        self.0
            .value(Service::Mail, operation, Effect::Reads, &Call::get(path))
            .await
    }
}
