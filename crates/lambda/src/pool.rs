//! Calls back to the user pool: the ledger's attribute, read and written.

use poolhouse_outbound::aws::{CallError, Service, Session};
use serde_json::{Value, json};
use tokio::time::Instant;

/// The user pool service, as far as the functions call it.
pub(crate) struct UserPools(Service);

impl UserPools {
    pub(crate) fn new(service: Service) -> Self {
        Self(service)
    }

    /// The user that an event is about; `None` if it names none.
    pub(crate) fn account<'a>(&self, event: &'a Value, attribute: &'a str) -> Option<Account<'a>> {
        let text = |name: &str| {
            event
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        Some(Account {
            session: Session::new(self.0.clone()),
            pool_id: text("userPoolId")?,
            user_name: text("userName")?,
            attribute,
        })
    }
}

/// One attribute of one user, reached over one connection that lives as long as the call. A connection is not kept from
/// one call to the next: between them the function may be frozen, and a connection that died meanwhile costs its whole
/// deadline to notice.
pub(crate) struct Account<'a> {
    session: Session,
    pool_id: &'a str,
    user_name: &'a str,
    attribute: &'a str,
}

impl Account<'_> {
    /// The attribute as it is now; `None` if the user has none, or does not exist.
    pub(crate) async fn read(&mut self, by: Instant) -> Result<Option<String>, CallError> {
        let body = json!({ "UserPoolId": self.pool_id, "Username": self.user_name });
        let user = match self.call("AdminGetUser", &body, by).await {
            Ok(user) => user,
            Err(error)
                if error
                    .refusal()
                    .is_some_and(|refusal| refusal.code == "UserNotFoundException") =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let attributes = user
            .get("UserAttributes")
            .and_then(Value::as_array)
            .ok_or_else(|| self.session.unreadable())?;
        let ours = attributes
            .iter()
            .find(|entry| entry.get("Name").and_then(Value::as_str) == Some(self.attribute));
        Ok(ours
            .and_then(|entry| entry.get("Value"))
            .and_then(Value::as_str)
            .map(str::to_owned))
    }

    /// Sets the attribute. An empty value removes it.
    pub(crate) async fn write(&mut self, value: &str, by: Instant) -> Result<(), CallError> {
        let body = json!({
            "UserPoolId": self.pool_id,
            "Username": self.user_name,
            "UserAttributes": [{ "Name": self.attribute, "Value": value }],
        });
        self.call("AdminUpdateUserAttributes", &body, by).await.map(drop)
    }

    async fn call(&mut self, operation: &str, body: &Value, by: Instant) -> Result<Value, CallError> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        self.session.call(&target, body, by).await
    }
}
