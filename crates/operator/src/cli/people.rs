//! `unlock`, `devices forget`, `locked`: what is done about one user's counters, and whose are full.

use poolhouse_confirm::{Person, Settings, Standing, forget_devices, unlock};
use serde_json::{Value, json};

use super::args::{AwsArgs, CountersArgs, ForgetArgs, LockedArgs, UnlockArgs};
use super::connect::connect;
use super::failure::Failure;
use super::world::World;
use crate::aws::{Aws, UserPools};
use crate::doctor::Output;
use crate::people::{Books, Changed, Holder, Overrides, told};

/// Pages of users, or of the table, that are read before the rest is left out: a million users.
const MOST_PAGES: usize = 20_000;

/// Takes away what wrong codes have locked.
pub(super) async fn unlock_one(args: &UnlockArgs, world: &mut World<'_>) -> Result<(), Failure> {
    let (holder, changed) = change(&args.user, &args.counters, &args.aws, unlock, world).await?;
    let name = &holder.user_name;
    match changed {
        Changed::From(stood) => {
            world.console.say(&format!("{name} was: {}", told(&stood)));
            world.console.say(
                "Unlocked: answers are judged again, and mail leaves. Codes that were used stay used; remembered browsers stay.",
            );
        }
        Changed::Nothing => world
            .console
            .say(&format!("Nothing to do: nothing is counted of {name}.")),
        Changed::Overtaken => return Err(overtaken(name)),
    }
    Ok(())
}

/// Ends the trust in a user's browsers.
pub(super) async fn forget(args: &ForgetArgs, world: &mut World<'_>) -> Result<(), Failure> {
    let (holder, changed) = change(&args.user, &args.counters, &args.aws, forget_devices, world).await?;
    let name = &holder.user_name;
    let said = match changed {
        Changed::From(Standing { devices: (0, _), .. }) | Changed::Nothing => {
            format!("Nothing to do: no browser of {name} is remembered.")
        }
        Changed::From(Standing {
            devices: (known, trusted),
            ..
        }) => format!(
            "Forgotten: {} of {name}, {trusted} of them trusted. Sessions go on; end them with `aws cognito-idp \
             admin-user-global-sign-out`.",
            browsers(known)
        ),
        Changed::Overtaken => return Err(overtaken(name)),
    };
    world.console.say(&said);
    Ok(())
}

/// Lists those who are locked out.
pub(super) async fn locked(args: &LockedArgs, world: &mut World<'_>) -> Result<(), Failure> {
    let (aws, _) = connect(&args.aws, &args.counters.user_pool_id, world).await?;
    let books = open(&aws, &args.counters, world).await?;
    let found = books.locked((world.clock)(), MOST_PAGES).await?;
    if args.output == Output::Json {
        let people: Vec<Value> = found
            .people
            .iter()
            .map(|(name, standing)| shown(name, standing))
            .collect();
        let report = json!({ "locked": people, "more": found.more });
        world.console.say(&format!("{report:#}"));
        return Ok(());
    }
    for (name, standing) in &found.people {
        world.console.say(&format!("{name}: {}", told(standing)));
    }
    match (found.people.len(), found.more) {
        (0, false) => world.console.say("Nobody is locked."),
        (_, true) => world.console.say("There are more users than were looked at."),
        _ => {}
    }
    Ok(())
}

/// A user who is locked, for a program.
fn shown(name: &str, standing: &Standing) -> Value {
    json!({
        "username": name,
        "closed": standing.closed,
        "wrongCodesInARow": standing.row,
        "lockedSeconds": standing.locked_s,
    })
}

async fn change(
    user: &str,
    counters: &CountersArgs,
    aws: &AwsArgs,
    change: impl Fn(&Settings, &Person<'_>, &str, i64) -> Option<String>,
    world: &mut World<'_>,
) -> Result<(Holder, Changed), Failure> {
    let (aws, _) = connect(aws, &counters.user_pool_id, world).await?;
    let books = open(&aws, counters, world).await?;
    let holder = books.holder(user).await?;
    let changed = books.change(&holder, change, (world.clock)()).await?;
    Ok((holder, changed))
}

async fn open<'a>(aws: &'a Aws, args: &'a CountersArgs, world: &World<'_>) -> Result<Books<'a>, Failure> {
    let pools = UserPools {
        aws,
        pool_id: &args.user_pool_id,
    };
    let overrides = Overrides {
        attribute: args.attribute.clone(),
        table: args.counters_table.clone(),
        key: world.env.get("OTP_KEY"),
    };
    let pool = pools.describe_pool().await?;
    Ok(Books::open(pools, &pool, &overrides).await?)
}

fn browsers(count: usize) -> String {
    match count {
        1 => "1 browser".to_owned(),
        _ => format!("{count} browsers"),
    }
}

fn overtaken(name: &str) -> Failure {
    Failure::of(
        format!("{name} signs in or is guessed at without a pause, so nothing was changed"),
        "Run the command again.",
    )
}
