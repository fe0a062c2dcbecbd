//! Doing what was planned, one call after the other.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use super::plan::Plan;
use crate::aws::{Aws, AwsError, Functions, UserPools};
use crate::pool::{State, attribute, members};

/// The services that a change calls.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) pool_id: &'a str,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn pools(self) -> UserPools<'a> {
        UserPools {
            aws: self.aws,
            pool_id: self.pool_id,
        }
    }

    pub(crate) fn functions(self) -> Functions<'a> {
        Functions(self.aws)
    }
}

/// Why a plan was not carried out to its end.
#[derive(Debug)]
pub(crate) enum ApplyError {
    /// Somebody changed the pool since it was read. Nothing was done.
    Stale(Vec<String>),
    /// The pool could not be read again. Nothing was done.
    Unread(AwsError),
    /// A step failed.
    Step {
        /// What was done before.
        done: Vec<String>,
        /// What was not.
        step: String,
        source: AwsError,
    },
    /// Every step was done, but the result could not be read.
    Unverified(AwsError),
    /// Every step was done, and more than was planned has changed, or less.
    Unplanned(Vec<String>),
}

/// Carries out the plan, if the pool still is what the plan was made for, and verifies the result.
///
/// Between the second reading and the update lies a moment in which somebody else's change would be lost: the service
/// has no compare-and-set. The moment is one call long.
pub(crate) async fn apply(to: Surroundings<'_>, plan: &Plan) -> Result<(), ApplyError> {
    let client_ids = plan.before.client_ids();
    let now = State::read(to.pools(), &client_ids)
        .await
        .map_err(ApplyError::Unread)?;
    let stale = plan.before.differences(&now);
    if !stale.is_empty() {
        let lines = stale
            .iter()
            .flat_map(|(part, list)| list.iter().map(move |line| format!("{part}: {line}")));
        return Err(ApplyError::Stale(lines.collect()));
    }
    let mut steps = Steps { done: Vec::new() };
    if let Some(name) = &plan.attribute {
        let added = to.pools().add_attribute(&attribute::definition(name)).await;
        steps.take(format!("added the attribute custom:{name}"), added)?;
    }
    for grant in &plan.grants {
        let allowed = to
            .functions()
            .allow(&grant.function, &grant.statement_id, plan.before.pool_arn())
            .await;
        steps.take(
            format!("gave the permission to invoke {}", grant.function.name()),
            allowed,
        )?;
    }
    if !members_equal(&plan.before.pool, &plan.pool) {
        steps.take(
            "updated the user pool".to_owned(),
            update_pool(to.pools(), plan).await,
        )?;
    }
    for (before, after) in plan.before.clients.iter().zip(&plan.clients) {
        if !members_equal(&before.description, &after.description) {
            let now = members::client_update(&before.description);
            let update = members::with_resets(members::client_update(&after.description), &now);
            steps.take(
                format!("updated the {}", after.label()),
                to.pools().update_client(update).await,
            )?;
        }
    }
    for revoke in &plan.revokes {
        let disallowed = to
            .functions()
            .disallow(&revoke.function, &revoke.statement_id)
            .await;
        steps.take(
            format!("took back the permission to invoke {}", revoke.function.name()),
            disallowed,
        )?;
    }
    let found = State::read(to.pools(), &client_ids)
        .await
        .map_err(ApplyError::Unverified)?;
    match plan.unplanned(&found) {
        unplanned if unplanned.is_empty() => Ok(()),
        unplanned => Err(ApplyError::Unplanned(unplanned)),
    }
}

fn members_equal(one: &Value, other: &Value) -> bool {
    crate::pool::differences(&members::steady(one), &members::steady(other)).is_empty()
}

/// Sends every member back. The service describes one setting under two names and takes only one of them; other servers
/// keep what they were told under each. So both are sent, and the older one is left out where that is refused.
async fn update_pool(pools: UserPools<'_>, plan: &Plan) -> Result<(), AwsError> {
    let now = members::pool_update(&plan.before.pool);
    let mut update = members::with_resets(members::pool_update(&plan.pool), &now);
    if !pools.aws.endpoints.is_aws() {
        update = members::with_creation(update, &plan.before.pool);
    }
    match pools.update_pool(update.clone()).await {
        Err(error) if error.message().contains(members::OLDER_NAME) => {
            pools.update_pool(members::without_older_name(update)).await
        }
        other => other,
    }
}

struct Steps {
    done: Vec<String>,
}

impl Steps {
    fn take(&mut self, step: String, outcome: Result<(), AwsError>) -> Result<(), ApplyError> {
        match outcome {
            Ok(()) => {
                self.done.push(step);
                Ok(())
            }
            Err(source) => Err(ApplyError::Step {
                done: std::mem::take(&mut self.done),
                step,
                source,
            }),
        }
    }
}

impl ApplyError {
    /// Whether something may have changed.
    pub(crate) fn may_have_changed(&self) -> bool {
        !matches!(self, ApplyError::Stale(_) | ApplyError::Unread(_))
    }

    /// What to do next.
    pub(crate) fn advice(&self) -> Option<String> {
        match self {
            ApplyError::Stale(_) => {
                Some("Run the command again to see a plan for the pool as it is now.".to_owned())
            }
            ApplyError::Unread(error) | ApplyError::Unverified(error) => error.advice(),
            ApplyError::Step { source, .. } => source.advice(),
            ApplyError::Unplanned(_) => None,
        }
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApplyError::Stale(lines) => {
                write!(
                    f,
                    "the pool was changed since it was read; nothing was done\n  {}",
                    lines.join("\n  ")
                )
            }
            ApplyError::Unread(_) => f.write_str("the pool could not be read again; nothing was done"),
            ApplyError::Step { done, step, .. } if done.is_empty() => write!(f, "not done: {step}"),
            ApplyError::Step { done, step, .. } => write!(f, "done: {}; not done: {step}", done.join(", ")),
            ApplyError::Unverified(_) => {
                f.write_str("everything was done, but the pool could not be read afterwards")
            }
            ApplyError::Unplanned(lines) => {
                write!(
                    f,
                    "the pool is not as planned afterwards\n  {}",
                    lines.join("\n  ")
                )
            }
        }
    }
}

impl Error for ApplyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ApplyError::Unread(source) | ApplyError::Unverified(source) | ApplyError::Step { source, .. } => {
                Some(source)
            }
            ApplyError::Stale(_) | ApplyError::Unplanned(_) => None,
        }
    }
}
