//! `poolhouse pool`: works beside a running server, on the same database.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::args::{KeysArgs, Output};
use crate::data;
use crate::error::CliError;
use crate::output::print;
use poolhouse_pool::ops::pools::safeguards;
use poolhouse_pool::records::Safeguards;

#[derive(Subcommand)]
pub enum PoolCommand {
    /// Show a pool's safeguards.
    Show {
        #[command(flatten)]
        pool: PoolArgs,
    },
    /// Switch all safeguards on: what the quickstart and the guide do for a new pool.
    ///
    /// Common passwords and those made of names are refused, a new password ends the user's sessions, a change of an address or phone number needs
    /// a sign-in in the last 5 minutes, and no password is reset by mail alone. Words that were set stay.
    Protect {
        #[command(flatten)]
        pool: PoolArgs,
    },
    /// Change single safeguards. What is not named stays.
    Set(Box<SetArgs>),
}

#[derive(Args)]
pub struct PoolArgs {
    /// The user pool's id
    #[arg(long, value_name = "ID")]
    user_pool_id: String,
    #[command(flatten)]
    at: KeysArgs,
}

#[derive(Args)]
pub struct SetArgs {
    /// Refuse passwords that are tried first: those of leaked lists, however they are dressed up
    #[arg(long, value_name = "STATE", value_enum)]
    refuse_common_passwords: Option<Switch>,
    /// Refuse passwords made of the user's names, the pool's name or the words
    #[arg(long, value_name = "STATE", value_enum)]
    refuse_context_passwords: Option<Switch>,
    /// Words that passwords must not be made of, with commas between; an empty text for none
    #[arg(long, value_name = "WORDS")]
    words: Option<String>,
    /// End the user's sessions with a new password; the one in which the user changes it goes on
    #[arg(long, value_name = "STATE", value_enum)]
    reset_ends_sessions: Option<Switch>,
    /// Let users change their own address, phone number, factors, passkeys and devices only within so many minutes of a sign-in; 0: at any time
    #[arg(long, value_name = "MINUTES")]
    contact_changes_within: Option<u32>,
    /// Reset no password by mail alone, for the codes of sign-ins go to the same mailbox: administrators reset them
    #[arg(long, value_name = "STATE", value_enum)]
    recovery_needs_another_factor: Option<Switch>,
    #[command(flatten)]
    pool: PoolArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    /// The pool does so
    On,
    /// The pool does as Amazon Cognito does
    Off,
}

pub(super) fn run(command: &PoolCommand) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new("no threads can be started").caused_by(error))?;
    runtime.block_on(decide(command))
}

async fn decide(command: &PoolCommand) -> Result<(), CliError> {
    let pool = match command {
        PoolCommand::Show { pool } | PoolCommand::Protect { pool } => pool,
        PoolCommand::Set(arguments) => &arguments.pool,
    };
    let data = data::existing(&pool.at.data, pool.at.store.as_deref()).await?;
    let platform = data.platform()?;
    let id = &pool.user_pool_id;
    let found = match command {
        PoolCommand::Show { .. } => safeguards::of(&platform, id).await,
        PoolCommand::Protect { .. } => safeguards::change(&platform, id, Safeguards::protect).await,
        PoolCommand::Set(arguments) => safeguards::change(&platform, id, |pool| set(arguments, pool)).await,
    };
    data.engine.close().await;
    let found = found.map_err(|error| CliError::new("the safeguards were not changed").caused_by(error))?;
    let found = found.ok_or_else(|| CliError::new(format!("there is no user pool {id}")))?;
    print(&shown(&found, pool.at.output))
}

fn set(arguments: &SetArgs, safeguards: &mut Safeguards) {
    let switch = |state: Option<Switch>, flag: &mut bool| {
        *flag = state.map_or(*flag, |state| state == Switch::On);
    };
    switch(
        arguments.refuse_common_passwords,
        &mut safeguards.refuses_common_passwords,
    );
    switch(
        arguments.refuse_context_passwords,
        &mut safeguards.refuses_context_passwords,
    );
    switch(arguments.reset_ends_sessions, &mut safeguards.reset_ends_sessions);
    switch(
        arguments.recovery_needs_another_factor,
        &mut safeguards.recovery_needs_another_factor,
    );
    if let Some(words) = &arguments.words {
        let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
        safeguards.words = words.map(str::to_owned).collect();
    }
    if let Some(minutes) = arguments.contact_changes_within {
        safeguards.contact_change_minutes = Some(minutes).filter(|minutes| *minutes > 0);
    }
}

fn shown(safeguards: &Safeguards, output: Output) -> String {
    if output == Output::Json {
        return json!({
            "RefuseCommonPasswords": safeguards.refuses_common_passwords,
            "RefuseContextPasswords": safeguards.refuses_context_passwords,
            "Words": safeguards.words,
            "ResetEndsSessions": safeguards.reset_ends_sessions,
            "ContactChangesWithin": safeguards.contact_change_minutes,
            "RecoveryNeedsAnotherFactor": safeguards.recovery_needs_another_factor,
        })
        .to_string();
    }
    let switch = |flag| if flag { "on" } else { "off" };
    let minutes = safeguards.contact_change_minutes;
    [
        format!(
            "refuse common passwords   {}",
            switch(safeguards.refuses_common_passwords)
        ),
        format!(
            "refuse context passwords  {}",
            switch(safeguards.refuses_context_passwords)
        ),
        format!("words                     {}", safeguards.words.join(", ")),
        format!(
            "reset ends sessions       {}",
            switch(safeguards.reset_ends_sessions)
        ),
        match minutes {
            Some(minutes) => format!("contact changes within    {minutes} minutes of a sign-in"),
            None => "contact changes within    any time".to_owned(),
        },
        format!(
            "recovery, another factor  {}",
            switch(safeguards.recovery_needs_another_factor)
        ),
    ]
    .join("\n")
}
