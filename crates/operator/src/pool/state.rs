//! A pool and some of its app clients, as the service describes them at one moment.

use serde_json::Value;

use super::diff::{Difference, differences};
use super::members;
use crate::aws::{AwsError, UserPools};

/// `AuthSessionValidity` where the description does not say, and `SESSION_MINUTES` where it is not set.
pub(crate) const USUAL_SESSION_MINUTES: u64 = 3;

/// An app client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// Its description, without its secret.
    pub(crate) description: Value,
}

impl Client {
    /// What people call it.
    pub(crate) fn name(&self) -> &str {
        self.description
            .get("ClientName")
            .and_then(Value::as_str)
            .unwrap_or(&self.id)
    }

    /// `AuthSessionValidity`: the minutes that a challenge waits for its answer.
    pub(crate) fn session_minutes(&self) -> u64 {
        self.description
            .get("AuthSessionValidity")
            .and_then(Value::as_u64)
            .unwrap_or(USUAL_SESSION_MINUTES)
    }

    /// `app client web (1h57kf…)`
    pub(crate) fn label(&self) -> String {
        format!("app client {} ({})", self.name(), self.id)
    }
}

/// What the tools read before a change and compare with after it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) pool: Value,
    pub(crate) clients: Vec<Client>,
    /// `GetUserPoolMfaConfig`, which an update of the pool must leave alone; `None` where there is no such operation.
    pub(crate) mfa: Option<Value>,
}

impl State {
    /// Reads the pool and these app clients.
    pub(crate) async fn read(pools: UserPools<'_>, client_ids: &[String]) -> Result<State, AwsError> {
        let pool = pools.describe_pool().await?;
        let mut clients = Vec::with_capacity(client_ids.len());
        for id in client_ids {
            clients.push(Client {
                id: id.clone(),
                description: pools.describe_client(id).await?,
            });
        }
        Ok(State {
            pool,
            clients,
            mfa: pools.mfa().await?,
        })
    }

    /// The same, without those of the app clients that are gone.
    pub(crate) async fn read_present(pools: UserPools<'_>, client_ids: &[String]) -> Result<State, AwsError> {
        // A pool that is gone is an error, and says so before any of its clients does.
        pools.describe_pool().await?;
        let mut present = Vec::with_capacity(client_ids.len());
        for id in client_ids {
            match pools.describe_client(id).await {
                Ok(_) => present.push(id.clone()),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        State::read(pools, &present).await
    }

    /// The pool's ARN, or the empty text.
    pub(crate) fn pool_arn(&self) -> &str {
        self.pool.get("Arn").and_then(Value::as_str).unwrap_or_default()
    }

    /// The ids of the app clients.
    pub(crate) fn client_ids(&self) -> Vec<String> {
        self.clients.iter().map(|client| client.id.clone()).collect()
    }

    /// What differs, by part: the pool, each app client, MFA. Parts without a difference are left out, and so is what
    /// changes by itself.
    pub(crate) fn differences(&self, other: &State) -> Vec<(String, Vec<Difference>)> {
        let mut parts = vec![(
            "user pool".to_owned(),
            steady_differences(&self.pool, &other.pool),
        )];
        for client in &self.clients {
            let after = other.clients.iter().find(|other| other.id == client.id);
            let after = after.map_or(&Value::Null, |after| &after.description);
            parts.push((client.label(), steady_differences(&client.description, after)));
        }
        if let (Some(before), Some(after)) = (&self.mfa, &other.mfa) {
            parts.push(("MFA".to_owned(), differences(before, after)));
        }
        parts.retain(|(_, differences)| !differences.is_empty());
        parts
    }
}

fn steady_differences(before: &Value, after: &Value) -> Vec<Difference> {
    differences(&members::steady(before), &members::steady(after))
}
