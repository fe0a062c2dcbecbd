//! Reading everything that the rules look at. Only reads: no call here changes anything.

mod door;
mod functions;
mod known;
mod sender;

use serde_json::Value;

use super::dns::Resolver;
use super::facts::{Count, Facts, Known};
use crate::aws::{Aws, AwsError, UserPools, Users};
use crate::people::{Books, BooksError, Locked, Overrides};
use crate::pool::flows::{self, Flow};
use crate::pool::{Client, Trigger};
use known::{known, unknown};

/// What to look at.
pub(crate) struct Gathering<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) pool_id: &'a str,
    /// The app clients that sign people in with a code; those that allow custom authentication if none is named.
    pub(crate) client_ids: &'a [String],
    /// The custom attribute's name without `custom:`.
    pub(crate) attribute: &'a str,
    pub(crate) now: u64,
    /// Whom to ask about the sender's domain; `None` if nobody shall be asked.
    pub(crate) resolver: Option<Resolver>,
}

/// Reads the pool, its app clients, users and functions, SES and DNS.
///
/// # Errors
/// The pool or its app clients cannot be read. Anything else that cannot is a gap in the facts.
pub(crate) async fn gather(from: &Gathering<'_>) -> Result<Facts, AwsError> {
    let pools = UserPools {
        aws: from.aws,
        pool_id: from.pool_id,
    };
    let pool = pools.describe_pool().await?;
    let clients = clients(pools, from.client_ids).await?;
    let subjects = match from.client_ids {
        [] => custom_clients(&clients),
        named => named.to_vec(),
    };
    let is_aws = from.aws.endpoints.is_aws();
    let at_home = !is_aws && pools.is_poolhouse().await;
    let refused = match at_home {
        true => door::refused(from.aws, &clients).await,
        false => Vec::new(),
    };
    let recovery_apart = at_home && door::keeps_recovery_apart(from.aws, from.pool_id).await;
    let mut functions = Vec::new();
    for trigger in Trigger::ALL {
        if let Some(arn) = trigger.of(&pool) {
            functions.push(functions::read(from.aws, trigger, arn).await);
        }
    }
    let create = functions
        .iter()
        .find(|function| function.trigger == Trigger::Create);
    let mail = sender::read(from.aws, from.resolver.as_ref(), create).await;
    let locked = locked(pools, &pool, from).await;
    Ok(Facts {
        now: from.now,
        at_home,
        refused,
        recovery_apart,
        locked,
        attribute: from.attribute.to_owned(),
        providers: known(pools.identity_providers().await, is_aws),
        new_password: known(
            pools
                .users(Some(NEW_PASSWORD))
                .await
                .map(|users| count(&users, |_| true)),
            is_aws,
        ),
        unreachable: known(
            pools.users(None).await.map(|users| count(&users, is_unreachable)),
            is_aws,
        ),
        pool,
        clients,
        subjects,
        functions,
        mail_account: mail.account,
        mail_identity: mail.identity,
        sender: mail.records,
    })
}

/// Pages of users, or of the table, that are looked at for locks: the command `locked` has all.
const LOCKED_PAGES: usize = 50;

/// Who is locked, as far as the functions' key can be read.
async fn locked(pools: UserPools<'_>, pool: &Value, from: &Gathering<'_>) -> Known<Locked> {
    let here = |why: &str| Known::NotHere(why.to_owned());
    match Books::open(pools, pool, &Overrides::default()).await {
        Ok(books) => known(
            books.locked(from.now, LOCKED_PAGES).await,
            from.aws.endpoints.is_aws(),
        ),
        Err(BooksError::NoFunctions) => here("`poolhouse locked --data DIR` lists a server's own"),
        Err(BooksError::NoKey) => here("the functions have no OTP_KEY, so nothing is kept between sign-ins"),
        Err(BooksError::Lambda(error)) => unknown(&error, from.aws.endpoints.is_aws()),
        // The rules about the functions' settings say it.
        Err(BooksError::Settings(_)) => here("the functions refuse their settings"),
        Err(error @ BooksError::Reference { .. }) => {
            let why = poolhouse_text::with_causes(&error);
            Known::NotHere(format!("{why}; set OTP_KEY and run `poolhouse locked`"))
        }
    }
}

/// The users who will be asked for a new password.
const NEW_PASSWORD: &str = "cognito:user_status = \"FORCE_CHANGE_PASSWORD\"";

/// All app clients of the pool. One that is named and not there is an error.
async fn clients(pools: UserPools<'_>, named: &[String]) -> Result<Vec<Client>, AwsError> {
    let mut ids = pools.client_ids().await?;
    ids.extend(
        named
            .iter()
            .filter(|id| !ids.contains(id))
            .cloned()
            .collect::<Vec<_>>(),
    );
    let mut clients = Vec::with_capacity(ids.len());
    for id in ids {
        let description = pools.describe_client(&id).await?;
        clients.push(Client { id, description });
    }
    Ok(clients)
}

fn custom_clients(clients: &[Client]) -> Vec<String> {
    let custom = clients
        .iter()
        .filter(|client| flows::allowed(&client.description).contains(&Flow::Custom));
    custom.map(|client| client.id.clone()).collect()
}

fn count(users: &Users, counts: impl Fn(&Value) -> bool) -> Count {
    Count {
        found: users.users.iter().filter(|user| counts(user)).count(),
        more: users.more,
    }
}

/// Whether a person could sign in, if a code could reach them.
fn is_unreachable(user: &Value) -> bool {
    let attribute = |name: &str| {
        let attributes = user
            .get("Attributes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut named =
            attributes.filter(move |entry| entry.get("Name").and_then(Value::as_str) == Some(name));
        named.next().and_then(|entry| entry.get("Value")?.as_str())
    };
    let is_active = user.get("Enabled").and_then(Value::as_bool) != Some(false)
        && user.get("UserStatus").and_then(Value::as_str) == Some("CONFIRMED");
    is_active && (attribute("email").is_none() || attribute("email_verified") != Some("true"))
}
