//! `poolhouse why`: why somebody cannot sign in.

mod sentences;

use clap::Args;
use poolhouse_pool::base::load::LoadError;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::records::audit_log::{self, Event};
use poolhouse_pool::records::document::Document;
use poolhouse_pool::records::{PoolRecord, UserRecord};
use poolhouse_pool::request::find_user;
use serde_json::{Value, json};

use crate::args::{KeysArgs, Output};
use crate::data;
use crate::error::CliError;
use crate::moment::date;
use crate::output::{once, print};

/// The most that is told at a time.
const MOST: usize = 1000;

#[derive(Args)]
pub struct WhyArgs {
    /// The user, by username, sub, email address or phone number
    #[arg(value_name = "USER")]
    user: String,
    /// The user pool [default: the only one]
    #[arg(long, visible_alias = "pool", value_name = "ID")]
    user_pool_id: Option<String>,
    /// How many of the latest events
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    limit: usize,
    #[command(flatten)]
    at: KeysArgs,
}

/// What is known of somebody.
struct Known {
    pool_id: String,
    user: UserRecord,
    /// The oldest first.
    events: Vec<Event>,
}

pub(super) fn run(arguments: &WhyArgs) -> Result<(), CliError> {
    once(tell(arguments))
}

async fn tell(arguments: &WhyArgs) -> Result<(), CliError> {
    let data = data::existing(&arguments.at.data, arguments.at.store.as_deref()).await?;
    let platform = data.platform()?;
    let pool = arguments.user_pool_id.as_deref();
    let known = learn(&platform, pool, &arguments.user, arguments.limit).await;
    data.engine.close().await;
    let known = known?;
    match arguments.at.output {
        Output::Text => print(&known.as_text()),
        Output::Json => print(&known.as_json().to_string()),
    }
}

async fn learn(
    platform: &Platform,
    pool_id: Option<&str>,
    name: &str,
    limit: usize,
) -> Result<Known, CliError> {
    let pool = the_pool(platform, pool_id).await?;
    let user = find_user(platform, &pool, name).await;
    let user = user.map_err(|error| CliError::new("the database cannot be read").caused_by(error))?;
    let Some(user) = user else {
        return Err(CliError::new(format!(
            "there is no user {name} in {}. Attempts on names that nobody has are counted by the minute: poolhouse audit",
            pool.id()
        )));
    };
    let sub = &user.value.sub;
    let history = audit_log::history(platform, pool.id(), sub, None, limit.clamp(1, MOST)).await;
    let (mut events, _) = history.map_err(unreadable)?;
    events.reverse();
    Ok(Known {
        pool_id: pool.id().to_owned(),
        user: user.value,
        events,
    })
}

/// The pool that is named, or the only one.
async fn the_pool(platform: &Platform, id: Option<&str>) -> Result<PoolRecord, CliError> {
    let id = match id {
        Some(id) => id.to_owned(),
        None => {
            let mut pools = audit_log::pools(platform).await.map_err(unreadable)?;
            match (pools.pop(), pools.is_empty()) {
                (Some(only), true) => only,
                (None, _) => return Err(CliError::new("there is no user pool")),
                (Some(_), false) => {
                    return Err(CliError::new(
                        "there is more than one user pool: name it with --user-pool-id",
                    ));
                }
            }
        }
    };
    let pool = audit_log::pool(platform, &id).await.map_err(unreadable)?;
    pool.ok_or_else(|| CliError::new(format!("there is no user pool {id}")))
}

impl Known {
    fn as_text(&self) -> String {
        let mut lines = vec![sentences::standing(&self.user, &self.pool_id)];
        if self.events.is_empty() {
            lines.push("The audit log has nothing of this user.".to_owned());
        }
        for Event { id, entry, .. } in &self.events {
            lines.push(format!("\n{}  {}", date(id.at), sentences::event(entry)));
            lines.extend(
                sentences::details(entry)
                    .into_iter()
                    .map(|line| format!("  {line}")),
            );
        }
        lines.join("\n")
    }

    fn as_json(&self) -> Value {
        let events: Vec<Value> = self
            .events
            .iter()
            .map(|Event { id, entry, .. }| {
                let mut document = entry.to_document();
                document["at"] = json!(date(id.at));
                document["requestId"] = json!(id.request_id);
                document["told"] = json!(sentences::event(entry));
                document
            })
            .collect();
        json!({
            "userPoolId": self.pool_id,
            "username": self.user.username,
            "sub": self.user.sub,
            "enabled": self.user.enabled,
            "status": self.user.status.as_str(),
            "events": events,
        })
    }
}

fn unreadable(error: LoadError) -> CliError {
    CliError::new("the audit log cannot be read").caused_by(error)
}

#[cfg(test)]
mod tests {
    use poolhouse_pool::testing::TestPool;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_wrong_password_and_a_sign_in_are_told_in_plain_sentences() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        let sign_in = async |password: &str| server.password_sign_in(&client, "mara", password).await;
        server.clock().advance_seconds(1);
        sign_in("Wrong-Horse-9!").await;
        server.clock().advance_seconds(1);
        sign_in("Correct-Horse-9!").await.ok();
        server.clock().advance_seconds(1);
        let body = json!({ "UserPoolId": pool, "Username": "mara" });
        server.call("AdminDisableUser", body).await.ok();
        let platform = &server.app().platform;
        let known = learn(platform, None, "mara", 3).await.unwrap();
        let expected = format!(
            "mara ({sub}) in {pool}: CONFIRMED, disabled by an administrator: no sign-in succeeds.\n\
             \n2026-01-02T03:04:06Z  Denied: the password was wrong. Flow USER_PASSWORD_AUTH, app client {client}.\n  \
             03:04:06  USER_PASSWORD_AUTH: wrong.\n\
             \n2026-01-02T03:04:07Z  Signed in. Flow USER_PASSWORD_AUTH, app client {client}.\n  \
             03:04:07  USER_PASSWORD_AUTH: right.\n\
             \n2026-01-02T03:04:08Z  AdminDisableUser was done."
        );
        assert_eq!(known.as_text(), expected);
        let told = &known.as_json()["events"][0];
        assert_eq!(told["why"], "wrong_password");
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_and_a_pool_that_is_not_named_are_told_so() {
        let server = TestPool::new().await;
        let platform = &server.app().platform;
        let pool = server.pool().await;
        let refused = learn(platform, None, "nobody", 10).await.err().unwrap();
        assert_eq!(
            refused.to_string(),
            format!(
                "there is no user nobody in {pool}. Attempts on names that nobody has are counted by the minute: poolhouse audit"
            )
        );
        server.pool().await;
        let refused = learn(platform, None, "mara", 10).await.err().unwrap();
        assert_eq!(
            refused.to_string(),
            "there is more than one user pool: name it with --user-pool-id"
        );
    }
}
