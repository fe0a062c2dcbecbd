//! `poolhouse keys`: works beside a running server, on the same database.

use serde_json::{Value, json};

use crate::args::{KeysArgs, KeysCommand, Output};
use crate::backup;
use crate::data;
use crate::error::CliError;
use crate::key_status;
use crate::moment::date;
use crate::output::{once, print};
use crate::rotate;
use poolhouse_pool::keyring::access;

pub(super) fn run(command: KeysCommand) -> Result<(), CliError> {
    once(async {
        match command {
            KeysCommand::Create { at } => create(&at).await,
            KeysCommand::List { at } => list(&at).await,
            KeysCommand::Delete { id, at } => delete(&id, &at).await,
            KeysCommand::Rotate(arguments) => rotate::run(&arguments).await,
            KeysCommand::Backup { file } => backup::make_key(&file),
            KeysCommand::Status { at } => key_status::run(&at).await,
        }
    })
}

async fn create(at: &KeysArgs) -> Result<(), CliError> {
    let data = data::named(&at.data, at.store.as_deref()).await?;
    let made = access::create(&data.platform()?).await;
    data.engine.close().await;
    let made = made.map_err(|error| CliError::new("the access key was not stored").caused_by(error))?;
    let (id, secret) = (made.access_key_id, made.secret_access_key);
    print(&match at.output {
        Output::Json => json!({ "AccessKeyId": id, "SecretAccessKey": *secret }).to_string(),
        Output::Text => format!(
            "Access key id      {id}\nSecret access key  {}\n\nThe secret is shown this once. Give both to the AWS CLI: \
             aws configure --profile poolhouse",
            *secret
        ),
    })
}

async fn list(at: &KeysArgs) -> Result<(), CliError> {
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let found = access::list(&data.platform()?).await;
    data.engine.close().await;
    let found = found.map_err(|error| CliError::new("the access keys cannot be read").caused_by(error))?;
    if at.output == Output::Json {
        let keys: Vec<Value> = found
            .iter()
            .map(|(id, made)| json!({ "AccessKeyId": id, "CreateDate": date(*made) }))
            .collect();
        return print(&Value::from(keys).to_string());
    }
    if found.is_empty() {
        return print("There are no access keys. Make one: poolhouse keys create");
    }
    found
        .iter()
        .try_for_each(|(id, made)| print(&format!("{id}  made {}", date(*made))))
}

async fn delete(id: &str, at: &KeysArgs) -> Result<(), CliError> {
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let deleted = access::delete(&data.platform()?, id).await;
    data.engine.close().await;
    match deleted {
        Ok(true) if at.output == Output::Json => print(&json!({ "AccessKeyId": id }).to_string()),
        Ok(true) => print(&format!("Deleted {id}.")),
        Ok(false) => Err(CliError::new(format!(
            "there is no access key {id}. See: poolhouse keys list"
        ))),
        Err(error) => Err(CliError::new("the access key was not deleted").caused_by(error)),
    }
}
