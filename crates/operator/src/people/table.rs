//! The DynamoDB table in which functions count exactly: an item for each user, written only over what was read. What an
//! item holds is said where the functions write it, in `crates/lambda/src/counters.rs`.

use poolhouse_confirm::ledger_has_row;
use poolhouse_outbound::aws::Effect;
use serde_json::{Value, json};

use crate::aws::{Aws, AwsError, Service};

const TARGET: &str = "DynamoDB_20120810";
/// After how many seconds a ledger counts nothing any more.
const SPENT_AFTER_S: u64 = 2 * DAY_S;
const DAY_S: u64 = 24 * 60 * 60;

/// The table.
pub(super) struct Table<'a> {
    pub(super) aws: &'a Aws,
    pub(super) name: String,
    pub(super) trusted_device_days: u16,
}

/// An item as it was read.
pub(super) struct Item {
    pub(super) id: String,
    pub(super) ledger: String,
    pub(super) writes: u64,
}

/// A page of items.
pub(super) struct Page {
    pub(super) items: Vec<Item>,
    /// Where the next page begins.
    pub(super) next: Option<Value>,
}

impl Table<'_> {
    /// The item with this id, as it is now.
    pub(super) async fn get(&self, id: &str) -> Result<Option<Item>, AwsError> {
        let body = json!({ "TableName": self.name, "Key": { "id": { "S": id } }, "ConsistentRead": true });
        let answer = self.call("GetItem", Effect::Reads, &body).await?;
        match answer.get("Item") {
            None => Ok(None),
            Some(item) => item_of(item).map(Some).ok_or_else(|| self.unreadable()),
        }
    }

    /// Writes a ledger over what was read, and over nothing else. Returns whether it was written: somebody may have counted
    /// meanwhile.
    pub(super) async fn put(&self, id: &str, ledger: &str, read: u64, now: u64) -> Result<bool, AwsError> {
        let mut values = json!({ ":ledger": { "S": ledger }, ":writes": { "N": (read + 1).to_string() } });
        let update = if ledger_has_row(ledger) {
            "SET ledger = :ledger, writes = :writes REMOVE expires"
        } else {
            let lasts_s = SPENT_AFTER_S + u64::from(self.trusted_device_days) * DAY_S;
            values[":expires"] = json!({ "N": (now + lasts_s).to_string() });
            "SET ledger = :ledger, writes = :writes, expires = :expires"
        };
        let condition = match read {
            0 => "attribute_not_exists(id)",
            _ => {
                values[":read"] = json!({ "N": read.to_string() });
                "writes = :read"
            }
        };
        let body = json!({
            "TableName": self.name,
            "Key": { "id": { "S": id } },
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        });
        match self.call("UpdateItem", Effect::Writes, &body).await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == "ConditionalCheckFailedException" => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A page of the items whose ids begin so.
    pub(super) async fn page(&self, prefix: &str, from: Option<Value>) -> Result<Page, AwsError> {
        let mut body = json!({
            "TableName": self.name,
            "FilterExpression": "begins_with(id, :prefix)",
            "ExpressionAttributeValues": { ":prefix": { "S": prefix } },
        });
        if let Some(from) = from {
            body["ExclusiveStartKey"] = from;
        }
        let answer = self.call("Scan", Effect::Reads, &body).await?;
        let items = answer
            .get("Items")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        Ok(Page {
            // What is no ledger in the table, such as a grant of the door, is nobody's counters.
            items: items.filter_map(item_of).collect(),
            next: answer
                .get("LastEvaluatedKey")
                .filter(|key| !key.is_null())
                .cloned(),
        })
    }

    async fn call(&self, operation: &'static str, effect: Effect, body: &Value) -> Result<Value, AwsError> {
        self.aws
            .json(Service::Tables, TARGET, operation, effect, body)
            .await
    }

    fn unreadable(&self) -> AwsError {
        self.aws.not_the_service(Service::Tables, 200)
    }
}

fn item_of(item: &Value) -> Option<Item> {
    let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
    Some(Item {
        id: text("/id/S")?.to_owned(),
        ledger: text("/ledger/S")?.to_owned(),
        writes: text("/writes/N")?.parse().ok()?,
    })
}
