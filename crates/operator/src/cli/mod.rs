//! The commands, as the binary's command line has them.

mod attach;
mod connect;
mod doctor;
mod failure;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::console::Console;
use crate::doctor::Output;
use crate::env::{Clock, Env};
use crate::pool::Trigger;

/// The operator's commands, to be flattened into the binary's own.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Attach the three functions to a pool that exists, on AWS or on Poolhouse.
    Attach(AttachArgs),
    /// Take the functions off a pool: sign-in asks for no code any more.
    Detach(DetachArgs),
    /// Put a pool back to what it was when a snapshot was taken.
    Rollback(RollbackArgs),
    /// Look for what is wrong with sign-in by confirm code on a pool.
    ///
    /// Ends with 0 if nothing was found, 1 if there are errors or warnings, 2 if something could not be looked at.
    Doctor(DoctorArgs),
}

/// Where the pool is, and whose credentials are used.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "AWS")]
pub struct AwsArgs {
    /// The profile of the shared AWS configuration [default: AWS_PROFILE, then access keys in the environment]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The region [default: the one in the pool's id]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Where the user pool service is, if not on AWS: http://127.0.0.1:9229 [default: AWS_ENDPOINT_URL…]
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
}

/// The three functions.
#[derive(Clone, Debug, Args)]
pub struct FunctionArgs {
    /// The function for DefineAuthChallenge, by name or ARN
    #[arg(long, value_name = "FUNCTION", default_value = Trigger::Define.usual_function())]
    define: String,
    /// The function for CreateAuthChallenge, by name or ARN
    #[arg(long, value_name = "FUNCTION", default_value = Trigger::Create.usual_function())]
    create: String,
    /// The function for VerifyAuthChallengeResponse, by name or ARN
    #[arg(long, value_name = "FUNCTION", default_value = Trigger::Verify.usual_function())]
    verify: String,
}

/// How a change is agreed to.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Changes")]
pub struct ChangeArgs {
    /// Show the plan, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Carry the plan out without asking
    #[arg(long, short, conflicts_with = "dry_run")]
    yes: bool,
    /// Where the snapshot goes [default: poolhouse-snapshot-POOL-TIME.json in the current directory]
    ///
    /// It never overwrites a file: a second change in the same second has a number behind the time.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
}

/// `attach`
#[derive(Clone, Debug, Args)]
pub struct AttachArgs {
    /// The user pool
    #[arg(long, value_name = "ID")]
    user_pool_id: String,
    /// The app client that people sign in with; may be given more than once
    #[arg(long, value_name = "ID", required = true)]
    client_id: Vec<String>,
    #[command(flatten)]
    functions: FunctionArgs,
    /// The custom attribute that carries the ledger, without `custom:`
    #[arg(long, value_name = "NAME", default_value = "authChallenge", value_parser = attribute_name)]
    attribute: String,
    /// Minutes that a sign-in may take, 3 to 15 [default: as it is, but at least the life of a code]
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(3..=15))]
    session_minutes: Option<u64>,
    /// Set the app client up as the article does: ALLOW_USER_SRP_AUTH, and permission to read and write the attribute.
    /// Sign-in needs neither; the first is a door without a code
    #[arg(long)]
    article: bool,
    /// Take the three triggers from functions that have them now
    #[arg(long)]
    replace_triggers: bool,
    #[command(flatten)]
    aws: AwsArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

/// `detach`
#[derive(Clone, Debug, Args)]
pub struct DetachArgs {
    /// The user pool
    #[arg(long, value_name = "ID")]
    user_pool_id: String,
    /// An app client that shall not allow CUSTOM_AUTH any more; may be given more than once
    #[arg(long, value_name = "ID")]
    client_id: Vec<String>,
    #[command(flatten)]
    functions: FunctionArgs,
    #[command(flatten)]
    aws: AwsArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

/// `rollback`
#[derive(Clone, Debug, Args)]
pub struct RollbackArgs {
    /// The snapshot
    #[arg(value_name = "SNAPSHOT")]
    from: PathBuf,
    #[command(flatten)]
    aws: AwsArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

/// `doctor`
#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    /// The user pool
    #[arg(long, value_name = "ID")]
    user_pool_id: String,
    /// The app client that people sign in with; may be given more than once [default: those that allow CUSTOM_AUTH]
    #[arg(long, value_name = "ID")]
    client_id: Vec<String>,
    /// The custom attribute that carries the ledger, without `custom:`
    #[arg(long, value_name = "NAME", default_value = "authChallenge", value_parser = attribute_name)]
    attribute: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// Mend what can be mended safely, after asking
    #[arg(long)]
    fix: bool,
    /// Ask no resolver about the sender's domain
    #[arg(long)]
    no_dns: bool,
    #[command(flatten)]
    aws: AwsArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

/// A name that Cognito takes for a custom attribute.
fn attribute_name(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("custom:").unwrap_or(text);
    let is_name = (1..=20).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| !c.is_whitespace() && !c.is_control() && c != ':');
    match is_name {
        true => Ok(name.to_owned()),
        false => Err("a custom attribute's name has 1 to 20 characters and no white space".to_owned()),
    }
}

/// What a command works with.
pub struct World<'a> {
    /// The environment.
    pub env: Env,
    /// The time.
    pub clock: Clock,
    /// Whoever runs the command.
    pub console: &'a mut dyn Console,
}

/// Runs a command and returns the process's exit code: 0 if it did what it was asked, 1 if not; for `doctor` also what
/// its help says.
pub async fn run(command: &Command, mut world: World<'_>) -> u8 {
    let done = match command {
        Command::Attach(args) => attach::attach(args, &mut world).await.map(|()| 0),
        Command::Detach(args) => attach::detach(args, &mut world).await.map(|()| 0),
        Command::Rollback(args) => attach::rollback(args, &mut world).await.map(|()| 0),
        Command::Doctor(args) => doctor::doctor(args, &mut world).await,
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            failure.tell(world.console);
            match command {
                Command::Doctor(_) => doctor::COULD_NOT_CHECK,
                _ => FAILED,
            }
        }
    }
}

/// The exit code of a command that did not do what it was asked.
const FAILED: u8 = 1;

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(subcommand)]
        command: Command,
    }

    fn parse(line: &str) -> Result<Command, String> {
        let words = std::iter::once("poolhouse").chain(line.split_whitespace());
        Cli::try_parse_from(words)
            .map(|cli| cli.command)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn attach_needs_a_pool_and_an_app_client_and_knows_the_usual_names() {
        let Ok(Command::Attach(args)) =
            parse("attach --user-pool-id eu-central-1_a --client-id c --client-id d")
        else {
            panic!("attach should parse");
        };
        assert_eq!(args.client_id, ["c", "d"]);
        assert_eq!(
            (args.functions.create.as_str(), args.attribute.as_str()),
            ("2faCreate", "authChallenge")
        );
        assert!(
            parse("attach --user-pool-id a")
                .unwrap_err()
                .contains("--client-id")
        );
        assert!(
            parse("attach --client-id a")
                .unwrap_err()
                .contains("--user-pool-id")
        );
    }

    #[test]
    fn what_cannot_be_is_refused_before_anything_is_called() {
        let attach = |more: &str| parse(&format!("attach --user-pool-id a --client-id c {more}"));
        assert!(attach("--session-minutes 16").is_err());
        assert!(attach("--session-minutes 2").is_err());
        assert!(attach("--attribute aVeryLongAttributeName").is_err());
        assert!(attach("--dry-run --yes").is_err());
        let Ok(Command::Attach(args)) = attach("--attribute custom:code") else {
            panic!("attach should parse")
        };
        assert_eq!(args.attribute, "code");
    }

    #[test]
    fn the_other_commands_parse() {
        for line in [
            "detach --user-pool-id a",
            "rollback snapshot.json --endpoint-url http://127.0.0.1:9229 --yes",
            "doctor --user-pool-id a --output json --fix --no-dns",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }
}
