//! A DynamoDB table of counters, as far as the tools and the functions call one, and Secrets Manager with one secret.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The items by their ids, and the secret.
#[derive(Default)]
pub struct Kept {
    pub items: BTreeMap<String, Value>,
    pub secret: Option<String>,
    /// How many writes somebody else is to come before.
    pub overtakes: usize,
}

/// What it answers, with the status; `None` for another service's operation.
pub fn answer(kept: &mut Kept, operation: &str, body: &Value) -> Option<(u16, Value)> {
    let id = body["Key"]["id"]["S"].as_str().unwrap_or_default();
    Some(match operation {
        "GetSecretValue" => match &kept.secret {
            Some(secret) => (200, json!({ "SecretString": format!("{secret}\n") })),
            None => (
                400,
                json!({ "__type": "AccessDeniedException", "message": "said the stand-in" }),
            ),
        },
        "GetItem" => match kept.items.get(id) {
            Some(item) => (200, json!({ "Item": item })),
            None => (200, json!({})),
        },
        "UpdateItem" => {
            if kept.overtakes > 0 {
                kept.overtakes -= 1;
                count(kept, id);
            }
            let writes = kept.items.get(id).map(|item| item["writes"]["N"].clone());
            let values = &body["ExpressionAttributeValues"];
            let is_right = match body["ConditionExpression"].as_str().unwrap() {
                "attribute_not_exists(id)" => writes.is_none(),
                "writes = :read" => writes.as_ref() == Some(&values[":read"]["N"]),
                other => panic!("{other}"),
            };
            if !is_right {
                return Some((400, json!({ "__type": "ConditionalCheckFailedException" })));
            }
            let mut item =
                json!({ "id": { "S": id }, "ledger": values[":ledger"], "writes": values[":writes"] });
            if let Some(expires) = values.get(":expires") {
                item["expires"] = expires.clone();
            }
            kept.items.insert(id.to_owned(), item);
            (200, json!({}))
        }
        "Scan" => scan(kept, body),
        _ => return None,
    })
}

/// Somebody else's write: the same ledger, counted once more.
fn count(kept: &mut Kept, id: &str) {
    if let Some(item) = kept.items.get_mut(id) {
        let writes: u64 = item["writes"]["N"].as_str().unwrap().parse().unwrap();
        item["writes"]["N"] = json!((writes + 1).to_string());
    }
}

/// One item a page.
fn scan(kept: &Kept, body: &Value) -> (u16, Value) {
    let prefix = body["ExpressionAttributeValues"][":prefix"]["S"]
        .as_str()
        .unwrap();
    let after = body["ExclusiveStartKey"]["id"]["S"].as_str().unwrap_or_default();
    let mut rest = kept
        .items
        .range(after.to_owned()..)
        .filter(|(id, _)| id.as_str() > after);
    let Some((id, item)) = rest.next() else {
        return (200, json!({ "Items": [] }));
    };
    let items: Vec<&Value> = id.starts_with(prefix).then_some(item).into_iter().collect();
    (
        200,
        json!({ "Items": items, "LastEvaluatedKey": { "id": { "S": id } } }),
    )
}
