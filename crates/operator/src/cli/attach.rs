//! `attach`, `detach`, `rollback`: read, plan, carry out.

use std::path::{Path, PathBuf};

use poolhouse_credentials::FoundIn;
use serde_json::Value;

use super::args::{AttachArgs, AwsArgs, ChangeArgs, DetachArgs, FunctionArgs, RollbackArgs};
use super::connect::{connect, introduction};
use super::failure::Failure;
use super::world::World;
use crate::arn::FunctionArn;
use crate::attach::{
    Detaching, Wanted, code_becomes_required, find_usual, ours, plan_attach, plan_detach, plan_rollback,
    resolve,
};
use crate::aws::{Aws, AwsError, Service};
use crate::change::{Consent, Permission, Plan, Snapshot, Surroundings, carry_out, rfc_3339};
use crate::console::Reply;
use crate::pool::{State, Trigger, policy};

/// More changes of one pool in a second are not made by people.
const MOST_SNAPSHOTS_A_SECOND: u32 = 99;

/// Attaches the functions.
pub(super) async fn attach(args: &AttachArgs, world: &mut World<'_>) -> Result<(), Failure> {
    let opened = Opened::new(&args.aws, &args.user_pool_id, &args.client_id, world).await?;
    let (lambda, pool_arn) = (opened.to().functions(), opened.state.pool_arn());
    let functions = resolve(lambda, pool_arn, &named(&args.functions)).await?;
    let offered = match args.no_post_confirmation || args.functions.post_confirmation.is_some() {
        true => None,
        false => find_usual(lambda, pool_arn, Trigger::PostConfirmation).await?,
    };
    let wanted = Wanted {
        attribute: args.attribute.clone(),
        functions,
        offered,
        session_minutes: args.session_minutes,
        article: args.article,
        can_verify_email_first: opened.aws.endpoints.is_aws(),
        replace_triggers: args.replace_triggers,
    };
    let plan = plan_attach(opened.state.clone(), &wanted)?;
    let is_changed = opened.change("attach", &plan, &args.change, world).await?;
    let offers =
        is_changed && !args.change.yes && code_becomes_required(&plan, opened.aws.endpoints.is_aws());
    if args.change.dry_run {
        return Ok(());
    }
    if args.end_sessions || (offers && world.console.ask(END_SESSIONS) == Reply::Yes) {
        end_sessions(opened.to(), world).await?;
    }
    Ok(())
}

const END_SESSIONS: &str = "Sessions from before had no code, and go on as long as their refresh tokens live. End all of them now? \
                            Everybody signs in again.";

/// Ends every session of every user of the pool.
async fn end_sessions(to: Surroundings<'_>, world: &mut World<'_>) -> Result<(), Failure> {
    let (mut ended, mut next) = (0_usize, None);
    loop {
        let stopped = |error: AwsError| {
            Failure::from(error).with_hint(&format!(
                "The sessions of {ended} users have ended. Run the command again with --end-sessions."
            ))
        };
        let (users, following) = to.pools().page_of_users(next).await.map_err(stopped)?;
        for user in &users {
            let name = user.get("Username").and_then(Value::as_str).unwrap_or_default();
            to.pools().sign_out(name).await.map_err(stopped)?;
        }
        ended += users.len();
        if following.is_none() {
            break;
        }
        next = following;
    }
    world
        .console
        .say(&format!("The sessions of {ended} users have ended."));
    Ok(())
}

/// Takes the functions off.
pub(super) async fn detach(args: &DetachArgs, world: &mut World<'_>) -> Result<(), Failure> {
    let opened = Opened::new(&args.aws, &args.user_pool_id, &args.client_id, world).await?;
    let mut functions = named(&args.functions);
    if args.functions.post_confirmation.is_none() {
        let trigger = Trigger::PostConfirmation;
        functions.push((trigger, trigger.usual_function().to_owned()));
    }
    let mut statements = Vec::new();
    if opened.aws.has(Service::Functions) {
        for (_, arn) in ours(&opened.state.pool, &functions) {
            let found = statements_of(&opened, &arn).await?;
            statements.push((arn, found));
        }
    }
    let plan = plan_detach(
        opened.state.clone(),
        &Detaching {
            functions,
            statements,
        },
    );
    opened
        .change("detach", &plan, &args.change, world)
        .await
        .map(drop)
}

/// The statements of a function. One that is gone has none, and neither has one where there is no Lambda.
async fn statements_of(opened: &Opened, arn: &FunctionArn) -> Result<Vec<Value>, AwsError> {
    match opened.to().functions().policy(arn).await {
        Err(AwsError::NotTheService { .. }) if !opened.aws.endpoints.is_aws() => Ok(Vec::new()),
        other => other,
    }
}

/// Puts the pool back.
pub(super) async fn rollback(args: &RollbackArgs, world: &mut World<'_>) -> Result<(), Failure> {
    let snapshot = Snapshot::read(&args.from)?;
    let pool_id = snapshot.pool_id().to_owned();
    let client_ids = snapshot.state.client_ids();
    let opened = Opened::with_those_left(&args.aws, &pool_id, &client_ids, world)
        .await
        .map_err(|failure| {
            failure.with_hint(&format!(
                "The snapshot was taken at {} in {}.",
                snapshot.endpoint, snapshot.region
            ))
        })?;
    let there = permissions_there(&opened, &snapshot).await?;
    let plan = plan_rollback(opened.state.clone(), &snapshot, there.as_deref())?;
    opened
        .change("rollback", &plan, &args.change, world)
        .await
        .map(drop)
}

/// Those permissions of the snapshot that the functions have; `None` without a Lambda.
async fn permissions_there(opened: &Opened, snapshot: &Snapshot) -> Result<Option<Vec<Permission>>, Failure> {
    if !opened.aws.has(Service::Functions) {
        return Ok(None);
    }
    let mut there = Vec::new();
    for permission in snapshot.grants.iter().chain(&snapshot.revokes) {
        let statements = statements_of(opened, &permission.function).await?;
        if policy::has_statement(&statements, &permission.statement_id) {
            there.push(permission.clone());
        }
    }
    Ok(Some(there))
}

fn named(args: &FunctionArgs) -> Vec<(Trigger, String)> {
    let mut named = vec![
        (Trigger::Define, args.define.clone()),
        (Trigger::Create, args.create.clone()),
        (Trigger::Verify, args.verify.clone()),
    ];
    let optional = args.post_confirmation.clone();
    named.extend(optional.map(|name| (Trigger::PostConfirmation, name)));
    named
}

/// A pool that was read.
pub(super) struct Opened {
    pub(super) aws: Aws,
    pub(super) pool_id: String,
    pub(super) state: State,
}

impl Opened {
    async fn new(
        args: &AwsArgs,
        pool_id: &str,
        client_ids: &[String],
        world: &mut World<'_>,
    ) -> Result<Opened, Failure> {
        let (aws, found_in) = connect(args, pool_id, world).await?;
        let to = Surroundings { aws: &aws, pool_id };
        let state = State::read(to.pools(), client_ids).await?;
        Ok(Opened::introduced(aws, found_in, state, pool_id, world).await)
    }

    /// The same, although some of the app clients may be gone.
    async fn with_those_left(
        args: &AwsArgs,
        pool_id: &str,
        client_ids: &[String],
        world: &mut World<'_>,
    ) -> Result<Opened, Failure> {
        let (aws, found_in) = connect(args, pool_id, world).await?;
        let to = Surroundings { aws: &aws, pool_id };
        let state = State::read_present(to.pools(), client_ids).await?;
        Ok(Opened::introduced(aws, found_in, state, pool_id, world).await)
    }

    async fn introduced(
        aws: Aws,
        found_in: FoundIn,
        state: State,
        pool_id: &str,
        world: &mut World<'_>,
    ) -> Opened {
        let name = state.pool.get("Name").and_then(Value::as_str).unwrap_or_default();
        world
            .console
            .say(&introduction(&aws, pool_id, name, found_in).await);
        Opened {
            pool_id: pool_id.to_owned(),
            state,
            aws,
        }
    }

    fn to(&self) -> Surroundings<'_> {
        Surroundings {
            aws: &self.aws,
            pool_id: &self.pool_id,
        }
    }

    async fn change(
        &self,
        command: &str,
        plan: &Plan,
        args: &ChangeArgs,
        world: &mut World<'_>,
    ) -> Result<bool, Failure> {
        change(self.to(), command, plan, args, world).await
    }
}

/// Carries out a plan as the flags say. Returns whether anything was changed.
pub(super) async fn change(
    to: Surroundings<'_>,
    command: &str,
    plan: &Plan,
    args: &ChangeArgs,
    world: &mut World<'_>,
) -> Result<bool, Failure> {
    let now = (world.clock)();
    let consent = match (args.dry_run, args.yes) {
        (true, _) => Consent::DryRun,
        (false, true) => Consent::Given,
        (false, false) => Consent::Ask,
    };
    let path = args
        .snapshot
        .clone()
        .unwrap_or_else(|| unused(&snapshot_file(to.pool_id, now)));
    Ok(carry_out(world.console, to, plan, command, consent, &path, now).await?)
}

/// The name, or with a number at its end the first one that no file has: a second change within the same second has a
/// snapshot of its own.
fn unused(name: &Path) -> PathBuf {
    let stem = name.with_extension("");
    let numbered = (2..=MOST_SNAPSHOTS_A_SECOND).map(|number| format!("{}-{number}.json", stem.display()));
    let mut names = std::iter::once(name.to_owned()).chain(numbered.map(PathBuf::from));
    names
        .find(|name| !name.exists())
        .unwrap_or_else(|| name.to_owned())
}

/// `poolhouse-snapshot-eu-central-1_AbCd-20260102T030405Z.json`
fn snapshot_file(pool_id: &str, now: u64) -> PathBuf {
    let time: String = rfc_3339(now)
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    PathBuf::from(format!("poolhouse-snapshot-{pool_id}-{time}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_changes_within_a_second_each_have_a_snapshot() {
        let folder = std::env::temp_dir().join(format!("poolhouse-snapshots-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let first = folder.join(snapshot_file("eu-central-1_Ab.Cd", 1_767_322_965));
        for end in ["030245Z.json", "030245Z-2.json", "030245Z-3.json"] {
            let name = unused(&first);
            assert!(name.display().to_string().ends_with(end), "{}", name.display());
            std::fs::write(&name, "").unwrap();
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
