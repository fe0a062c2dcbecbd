//! DynamoDB with one table, for counters: an item is a user's, `POOL/USERNAME/SUB`, and lies in the pool's own store.
//!
//! Items are changed with compare-and-set, so that of two conditional writes at once one fails, as there.

use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::records::{CounterRecord, Key, PoolRecord, RecordBatch, Stored, load};
use poolhouse_pool::triggers::{COUNTERS_TABLE, names_function};
use poolhouse_store::{Batch, CommitError};
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::expression::{Item, Meaning};

/// Bytes of one item at most.
const LARGEST_ITEM: usize = 16 << 10;
/// How often a write is begun again that another one came before.
const TRIES: usize = 16;

/// `GetItem`, `UpdateItem` and `PutItem`.
pub(crate) async fn serve(call: &Call<'_>) -> Result<Answer, Fault> {
    let operation = call.target();
    if !["GetItem", "UpdateItem", "PutItem"].contains(&operation) {
        return Err(Fault::unavailable(&format!("dynamodb:{operation}")));
    }
    let body = call.json()?;
    let table = body.get("TableName").and_then(Value::as_str).unwrap_or_default();
    if table != COUNTERS_TABLE {
        let message = format!("There is no table {table} here, only {COUNTERS_TABLE}.");
        return Err(Fault::new("ResourceNotFoundException", message));
    }
    refuse_members(&body)?;
    let key = match operation {
        "PutItem" => body.pointer("/Item/id/S"),
        _ => body.pointer("/Key/id/S"),
    };
    let id = key.and_then(Value::as_str).unwrap_or_default().to_owned();
    let row = row(call, &id).await?;
    match operation {
        "GetItem" => {
            let found = read(call, &row).await?;
            let item = found.map(|found| found.value.item);
            Ok(Answer::Json(
                item.map_or(json!({}), |item| json!({ "Item": item })),
            ))
        }
        _ => write(call, &row, &id, &body).await,
    }
}

/// What would change the answer or the effect and is not done is refused.
fn refuse_members(body: &Value) -> Result<(), Fault> {
    let says = |member: &str| body.get(member).filter(|value| !value.is_null());
    for member in [
        "AttributeUpdates",
        "Expected",
        "ConditionalOperator",
        "ProjectionExpression",
        "AttributesToGet",
    ] {
        if says(member).is_some() {
            return Err(Fault::unavailable(&format!("{member} in its table of counters")));
        }
    }
    match says("ReturnValues").and_then(Value::as_str) {
        None | Some("NONE") => Ok(()),
        Some(_) => Err(Fault::unavailable("ReturnValues in its table of counters")),
    }
}

/// Where an item lies, if the function serves the pool that it is about.
async fn row(call: &Call<'_>, id: &str) -> Result<Key<CounterRecord>, Fault> {
    let parts: Vec<&str> = id.split('/').collect();
    let legal = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    let ([pool_id, .., sub], 3..) = (parts.as_slice(), parts.len()) else {
        return Err(no_key());
    };
    if !legal(pool_id) || !legal(sub) {
        return Err(no_key());
    }
    let pool = load(call.ctx.platform(), &PoolRecord::key(pool_id)).await;
    let pool = pool.map_err(|error| Fault::internal(&ApiError::from(error)))?;
    if pool.is_some_and(|pool| names_function(&pool.value, &call.function.function)) {
        Ok(CounterRecord::key(pool_id, sub))
    } else {
        let function = &call.function.function;
        Err(Fault::denied(&format!(
            "The function {function} is no trigger of the pool {pool_id}."
        )))
    }
}

fn no_key() -> Fault {
    Fault::new(
        "ValidationException",
        "An item of this table is about a user: its key is id, a text of the form POOL/USERNAME/SUB.",
    )
}

async fn read(call: &Call<'_>, row: &Key<CounterRecord>) -> Result<Option<Stored<CounterRecord>>, Fault> {
    let found = load(call.ctx.platform(), row).await;
    found.map_err(|error| Fault::internal(&ApiError::from(error)))
}

async fn write(call: &Call<'_>, row: &Key<CounterRecord>, id: &str, body: &Value) -> Result<Answer, Fault> {
    let meaning = Meaning::of(body);
    let condition = body.get("ConditionExpression").and_then(Value::as_str);
    let update = body.get("UpdateExpression").and_then(Value::as_str);
    for _ in 0..TRIES {
        let found = read(call, row).await?;
        let held = found.as_ref().map(|found| &found.value.item);
        if let Some(condition) = condition
            && !meaning.holds(condition, held)?
        {
            return Err(Fault::new(
                "ConditionalCheckFailedException",
                "The conditional request failed",
            ));
        }
        let record = CounterRecord {
            item: changed(held, id, update, body, &meaning)?,
        };
        let batch = match &found {
            Some(found) => Batch::new().replace(found, &record),
            None => Batch::new().create(row.clone(), &record),
        };
        match call.ctx.platform().commit(batch).await {
            Ok(_) => return Ok(Answer::Json(json!({}))),
            // Somebody wrote in between, and the condition has to be judged anew.
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(Fault::internal(&error.into())),
        }
    }
    Err(Fault::new(
        "ThrottlingException",
        "The item is being written by too many at once.",
    ))
}

/// The item as it is to be.
fn changed(
    held: Option<&Item>,
    id: &str,
    update: Option<&str>,
    body: &Value,
    meaning: &Meaning<'_>,
) -> Result<Item, Fault> {
    let mut item = match body.get("Item").and_then(Value::as_object) {
        Some(put) => put.clone(),
        None => held.cloned().unwrap_or_default(),
    };
    if let Some(update) = update {
        meaning.apply(update, &mut item)?;
    }
    item.insert("id".to_owned(), json!({ "S": id }));
    if Value::Object(item.clone()).to_string().len() > LARGEST_ITEM {
        return Err(Fault::new(
            "ValidationException",
            "Item size has exceeded the maximum allowed size",
        ));
    }
    Ok(item)
}
