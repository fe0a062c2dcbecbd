//! The commands' arguments.

use std::path::PathBuf;

use clap::Args;

use crate::doctor::Output;
use crate::pool::Trigger;

/// Where the pool is, and whose credentials are used.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "AWS")]
pub struct AwsArgs {
    /// The profile of the shared AWS configuration [default: AWS_PROFILE, then access keys in the environment]
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// The region [default: the one in the pool's id]
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// Where the user pool service is, if not on AWS: http://127.0.0.1:9229 [default: AWS_ENDPOINT_URL…]
    #[arg(long, value_name = "URL")]
    pub(super) endpoint_url: Option<String>,
}

/// The functions.
#[derive(Clone, Debug, Args)]
pub struct FunctionArgs {
    /// The function for DefineAuthChallenge, by name or ARN
    #[arg(long, value_name = "FUNCTION", default_value = Trigger::Define.usual_function())]
    pub(super) define: String,
    /// The function for CreateAuthChallenge, by name or ARN
    #[arg(long, value_name = "FUNCTION", default_value = Trigger::Create.usual_function())]
    pub(super) create: String,
    /// The function for VerifyAuthChallengeResponse, by name or ARN
    #[arg(long, value_name = "FUNCTION", default_value = Trigger::Verify.usual_function())]
    pub(super) verify: String,
    /// The function for PostConfirmation, by name or ARN [default: 2faPostConfirmation, if Lambda has it]
    #[arg(long, value_name = "FUNCTION")]
    pub(super) post_confirmation: Option<String>,
}

/// How a change is agreed to.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Changes")]
pub struct ChangeArgs {
    /// Show the plan, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Carry the plan out without asking
    #[arg(long, short, conflicts_with = "dry_run")]
    pub(super) yes: bool,
    /// Where the snapshot goes [default: poolhouse-snapshot-POOL-TIME.json in the current directory]
    ///
    /// It never overwrites a file: a second change in the same second has a number behind the time.
    #[arg(long, value_name = "FILE")]
    pub(super) snapshot: Option<PathBuf>,
}

/// `attach`
#[derive(Clone, Debug, Args)]
pub struct AttachArgs {
    /// The user pool
    #[arg(long, value_name = "ID")]
    pub(super) user_pool_id: String,
    /// The app client that people sign in with; may be given more than once
    #[arg(long, value_name = "ID", required = true)]
    pub(super) client_id: Vec<String>,
    #[command(flatten)]
    pub(super) functions: FunctionArgs,
    /// The custom attribute that carries the ledger, without `custom:`
    #[arg(long, value_name = "NAME", default_value = "authChallenge", value_parser = attribute_name)]
    pub(super) attribute: String,
    /// Minutes that a challenge waits for its answer, 3 to 15; the functions' SESSION_MINUTES is to be the same
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u64).range(3..=15))]
    pub(super) session_minutes: u64,
    /// Set the app client up as the article does: ALLOW_USER_SRP_AUTH, and permission to read and write the attribute.
    /// Sign-in needs neither; the first is a door without a code
    #[arg(long)]
    pub(super) article: bool,
    /// Leave the PostConfirmation trigger as it is. A replaced password then clears no lock
    #[arg(long, conflicts_with = "post_confirmation")]
    pub(super) no_post_confirmation: bool,
    /// Take the triggers from functions that have them now
    #[arg(long)]
    pub(super) replace_triggers: bool,
    /// Afterwards end every session of every user. Those from before had no code; without this option it is asked where a
    /// code becomes required
    #[arg(long)]
    pub(super) end_sessions: bool,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// `detach`
#[derive(Clone, Debug, Args)]
pub struct DetachArgs {
    /// The user pool
    #[arg(long, value_name = "ID")]
    pub(super) user_pool_id: String,
    /// An app client that shall not allow CUSTOM_AUTH any more; may be given more than once
    #[arg(long, value_name = "ID")]
    pub(super) client_id: Vec<String>,
    #[command(flatten)]
    pub(super) functions: FunctionArgs,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// `rollback`
#[derive(Clone, Debug, Args)]
pub struct RollbackArgs {
    /// The snapshot
    #[arg(value_name = "SNAPSHOT")]
    pub(super) from: PathBuf,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// `doctor`
#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    /// The user pool
    #[arg(long, value_name = "ID")]
    pub(super) user_pool_id: String,
    /// The app client that people sign in with; may be given more than once [default: those that allow CUSTOM_AUTH]
    #[arg(long, value_name = "ID")]
    pub(super) client_id: Vec<String>,
    /// The custom attribute that carries the ledger, without `custom:`
    #[arg(long, value_name = "NAME", default_value = "authChallenge", value_parser = attribute_name)]
    pub(super) attribute: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(super) output: Output,
    /// Mend what can be mended safely, after asking
    #[arg(long)]
    pub(super) fix: bool,
    /// Ask no resolver about the sender's domain
    #[arg(long)]
    pub(super) no_dns: bool,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// Whose counters are meant, and where they are.
#[derive(Clone, Debug, Args)]
pub struct CountersArgs {
    /// The user pool
    #[arg(long, value_name = "ID")]
    pub user_pool_id: String,
    /// The data directory of the Poolhouse server that has the pool; without it the pool is on Cognito
    ///
    /// It works beside a running server, on the same database.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The PostgreSQL database, if the server has one: postgres://user:password@host/database, or @FILE
    #[arg(long, value_name = "URL", requires = "data")]
    pub store: Option<String>,
    /// The server's configuration file, whose limits say who is locked [default: poolhouse.toml in the current directory,
    /// if it is there]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub config: Option<PathBuf>,
    /// The custom attribute that carries the ledger, without `custom:` [default: that of the functions]
    #[arg(long, value_name = "NAME", value_parser = attribute_name, conflicts_with = "data")]
    pub(super) attribute: Option<String>,
    /// The DynamoDB table that the functions count in [default: that of the functions]
    #[arg(long, value_name = "TABLE", conflicts_with = "data")]
    pub(super) counters_table: Option<String>,
}

/// `unlock`
#[derive(Clone, Debug, Args)]
pub struct UnlockArgs {
    /// The user, by any name that signs them in
    #[arg(value_name = "USER")]
    pub user: String,
    /// Whose pool, and where its counters are.
    #[command(flatten)]
    pub counters: CountersArgs,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

/// `devices forget`
#[derive(Clone, Debug, Args)]
pub struct ForgetArgs {
    /// The user, by any name that signs them in
    #[arg(value_name = "USER")]
    pub user: String,
    /// Whose pool, and where its counters are.
    #[command(flatten)]
    pub counters: CountersArgs,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

/// `locked`
#[derive(Clone, Debug, Args)]
pub struct LockedArgs {
    /// Whose pool, and where its counters are.
    #[command(flatten)]
    pub counters: CountersArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
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
