//! `doctor`: look, report, and mend if asked.

use serde_json::Value;

use super::attach::change;
use super::connect::{connect, introduction};
use super::failure::Failure;
use super::{DoctorArgs, World};
use crate::aws::Aws;
use crate::change::Surroundings;
use crate::doctor::{
    Examination, Facts, Gathering, Output, Resolver, examine, exit_code, gather, json, plan_fixes, text,
};

/// The exit code if the pool could not be looked at.
pub(super) const COULD_NOT_CHECK: u8 = 2;

/// Looks at the pool and reports; with `--fix`, mends and looks again. Returns the exit code.
pub(super) async fn doctor(args: &DoctorArgs, world: &mut World<'_>) -> Result<u8, Failure> {
    let (aws, found_in) = connect(&args.aws, &args.user_pool_id, world).await?;
    let facts = look(args, &aws, world).await?;
    let examination = examine(&facts);
    if args.output == Output::Text {
        let name = facts.pool.get("Name").and_then(Value::as_str).unwrap_or_default();
        world
            .console
            .say(&introduction(&aws, &args.user_pool_id, name, found_in).await);
        world.console.say("");
    }
    report(args, &aws, &examination, world);
    if !args.fix || !examination.findings.iter().any(|finding| finding.rule.fixable) {
        return Ok(exit_code(&examination));
    }
    let to = Surroundings {
        aws: &aws,
        pool_id: &args.user_pool_id,
    };
    let mfa = to.pools().mfa().await?;
    change(to, "doctor --fix", &plan_fixes(&facts, mfa), &args.change, world).await?;
    if args.change.dry_run {
        return Ok(exit_code(&examination));
    }
    let examination = examine(&look(args, &aws, world).await?);
    report(args, &aws, &examination, world);
    Ok(exit_code(&examination))
}

async fn look(args: &DoctorArgs, aws: &Aws, world: &World<'_>) -> Result<Facts, Failure> {
    let resolver = (!args.no_dns).then(Resolver::of_this_machine);
    let gathering = Gathering {
        aws,
        pool_id: &args.user_pool_id,
        client_ids: &args.client_id,
        attribute: &args.attribute,
        now: (world.clock)(),
        resolver,
    };
    Ok(gather(&gathering).await?)
}

fn report(args: &DoctorArgs, aws: &Aws, examination: &Examination, world: &mut World<'_>) {
    match args.output {
        Output::Text => {
            for line in text(examination, world.console.colour()) {
                world.console.say(&line);
            }
        }
        Output::Json => {
            let endpoint = aws.endpoints.user_pools().to_string();
            world
                .console
                .say(&format!("{:#}", json(&args.user_pool_id, &endpoint, examination)));
        }
    }
}
