//! `poolhouse pool`: works beside a running server, on the same database.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::args::{KeysArgs, Output};
use crate::data;
use crate::error::CliError;
use crate::moment::date;
use crate::noted::noting;
use crate::output::print;
use poolhouse_pool::base::load::LoadError;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::keyring::sender_key;
use poolhouse_pool::ops::pools::safeguards;
use poolhouse_pool::records::document::decode;
use poolhouse_pool::records::{ImportJob, LogLine, PoolRecord, Safeguards, load};
use poolhouse_store::Scan;

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
    /// Print the key that stands in KMS's place for a pool's CustomEmailSender and CustomSMSSender functions.
    ///
    /// Functions that this server runs need none: their Encryption SDK finds the server in KMS's place. One that runs elsewhere opens codes
    /// with a raw AES keyring of this namespace, name and key. Whoever has the key reads every code that is handed to the functions.
    SenderKey {
        #[command(flatten)]
        pool: PoolArgs,
    },
    /// Print what became of each line of a user import job.
    ///
    /// The lines name no values of users. They stay for 90 days.
    ImportLog {
        /// The job's id
        #[arg(long, value_name = "ID")]
        job_id: String,
        #[command(flatten)]
        pool: PoolArgs,
    },
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
        PoolCommand::SenderKey { pool } => return print_sender_key(pool).await,
        PoolCommand::ImportLog { job_id, pool } => return print_import_log(job_id, pool).await,
        PoolCommand::Set(arguments) => &arguments.pool,
    };
    let data = data::existing(&pool.at.data, pool.at.store.as_deref()).await?;
    let platform = data.platform()?;
    let id = &pool.user_pool_id;
    let found = match command {
        PoolCommand::Show { .. } | PoolCommand::SenderKey { .. } | PoolCommand::ImportLog { .. } => {
            safeguards::of(&platform, id).await
        }
        PoolCommand::Protect { .. } => {
            let platform = noting(&platform, "pool protect", Some(id));
            safeguards::change(&platform, id, Safeguards::protect).await
        }
        PoolCommand::Set(arguments) => {
            let platform = noting(&platform, "pool set", Some(id));
            safeguards::change(&platform, id, |pool| set(arguments, pool)).await
        }
    };
    data.engine.close().await;
    let found = found.map_err(|error| CliError::new("the safeguards were not changed").caused_by(error))?;
    let found = found.ok_or_else(|| CliError::new(format!("there is no user pool {id}")))?;
    print(&shown(&found, pool.at.output))
}

async fn print_sender_key(pool: &PoolArgs) -> Result<(), CliError> {
    let data = data::existing(&pool.at.data, pool.at.store.as_deref()).await?;
    let platform = data.platform()?;
    let id = &pool.user_pool_id;
    let found = load(&platform, &PoolRecord::key(id)).await;
    data.engine.close().await;
    let found = found.map_err(|error| CliError::new("the pool was not read").caused_by(error))?;
    let found = found.ok_or_else(|| CliError::new(format!("there is no user pool {id}")))?;
    let key = sender_key::of(&platform, &found.value);
    let key = key.ok_or_else(|| {
        CliError::new(format!(
            "the user pool {id} has no KMSKeyID in its LambdaConfig, which names the key"
        ))
    })?;
    let (namespace, text) = (sender_key::NAMESPACE, STANDARD.encode(key.key.as_slice()));
    print(&match pool.at.output {
        Output::Json => json!({ "KeyNamespace": namespace, "KeyName": key.name, "Key": text }).to_string(),
        Output::Text => [
            format!("key namespace  {namespace}"),
            format!("key name       {}", key.name),
            format!("key            {text}"),
        ]
        .join("\n"),
    })
}

async fn print_import_log(job_id: &str, pool: &PoolArgs) -> Result<(), CliError> {
    let data = data::existing(&pool.at.data, pool.at.store.as_deref()).await?;
    let platform = data.platform()?;
    let printed = import_log(&platform, &pool.user_pool_id, job_id, pool.at.output).await;
    data.engine.close().await;
    printed
}

async fn import_log(
    platform: &Platform,
    pool_id: &str,
    job_id: &str,
    output: Output,
) -> Result<(), CliError> {
    const PAGE: usize = 1000;
    let unread = |error: LoadError| CliError::new("the log of the job was not read").caused_by(error);
    let job = load(platform, &ImportJob::key(pool_id, job_id))
        .await
        .map_err(unread)?;
    if job.is_none() {
        return Err(CliError::new(format!(
            "the user pool {pool_id} has no user import job {job_id}"
        )));
    }
    let prefix = ImportJob::log(pool_id, job_id);
    let mut after = None;
    loop {
        let scan = Scan {
            prefix: prefix.clone(),
            after: after.take(),
            limit: PAGE,
        };
        let rows = platform.scan(scan).await.map_err(unread)?;
        let is_last = rows.len() < PAGE;
        after = rows.last().map(|row| row.key.clone());
        for row in rows {
            let line = decode::<LogLine>(row).map_err(unread)?.value;
            match output {
                Output::Json => print(&json!({ "At": line.at.0, "Line": line.text }).to_string())?,
                Output::Text => print(&format!("{} {}", date(line.at), line.text))?,
            }
        }
        if is_last {
            return Ok(());
        }
    }
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
