//! The ledgers of users on Cognito: how somebody stands with the code factor, and what an administrator does about it. They
//! are where the functions keep them, in the user's attribute or in the table of counters, and are read and signed with the
//! functions' own key.

mod keys;
mod table;

use std::error::Error;
use std::fmt;

use poolhouse_confirm::{Person, Settings, SettingsError, Standing, standing};
use serde_json::Value;

use crate::aws::{Aws, AwsError, Functions, Service, UserPools, is_ours};
use crate::pool::Trigger;
pub(crate) use keys::NoValue;
use table::Table;

/// How often a write begins again when functions count the same user at the same moment.
const MOST_ROUNDS: usize = 8;

/// What goes before the settings of the functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Overrides {
    /// The custom attribute, without `custom:`.
    pub(crate) attribute: Option<String>,
    /// The table of counters.
    pub(crate) table: Option<String>,
    /// The key, or a reference to it.
    pub(crate) key: Option<String>,
}

/// The ledgers of a pool's users.
pub(crate) struct Books<'a> {
    pools: UserPools<'a>,
    settings: Settings,
    table: Option<Table<'a>>,
}

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) user_name: String,
    sub: String,
    attribute: Option<String>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It is written; the user stood like this before.
    From(Standing),
    /// There is no ledger of this user: nothing is counted, and no browser is known.
    Nothing,
    /// Functions counted the user at every attempt.
    Overtaken,
}

/// Those who are locked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Locked {
    /// By user name.
    pub(crate) people: Vec<(String, Standing)>,
    /// Whether there are users who were not looked at.
    pub(crate) more: bool,
}

impl<'a> Books<'a> {
    /// The ledgers where the functions behind the pool's triggers keep them.
    ///
    /// # Errors
    /// There are no such functions, or their key cannot be read.
    pub(crate) async fn open(
        pools: UserPools<'a>,
        pool: &Value,
        overrides: &Overrides,
    ) -> Result<Books<'a>, BooksError> {
        let aws = pools.aws;
        let variables = variables(aws, pool).await.map_err(BooksError::Lambda)?;
        if variables.is_null() && overrides.key.is_none() {
            return Err(BooksError::NoFunctions);
        }
        let told = |name: &str| {
            let value = variables.get(name)?.as_str()?.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let key = overrides
            .key
            .clone()
            .or_else(|| told("OTP_KEY"))
            .ok_or(BooksError::NoKey)?;
        let current = value_of(aws, &key).await?;
        // A key that was given by hand is the only one.
        let previous = match told("OTP_KEY_PREVIOUS").filter(|_| overrides.key.is_none()) {
            Some(previous) => Some(value_of(aws, &previous).await?),
            None => None,
        };
        let attribute = overrides.attribute.as_ref().map(|name| format!("custom:{name}"));
        let settings = Settings::from_vars(|name| match name {
            "OTP_KEY" => Some(current.clone()),
            "OTP_KEY_PREVIOUS" => previous.clone(),
            "CUSTOM_ATTRIBUTES" => attribute.clone().or_else(|| told(name)),
            _ => told(name),
        })
        .map_err(BooksError::Settings)?;
        let table = overrides.table.clone().or_else(|| told("COUNTERS_TABLE"));
        let table = table.map(|name| Table {
            aws,
            name,
            trusted_device_days: settings.trusted_device_days,
        });
        Ok(Books {
            pools,
            settings,
            table,
        })
    }

    /// The user with this name.
    ///
    /// # Errors
    /// There is none, or the service does not answer.
    pub(crate) async fn holder(&self, user: &str) -> Result<Holder, AwsError> {
        let found = self.pools.user(user).await?;
        self.holder_of(&found, "UserAttributes")
            .ok_or_else(|| self.pools.aws.not_the_service(Service::UserPools, 200))
    }

    fn holder_of(&self, user: &Value, list: &str) -> Option<Holder> {
        let attribute = |name: &str| {
            let mut all = user.get(list)?.as_array()?.iter();
            let found = all.find(|entry| entry.get("Name").and_then(Value::as_str) == Some(name))?;
            found.get("Value")?.as_str().map(str::to_owned)
        };
        Some(Holder {
            user_name: user.get("Username")?.as_str()?.to_owned(),
            sub: attribute("sub")?,
            attribute: attribute(&self.settings.attribute),
        })
    }

    fn person<'p>(&'p self, holder: &'p Holder) -> Person<'p> {
        Person {
            pool: self.pools.pool_id,
            user_name: &holder.user_name,
            sub: &holder.sub,
        }
    }

    /// Rewrites a user's ledger. The attribute is written over whatever was counted meanwhile: it has no compare-and-set.
    ///
    /// # Errors
    /// A service that does not answer.
    pub(crate) async fn change(
        &self,
        holder: &Holder,
        change: impl Fn(&Settings, &Person<'_>, &str, i64) -> Option<String>,
        now: u64,
    ) -> Result<Changed, AwsError> {
        let person = self.person(holder);
        let at = i64::try_from(now).unwrap_or(i64::MAX);
        let rewritten = |text: &str| {
            let stood = standing(&self.settings, &person, text, at)?;
            Some((stood, change(&self.settings, &person, text, at)?))
        };
        let Some(table) = &self.table else {
            let Some((stood, text)) = holder.attribute.as_deref().and_then(rewritten) else {
                return Ok(Changed::Nothing);
            };
            let name = &self.settings.attribute;
            self.pools.set_attribute(&holder.user_name, name, &text).await?;
            return Ok(Changed::From(stood));
        };
        let id = format!("{}/{}/{}", person.pool, person.user_name, person.sub);
        for _ in 0..MOST_ROUNDS {
            let item = table.get(&id).await?;
            // As the functions have it: a table that has nothing yet begins with what the attribute says.
            let text = item.as_ref().map(|item| item.ledger.as_str());
            let Some((stood, text)) = text.or(holder.attribute.as_deref()).and_then(rewritten) else {
                return Ok(Changed::Nothing);
            };
            let writes = item.as_ref().map_or(0, |item| item.writes);
            if table.put(&id, &text, writes, now).await? {
                return Ok(Changed::From(stood));
            }
        }
        Ok(Changed::Overtaken)
    }

    /// Everybody whose answers are not judged now, of the first so many pages of users.
    ///
    /// # Errors
    /// A service that does not answer.
    pub(crate) async fn locked(&self, now: u64, most_pages: usize) -> Result<Locked, AwsError> {
        let at = i64::try_from(now).unwrap_or(i64::MAX);
        let mut locked = Locked::default();
        let mut note = |holder: &Holder, text: &str| {
            let found = standing(&self.settings, &self.person(holder), text, at);
            let found = found.filter(|standing| standing.closed || standing.locked_s > 0);
            locked
                .people
                .extend(found.map(|standing| (holder.user_name.clone(), standing)));
        };
        let mut next = None;
        for _ in 0..most_pages {
            next = match &self.table {
                Some(table) => {
                    let prefix = format!("{}/", self.pools.pool_id);
                    let page = table.page(&prefix, next).await?;
                    for item in &page.items {
                        let named = item
                            .id
                            .strip_prefix(&prefix)
                            .and_then(|rest| rest.rsplit_once('/'));
                        if let Some((user_name, sub)) = named {
                            let holder = Holder {
                                user_name: user_name.to_owned(),
                                sub: sub.to_owned(),
                                attribute: None,
                            };
                            note(&holder, &item.ledger);
                        }
                    }
                    page.next
                }
                None => {
                    let (users, next) = self.pools.page_of_users(next).await?;
                    for user in &users {
                        if let Some(holder) = self.holder_of(user, "Attributes")
                            && let Some(text) = &holder.attribute
                        {
                            note(&holder, text);
                        }
                    }
                    next
                }
            };
            if next.is_none() {
                break;
            }
        }
        locked.more = next.is_some();
        locked.people.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(locked)
    }
}

/// How somebody stands, as a person is told.
#[must_use]
pub fn told(standing: &Standing) -> String {
    let mut parts = Vec::new();
    if standing.closed {
        parts.push(format!("closed by {} wrong codes in a row", standing.row));
    } else if standing.row > 0 {
        parts.push(format!("{} wrong codes in a row", standing.row));
    }
    if standing.locked_s > 0 {
        parts.push(format!("locked for {}", minutes(standing.locked_s)));
    }
    if standing.mail_wait_s > 0 {
        parts.push(format!("the next mail in {}", minutes(standing.mail_wait_s)));
    }
    if parts.is_empty() {
        parts.push("not locked".to_owned());
    }
    parts.join(", ")
}

fn minutes(seconds: u32) -> String {
    match seconds {
        0..=99 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

/// The variables of the first of our functions behind the pool's triggers that counts; `null` if there is none.
async fn variables(aws: &Aws, pool: &Value) -> Result<Value, AwsError> {
    if !aws.has(Service::Functions) {
        return Ok(Value::Null);
    }
    for trigger in [Trigger::Verify, Trigger::Create] {
        let Some(arn) = trigger.of(pool) else { continue };
        let configuration = Functions(aws).configuration(arn).await?;
        if let Some(found) = configuration.filter(is_ours)
            && let Some(variables) = found.pointer("/Environment/Variables")
        {
            return Ok(variables.clone());
        }
    }
    Ok(Value::Null)
}

async fn value_of(aws: &Aws, text: &str) -> Result<String, BooksError> {
    keys::value_of(aws, text)
        .await
        .map_err(|why| BooksError::Reference {
            reference: text.to_owned(),
            why,
        })
}

/// Why the ledgers cannot be read.
#[derive(Debug)]
pub(crate) enum BooksError {
    /// No function of ours is behind the pool's triggers, or there is no Lambda around it.
    NoFunctions,
    /// The functions have no key, so they keep nothing.
    NoKey,
    /// Lambda does not answer.
    Lambda(AwsError),
    /// The key is not where it is said to be.
    Reference {
        /// What the setting says, which names the key and is none.
        reference: String,
        why: NoValue,
    },
    /// The functions' settings cannot be used.
    Settings(SettingsError),
}

impl BooksError {
    /// What to do next.
    pub(crate) fn advice(&self) -> Option<String> {
        let by_hand = "Set OTP_KEY in this command's environment to the functions' key, or to a reference that can be read here";
        match self {
            BooksError::NoFunctions => Some(format!(
                "For a pool of a Poolhouse server, name its data directory: --data DIR. Otherwise: {by_hand}, and pass \
                 --counters-table if they have one."
            )),
            BooksError::NoKey => Some(
                "They run in session-only mode: nothing is kept between sign-ins, so nobody is locked."
                    .to_owned(),
            ),
            BooksError::Lambda(error)
            | BooksError::Reference {
                why: NoValue::Aws(error),
                ..
            } => Some(match error.advice() {
                Some(advice) => format!("{advice} Or: {by_hand}."),
                None => format!("{by_hand}."),
            }),
            BooksError::Reference { .. } => Some(format!("{by_hand}.")),
            BooksError::Settings(_) => None,
        }
    }
}

impl fmt::Display for BooksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BooksError::NoFunctions => {
                f.write_str("no function of Poolhouse's is behind this pool's triggers, so it is not known where counters are")
            }
            BooksError::NoKey => f.write_str("the functions have no OTP_KEY"),
            BooksError::Lambda(_) => f.write_str("the functions cannot be looked up"),
            BooksError::Reference { reference, why } => {
                write!(f, "the functions' key cannot be read from {reference}")?;
                match why {
                    NoValue::InTheFunction => f.write_str(", a file that only they have"),
                    NoValue::NoMember => f.write_str(": the secret has no such member"),
                    NoValue::Aws(_) => Ok(()),
                }
            }
            BooksError::Settings(error) => write!(f, "the functions' settings cannot be used: {error}"),
        }
    }
}

impl Error for BooksError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            BooksError::Lambda(error)
            | BooksError::Reference {
                why: NoValue::Aws(error),
                ..
            } => Some(error),
            _ => None,
        }
    }
}
