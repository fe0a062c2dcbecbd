//! Doing what was planned, one call after the other.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use super::plan::Plan;
use crate::aws::{Aws, AwsError, Functions, UserPools};
use crate::pool::diff::Difference;
use crate::pool::{State, attribute, differences, members, policy};

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
    /// Somebody changed the pool since it was read.
    Stale {
        /// What was done before that was noticed: at most the attribute and the permissions, and updates of other parts.
        done: Vec<String>,
        /// What they changed.
        changes: Vec<String>,
    },
    /// The pool could not be read again. Nothing was done.
    Unread(AwsError),
    /// A step failed.
    Step {
        /// What was done before.
        done: Vec<String>,
        /// What was not.
        step: String,
        source: AwsError,
        /// Whether its answer was lost, and a look afterwards said that it was not done.
        looked: bool,
    },
    /// The answer to a step was lost, and so was that to a look at what came of it.
    Unknown {
        /// What was done before.
        done: Vec<String>,
        /// What may or may not be done.
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
/// The pool and each app client are read once more right before their update. Between that reading and the update lies a
/// moment in which somebody else's change would be lost: the service has no compare-and-set. It is one call long.
pub(crate) async fn apply(to: Surroundings<'_>, plan: &Plan) -> Result<(), ApplyError> {
    let client_ids = plan.before.client_ids();
    let now = State::read(to.pools(), &client_ids)
        .await
        .map_err(ApplyError::Unread)?;
    let mut application = Application {
        to,
        plan,
        done: Vec::new(),
    };
    application.check(lines(&plan.before.differences(&now)))?;
    application.prepare().await?;
    application.update_pool().await?;
    application.update_clients().await?;
    application.take_back().await?;
    let found = State::read(to.pools(), &client_ids)
        .await
        .map_err(ApplyError::Unverified)?;
    match plan.unplanned(&found) {
        unplanned if unplanned.is_empty() => Ok(()),
        unplanned => Err(ApplyError::Unplanned(unplanned)),
    }
}

/// A plan under way, and what of it is done.
struct Application<'a> {
    to: Surroundings<'a>,
    plan: &'a Plan,
    done: Vec<String>,
}

impl Application<'_> {
    /// What the updates refer to: the attribute, and the permissions of the functions.
    async fn prepare(&mut self) -> Result<(), ApplyError> {
        if let Some(name) = &self.plan.attribute {
            let pools = self.to.pools();
            let added = pools.add_attribute(&attribute::definition(name)).await;
            let is_there = async || Ok(attribute::find(&pools.describe_pool().await?, name).is_some());
            self.settle(format!("added the attribute custom:{name}"), added, is_there)
                .await?;
        }
        for grant in &self.plan.grants {
            let pool_arn = self.plan.before.pool_arn();
            let functions = self.to.functions();
            let allowed = functions
                .allow(&grant.function, &grant.statement_id, pool_arn)
                .await;
            let is_there = async || {
                let statements = functions.policy(&grant.function).await?;
                Ok(policy::has_statement(&statements, &grant.statement_id))
            };
            let step = format!("gave the permission to invoke {}", grant.function.name());
            self.settle(step, allowed, is_there).await?;
        }
        Ok(())
    }

    async fn update_pool(&mut self) -> Result<(), ApplyError> {
        let (before, after) = (&self.plan.before.pool, &self.plan.pool);
        if differences(before, after).is_empty() {
            return Ok(());
        }
        let step = "updated the user pool".to_owned();
        let mut now = self.read(&step, self.to.pools().describe_pool().await)?;
        if let Some(name) = &self.plan.attribute {
            now = attribute::without(&now, name);
        }
        self.check_steady("user pool", before, &now)?;
        let (pools, plan) = (self.to.pools(), self.plan);
        let updated = update_pool(pools, plan).await;
        let is_there = async || {
            let mut now = pools.describe_pool().await?;
            if let Some(name) = &plan.attribute {
                now = attribute::without(&now, name);
            }
            Ok(is_as_planned(&plan.pool, &now))
        };
        self.settle(step, updated, is_there).await
    }

    async fn update_clients(&mut self) -> Result<(), ApplyError> {
        for (before, after) in self.plan.before.clients.iter().zip(&self.plan.clients) {
            if differences(&before.description, &after.description).is_empty() {
                continue;
            }
            let step = format!("updated the {}", after.label());
            let now = self.read(&step, self.to.pools().describe_client(&before.id).await)?;
            self.check_steady(&before.label(), &before.description, &now)?;
            let now = members::client_update(&before.description);
            let update = members::with_resets(members::client_update(&after.description), &now);
            let pools = self.to.pools();
            let updated = pools.update_client(update).await;
            let is_there = async || {
                let now = pools.describe_client(&after.id).await?;
                Ok(is_as_planned(&after.description, &now))
            };
            self.settle(step, updated, is_there).await?;
        }
        Ok(())
    }

    /// Permissions that nothing refers to any more.
    async fn take_back(&mut self) -> Result<(), ApplyError> {
        for revoke in &self.plan.revokes {
            let functions = self.to.functions();
            let disallowed = functions.disallow(&revoke.function, &revoke.statement_id).await;
            let is_gone = async || {
                let statements = functions.policy(&revoke.function).await?;
                Ok(!policy::has_statement(&statements, &revoke.statement_id))
            };
            let step = format!("took back the permission to invoke {}", revoke.function.name());
            self.settle(step, disallowed, is_gone).await?;
        }
        Ok(())
    }

    /// Notes what came of a step. Where its answer was lost, it looks before it says anything.
    async fn settle(
        &mut self,
        step: String,
        outcome: Result<(), AwsError>,
        is_done: impl AsyncFnOnce() -> Result<bool, AwsError>,
    ) -> Result<(), ApplyError> {
        match outcome {
            Err(source) if source.may_have_been_done() => match is_done().await {
                Ok(true) => {}
                Ok(false) => {
                    return Err(ApplyError::Step {
                        done: std::mem::take(&mut self.done),
                        step,
                        source,
                        looked: true,
                    });
                }
                Err(_) => {
                    return Err(ApplyError::Unknown {
                        done: std::mem::take(&mut self.done),
                        step,
                        source,
                    });
                }
            },
            outcome => self.read(&step, outcome)?,
        }
        self.done.push(step);
        Ok(())
    }

    fn read<T>(&mut self, step: &str, outcome: Result<T, AwsError>) -> Result<T, ApplyError> {
        outcome.map_err(|source| ApplyError::Step {
            done: std::mem::take(&mut self.done),
            step: step.to_owned(),
            source,
            looked: false,
        })
    }

    fn check_steady(&mut self, part: &str, before: &Value, now: &Value) -> Result<(), ApplyError> {
        let found = differences(&members::steady(before), &members::steady(now));
        self.check(lines(&[(part.to_owned(), found)]))
    }

    /// Stops at somebody else's change.
    fn check(&mut self, changes: Vec<String>) -> Result<(), ApplyError> {
        match changes.is_empty() {
            true => Ok(()),
            false => Err(ApplyError::Stale {
                done: std::mem::take(&mut self.done),
                changes,
            }),
        }
    }
}

/// Whether a part is what the plan makes of it.
fn is_as_planned(planned: &Value, now: &Value) -> bool {
    differences(&members::steady(planned), &members::steady(now)).is_empty()
}

fn lines(parts: &[(String, Vec<Difference>)]) -> Vec<String> {
    let lines = parts
        .iter()
        .flat_map(|(part, list)| list.iter().map(move |line| format!("{part}: {line}")));
    lines.collect()
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

impl ApplyError {
    /// Whether something may have changed.
    pub(crate) fn may_have_changed(&self) -> bool {
        match self {
            ApplyError::Stale { done, .. } => !done.is_empty(),
            ApplyError::Unread(_) => false,
            ApplyError::Step { .. }
            | ApplyError::Unknown { .. }
            | ApplyError::Unverified(_)
            | ApplyError::Unplanned(_) => true,
        }
    }

    /// What to do next.
    pub(crate) fn advice(&self) -> Option<String> {
        match self {
            ApplyError::Stale { .. } => {
                Some("Run the command again to see a plan for the pool as it is now.".to_owned())
            }
            ApplyError::Unread(error) | ApplyError::Unverified(error) => error.advice(),
            ApplyError::Step { looked: true, .. } => Some(
                "Its answer was lost, and a look afterwards found nothing of it. Run the command again: it does what is left."
                    .to_owned(),
            ),
            ApplyError::Unknown { .. } => Some(
                "Its answer was lost, and so was that to a look at it. Run the command again: it looks first, and does what is left."
                    .to_owned(),
            ),
            ApplyError::Step { source, .. } => source.advice(),
            ApplyError::Unplanned(_) => None,
        }
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApplyError::Stale { done, changes } => {
                let done = if done.is_empty() {
                    "nothing".to_owned()
                } else {
                    done.join(", ")
                };
                write!(
                    f,
                    "the pool was changed since it was read; done: {done}\n  {}",
                    changes.join("\n  ")
                )
            }
            ApplyError::Unread(_) => f.write_str("the pool could not be read again; nothing was done"),
            ApplyError::Step { done, step, .. } if done.is_empty() => write!(f, "not done: {step}"),
            ApplyError::Step { done, step, .. } => write!(f, "done: {}; not done: {step}", done.join(", ")),
            ApplyError::Unknown { done, step, .. } => {
                if !done.is_empty() {
                    write!(f, "done: {}; ", done.join(", "))?;
                }
                write!(f, "not known whether it was done: {step}")
            }
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
            ApplyError::Unread(source)
            | ApplyError::Unverified(source)
            | ApplyError::Step { source, .. }
            | ApplyError::Unknown { source, .. } => Some(source),
            ApplyError::Stale { .. } | ApplyError::Unplanned(_) => None,
        }
    }
}
