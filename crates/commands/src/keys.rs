//! `poolhouse keys`: works beside a running server, on the same database.

use serde_json::{Map, Value, json};

use crate::args::{AllowArgs, KeysArgs, KeysCommand, Output};
use crate::backup;
use crate::data;
use crate::error::CliError;
use crate::key_status;
use crate::moment::date;
use crate::noted::noting;
use crate::output::{once, print};
use crate::policy::{self, PolicyArgs};
use crate::rotate;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::keyring::access::{self, NewAccessKey};
use poolhouse_pool::records::Policy;

pub(super) fn run(command: KeysCommand) -> Result<(), CliError> {
    once(async {
        match command {
            KeysCommand::Create { policy, at } => create(&policy, &at).await,
            KeysCommand::List { at } => list(&at).await,
            KeysCommand::Allow(arguments) => allow(&arguments).await,
            KeysCommand::Delete { id, at } => delete(&id, &at).await,
            KeysCommand::Rotate(arguments) => rotate::run(&arguments).await,
            KeysCommand::Backup { file } => backup::make_key(&file),
            KeysCommand::Status { at } => key_status::run(&at).await,
        }
    })
}

async fn create(asked: &PolicyArgs, at: &KeysArgs) -> Result<(), CliError> {
    let data = data::named(&at.data, at.store.as_deref()).await?;
    let platform = data.platform()?;
    let made = make(&noting(&platform, "keys create", None), asked).await;
    data.engine.close().await;
    let (made, policy) = made?;
    let (id, secret) = (made.access_key_id, made.secret_access_key);
    print(&match at.output {
        Output::Json => {
            let mut key = as_json(&id, &policy);
            key.insert("SecretAccessKey".to_owned(), json!(*secret));
            Value::from(key).to_string()
        }
        Output::Text => format!(
            "Access key id      {id}\nSecret access key  {}\nMay do             {}\n\nThe secret is shown this once. Give both to the AWS \
             CLI: aws configure --profile poolhouse",
            *secret,
            policy::text(&policy)
        ),
    })
}

async fn make(platform: &Platform, asked: &PolicyArgs) -> Result<(NewAccessKey, Policy), CliError> {
    let policy = asked.policy(platform).await?;
    let made = access::create(platform, policy.clone()).await;
    let made = made.map_err(|error| CliError::new("the access key was not stored").caused_by(error))?;
    Ok((made, policy))
}

fn as_json(id: &str, policy: &Policy) -> Map<String, Value> {
    let mut key = Map::new();
    key.insert("AccessKeyId".to_owned(), json!(id));
    let members = policy::members(policy);
    key.extend(members.map(|(name, value)| (name.to_owned(), value)));
    key
}

async fn list(at: &KeysArgs) -> Result<(), CliError> {
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let found = access::list(&data.platform()?).await;
    data.engine.close().await;
    let found = found.map_err(|error| CliError::new("the access keys cannot be read").caused_by(error))?;
    if at.output == Output::Json {
        let keys = found.iter().map(|key| {
            let mut shown = as_json(&key.access_key_id, &key.policy);
            shown.insert("CreateDate".to_owned(), json!(date(key.created)));
            Value::from(shown)
        });
        return print(&Value::from_iter(keys).to_string());
    }
    if found.is_empty() {
        return print("There are no access keys. Make one: poolhouse keys create");
    }
    found.iter().try_for_each(|key| {
        let (id, made, may) = (&key.access_key_id, date(key.created), policy::text(&key.policy));
        print(&format!("{id}  made {made}  may do {may}"))
    })
}

async fn allow(arguments: &AllowArgs) -> Result<(), CliError> {
    let (id, at) = (&arguments.id, &arguments.at);
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let platform = data.platform()?;
    let changed = change(&noting(&platform, "keys allow", None), arguments).await;
    data.engine.close().await;
    let Some(policy) = changed? else {
        return Err(no_such_key(id));
    };
    print(&match at.output {
        Output::Json => Value::from(as_json(id, &policy)).to_string(),
        Output::Text => format!("{id} may do {} from now on.", policy::text(&policy)),
    })
}

/// The key's new policy, once it is stored; `None` if there is no such key.
async fn change(platform: &Platform, arguments: &AllowArgs) -> Result<Option<Policy>, CliError> {
    let policy = arguments.policy.policy(platform).await?;
    if policy.is_everything() && !arguments.everything {
        return Err(CliError::new(
            "nothing says what the key may do. Say it by --pool, --operations or --read-only, or --everything",
        ));
    }
    let stored = access::allow(platform, &arguments.id, policy.clone()).await;
    let stored = stored.map_err(|error| CliError::new("the access key was not changed").caused_by(error))?;
    Ok(stored.then_some(policy))
}

async fn delete(id: &str, at: &KeysArgs) -> Result<(), CliError> {
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let platform = noting(&data.platform()?, "keys delete", None);
    let deleted = access::delete(&platform, id).await;
    data.engine.close().await;
    match deleted {
        Ok(true) if at.output == Output::Json => print(&json!({ "AccessKeyId": id }).to_string()),
        Ok(true) => print(&format!("Deleted {id}.")),
        Ok(false) => Err(no_such_key(id)),
        Err(error) => Err(CliError::new("the access key was not deleted").caused_by(error)),
    }
}

fn no_such_key(id: &str) -> CliError {
    CliError::new(format!("there is no access key {id}. See: poolhouse keys list"))
}
