//! What `poolhouse quickstart` has ready when it starts: a pool, an app client, a user, an access key.
//!
//! They are made by the operations that an operator would call, in this process, and kept in the data directory from one
//! run to the next. Whatever was deleted meanwhile is made again.

mod notes;
mod operations;
mod password;

use std::path::Path;
use std::sync::Arc;

use poolhouse_crypto::srp;
use poolhouse_pool::keyring::access;
use poolhouse_pool::ops::pools::door;
use poolhouse_pool::records::key::Directory;
use poolhouse_pool::records::{Policy, PoolRecord};
use poolhouse_pool::request::App;
use poolhouse_pool::users::credentials;
use poolhouse_store::Scan;
use zeroize::Zeroizing;

use crate::error::CliError;
use notes::{Notes, SavedKey};
use operations::Operator;
use poolhouse_config::settings::WebSettings;

/// Who signs in.
const USER: &str = "ada@example.com";

/// Everything that a person is told.
pub struct Quickstart {
    pool_id: String,
    client_id: String,
    /// `None`: the user has chosen another.
    password: Option<Zeroizing<String>>,
    key: SavedKey,
    /// Whether every sign-in needs a code: `poolhouse door` may have opened the pool since.
    is_shut: bool,
}

/// Makes what is missing, and points the page at it.
///
/// # Errors
/// If the directory holds pools that were not made by this command, cannot be written, or an operation refuses.
pub async fn prepare(
    app: &Arc<App>,
    directory: &Path,
    web: &mut WebSettings,
) -> Result<Quickstart, CliError> {
    let mut notes = match Notes::read(directory)? {
        Some(notes) => notes,
        None => {
            refuse_others_pools(app, directory).await?;
            // Written before anything is made: whatever the directory holds from now on was made here.
            let notes = Notes::default();
            notes.write(directory)?;
            notes
        }
    };
    let operator = Operator::new(app);
    let pool_id = operator.pool(notes.pool_id.as_deref()).await?;
    let client_id = operator.client(&pool_id, notes.client_id.as_deref()).await?;
    let key = match notes.key.take() {
        Some(key) if is_good(app, &key).await? => key,
        _ => new_key(app).await?,
    };
    let password = notes
        .password
        .take()
        .unwrap_or_else(|| password::draw(&*app.platform.entropy));
    notes = Notes {
        pool_id: Some(pool_id.clone()),
        client_id: Some(client_id.clone()),
        password: Some(password.clone()),
        key: Some(key.clone()),
    };
    notes.write(directory)?;
    operator.user(&pool_id, USER, &password).await?;
    web.user_pool_id = Some(pool_id.clone());
    web.client_id = Some(client_id.clone());
    Ok(Quickstart {
        password: is_still(&operator, &pool_id, &password)
            .await?
            .then_some(password),
        is_shut: is_shut(app, &pool_id).await?,
        pool_id,
        client_id,
        key,
    })
}

/// Whether nobody signs in without a code, by any app client.
async fn is_shut(app: &App, pool_id: &str) -> Result<bool, CliError> {
    let door = door::of(&app.platform, pool_id).await;
    let door = door.map_err(|error| CliError::new("the pool's door cannot be read").caused_by(error))?;
    Ok(door.is_some_and(|door| door.requires_code == Some(true) && door.open_clients.is_empty()))
}

/// Refuses a directory that somebody works with already: a demonstration's user and key have no place there.
async fn refuse_others_pools(app: &App, directory: &Path) -> Result<(), CliError> {
    let pools = app.platform.scan(Scan::prefix(Directory::Pool.prefix(), 1)).await;
    let pools = pools.map_err(|error| CliError::new("the database cannot be read").caused_by(error))?;
    if pools.is_empty() {
        return Ok(());
    }
    Err(CliError::new(format!(
        "the data directory {0} holds pools that quickstart did not make. Give quickstart a directory of its own with --data, or \
         serve these pools: poolhouse serve --data {0}",
        directory.display()
    )))
}

async fn is_good(app: &App, key: &SavedKey) -> Result<bool, CliError> {
    let found = access::find(&app.platform, &key.id).await;
    let found = found.map_err(|error| CliError::new("the access keys cannot be read").caused_by(error))?;
    Ok(found.is_some_and(|found| *found.secret == *key.secret))
}

async fn new_key(app: &App) -> Result<SavedKey, CliError> {
    let made = access::create(&app.platform, Policy::default()).await;
    let made = made.map_err(|error| CliError::new("the access key was not stored").caused_by(error))?;
    Ok(SavedKey {
        id: made.access_key_id,
        secret: made.secret_access_key,
    })
}

/// Whether the user still has the password that was made here.
async fn is_still(operator: &Operator<'_>, pool_id: &str, password: &str) -> Result<bool, CliError> {
    let unreadable = |error| CliError::new("the user cannot be read").caused_by(error);
    let ctx = operator.ctx();
    let pool = ctx.pool(pool_id).await.map_err(unreadable)?.value;
    let user = ctx.user(&pool, USER).await.map_err(unreadable)?.value;
    let pool: &PoolRecord = &pool;
    if user.sealed_verifier.is_none() {
        return Ok(false);
    }
    let verifier = credentials::open_verifier(&ctx, pool, &user).map_err(unreadable)?;
    let name = pool.compared(&user.username);
    Ok(srp::check_password(pool.srp_name(), &name, password, &verifier))
}

impl Quickstart {
    /// What a person needs to know, once the server answers at `address`.
    pub fn describe(&self, address: std::net::SocketAddr, directory: &Path) -> String {
        let Quickstart {
            pool_id,
            client_id,
            key,
            ..
        } = self;
        let url = match address.ip().is_loopback() {
            true => format!("http://localhost:{}", address.port()),
            false => format!("http://{address}"),
        };
        let password = match &self.password {
            Some(password) => password.as_str(),
            None => "the one that you chose",
        };
        let door = match self.is_shut {
            true => "shut: nobody signs in without a code",
            false => "open: there are sign-ins without a code",
        };
        let region = pool_id.split('_').next().unwrap_or_default();
        format!(
            "Poolhouse is ready at http://{address}. Ctrl-C stops it.

  Sign in at    {url}/
  as            {USER}
  password      {password}
  mail, codes   {url}/inbox

  User pool     {pool_id}
  App client    {client_id}
  Data          {directory}

With the AWS CLI:

  export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER={url} AWS_DEFAULT_REGION={region}
  export AWS_ACCESS_KEY_ID={key_id} AWS_SECRET_ACCESS_KEY={secret}
  aws cognito-idp list-users --user-pool-id {pool_id}

The pool's door is {door}. See: poolhouse door --help
Everything is kept in {directory} and is the same in the next run.
",
            directory = directory.display(),
            key_id = key.id,
            secret = *key.secret,
        )
    }
}
