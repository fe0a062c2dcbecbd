//! `doctor`: look, report, and mend if asked.

use std::sync::Arc;

use serde_json::Value;

use super::args::DoctorArgs;
use super::attach::change;
use super::connect::{connect, introduction};
use super::failure::Failure;
use super::world::World;
use crate::aws::Aws;
use crate::change::Surroundings;
use crate::console::{Console, Reply};
use crate::doctor::{
    Examination, Facts, Gathering, Output, Resolver, examine, exit_code, gather, json, plan_fixes, text,
};

/// The exit code if the pool could not be looked at.
pub(super) const COULD_NOT_CHECK: u8 = 2;

/// Looks at the pool and reports; with `--fix`, mends and looks again. Returns the exit code.
pub(super) async fn doctor(args: &DoctorArgs, world: &mut World<'_>) -> Result<u8, Failure> {
    let (aws, found_in) = connect(&args.aws, &args.user_pool_id, world).await?;
    let facts = look(args, &aws, world).await?;
    let mut examination = examine(&facts);
    if args.output == Output::Text {
        let name = facts.pool.get("Name").and_then(Value::as_str).unwrap_or_default();
        world
            .console
            .say(&introduction(&aws, &args.user_pool_id, name, found_in).await);
        world.console.say("");
    }
    if args.fix && examination.findings.iter().any(|finding| finding.rule.fixable) {
        if args.output == Output::Text {
            report(args, &aws, &examination, world);
            world.console.say("");
        }
        fix(args, &aws, &facts, world).await?;
        examination = examine(&look(args, &aws, world).await?);
    }
    report(args, &aws, &examination, world);
    Ok(exit_code(&examination))
}

/// Mends what can be mended safely. A program that reads the report must find nothing else there, so for it the plan is
/// said beside the result.
async fn fix(args: &DoctorArgs, aws: &Aws, facts: &Facts, world: &mut World<'_>) -> Result<(), Failure> {
    let to = Surroundings {
        aws,
        pool_id: &args.user_pool_id,
    };
    let plan = plan_fixes(facts, to.pools().mfa().await?);
    let mut aside = Aside(&mut *world.console);
    let console: &mut dyn Console = match args.output {
        Output::Text => aside.0,
        Output::Json => &mut aside,
    };
    let mut world = World {
        env: world.env.clone(),
        clock: Arc::clone(&world.clock),
        console,
    };
    change(to, "doctor --fix", &plan, &args.change, &mut world)
        .await
        .map(drop)
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
            let report = json(&args.user_pool_id, &endpoint, examination);
            world.console.say(&format!("{report:#}"));
        }
    }
}

/// A console on which everything is said beside the result.
struct Aside<'a>(&'a mut dyn Console);

impl Console for Aside<'_> {
    fn say(&mut self, line: &str) {
        self.0.warn(line);
    }

    fn warn(&mut self, line: &str) {
        self.0.warn(line);
    }

    fn ask(&mut self, question: &str) -> Reply {
        self.0.ask(question)
    }

    fn colour(&self) -> bool {
        false
    }
}
