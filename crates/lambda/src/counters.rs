//! Ledgers in a DynamoDB table, each written only over what was read: counters that parallel sign-ins cannot outrun.
//!
//! One item is one user. `id` names pool, user and sub; `ledger` is the signed text that would stand in the attribute;
//! `writes` is how often the item was written, which every write is conditional on; `expires` is for the table's time to
//! live. `docs/decisions/exact-counters.md` says what that buys and what it costs.

use poolhouse_confirm::{Settings, ledger_has_row};
use poolhouse_outbound::aws::{CallError, Clock, Service, Session};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::aws::{Aws, Kind};
use crate::vars::{InitError, Vars};

/// The variable that names the table.
const VARIABLE: &str = "COUNTERS_TABLE";
/// After how many seconds a ledger counts nothing any more: its longest window is a day, in slots.
const SPENT_AFTER_S: u64 = 2 * DAY_S;
const DAY_S: u64 = 24 * 60 * 60;

/// The table, if the functions keep their ledgers in one.
pub(crate) struct Counters {
    service: Service,
    table: String,
    /// How long an item is of use after its last write, in seconds.
    lasts_s: u64,
    clock: Clock,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    /// It is durable.
    Done,
    /// Somebody else has written since the item was read. Nothing was changed.
    Overtaken,
}

impl Counters {
    /// `None` if no table is named.
    ///
    /// # Errors
    /// The name cannot be one, or what the table needs beside it is not set.
    pub(crate) fn from_vars(
        vars: &Vars,
        settings: &Settings,
        aws: Option<&Aws<'_>>,
        clock: &Clock,
    ) -> Result<Option<Self>, InitError> {
        let Some(table) = vars.get(VARIABLE) else {
            return Ok(None);
        };
        let unusable = |why: &str| InitError::Unusable {
            name: VARIABLE,
            why: why.to_owned(),
        };
        if !is_table(&table) {
            return Err(unusable("it is neither the name nor the ARN of a table"));
        }
        if settings.keys.is_none() {
            return Err(unusable("it needs OTP_KEY, which signs what is counted"));
        }
        let why = "it needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set";
        let service = aws.ok_or_else(|| unusable(why))?.service(Kind::Tables, None)?;
        Ok(Some(Self {
            service,
            table,
            lasts_s: SPENT_AFTER_S + u64::from(settings.trusted_device_days) * DAY_S,
            clock: Clock::clone(clock),
        }))
    }

    /// The item of the user that an event is about; `None` if it names none.
    pub(crate) fn item(&self, event: &Value) -> Option<Item<'_>> {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        let named = |pointer: &str| text(pointer).filter(|text| !text.is_empty());
        let (pool, user_name) = (named("/userPoolId")?, named("/userName")?);
        let sub = text("/request/userAttributes/sub").unwrap_or_default();
        Some(Item {
            counters: self,
            session: Session::json_1_0(self.service.clone()),
            id: format!("{pool}/{user_name}/{sub}"),
            writes: 0,
        })
    }
}

/// A table's name, or its ARN, as DynamoDB takes them: 3 to 255 letters, digits, `_`, `-`, `.`, and what an ARN has more.
fn is_table(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/');
    (3..=1024).contains(&text.len()) && text.bytes().all(allowed)
}

/// One user's ledger in the table, reached over one connection that lives as long as the call.
pub(crate) struct Item<'a> {
    counters: &'a Counters,
    session: Session,
    id: String,
    /// How often it had been written when it was read; 0 if it was not there.
    writes: u64,
}

impl Item<'_> {
    /// The ledger as it is now; `None` if the user has none. Reads are strongly consistent.
    pub(crate) async fn read(&mut self, by: Instant) -> Result<Option<String>, CallError> {
        let body = json!({
            "TableName": self.counters.table,
            "Key": { "id": { "S": self.id } },
            "ConsistentRead": true,
        });
        let answer = self.session.call("DynamoDB_20120810.GetItem", &body, by).await?;
        let Some(item) = answer.get("Item") else {
            self.writes = 0;
            return Ok(None);
        };
        let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
        let (Some(ledger), Some(Ok(writes))) = (text("/ledger/S"), text("/writes/N").map(str::parse)) else {
            return Err(self.session.unreadable());
        };
        self.writes = writes;
        Ok(Some(ledger.to_owned()))
    }

    /// Writes the ledger over what was read, and over nothing else.
    pub(crate) async fn write(&mut self, ledger: &str, by: Instant) -> Result<Wrote, CallError> {
        let (condition, read) = match self.writes {
            0 => ("attribute_not_exists(id)", None),
            writes => ("writes = :read", Some(writes)),
        };
        let wrote = self.update(ledger, condition, read, by).await?;
        if wrote == Wrote::Done {
            self.writes += 1;
        }
        Ok(wrote)
    }

    /// A write that never happens, for users who do not exist: it takes as long as one.
    pub(crate) async fn rehearse(&mut self, by: Instant) -> Result<(), CallError> {
        self.update("", "attribute_not_exists(id) AND attribute_exists(id)", None, by)
            .await
            .map(drop)
    }

    async fn update(
        &mut self,
        ledger: &str,
        condition: &str,
        read: Option<u64>,
        by: Instant,
    ) -> Result<Wrote, CallError> {
        let mut values = json!({
            ":ledger": { "S": ledger },
            ":writes": { "N": (self.writes + 1).to_string() },
        });
        // Wrong codes in a row are counted until something takes them away: such an item does not end by itself.
        let update = if ledger_has_row(ledger) {
            "SET ledger = :ledger, writes = :writes REMOVE expires"
        } else {
            let expires = (self.counters.clock)().as_secs() + self.counters.lasts_s;
            values[":expires"] = json!({ "N": expires.to_string() });
            "SET ledger = :ledger, writes = :writes, expires = :expires"
        };
        // DynamoDB refuses values that no expression uses.
        if let Some(read) = read {
            values[":read"] = json!({ "N": read.to_string() });
        }
        let body = json!({
            "TableName": self.counters.table,
            "Key": { "id": { "S": self.id } },
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        });
        match self.session.call("DynamoDB_20120810.UpdateItem", &body, by).await {
            Ok(_) => Ok(Wrote::Done),
            Err(error)
                if error
                    .refusal()
                    .is_some_and(|refusal| refusal.code == "ConditionalCheckFailedException") =>
            {
                Ok(Wrote::Overtaken)
            }
            Err(error) => Err(error),
        }
    }
}
