//! A DynamoDB table, as much of it as the functions use, which verifies every signature.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::http::{Request, Response, serve_or_stay_silent};
use crate::world::World;

/// How the table behaves.
#[derive(Clone, Copy, PartialEq)]
pub enum Mood {
    Well,
    /// There is no such table.
    Missing,
    /// Refuses everything with 500.
    Ill,
    /// Takes requests and never answers.
    Silent,
    /// Somebody else writes before each of this many writes.
    Contended(usize),
}

#[derive(Clone)]
pub struct Table(Arc<Mutex<State>>);

struct State {
    mood: Mood,
    items: HashMap<String, Value>,
    calls: Vec<String>,
}

impl Table {
    /// An empty table, and a world whose functions count in it.
    pub async fn start() -> (Self, World) {
        let state = State {
            mood: Mood::Well,
            items: HashMap::new(),
            calls: Vec::new(),
        };
        let table = Self(Arc::new(Mutex::new(state)));
        let served = table.clone();
        let address = serve_or_stay_silent(move |request| served.answer(request)).await;
        let world = World::new()
            .await
            .with("COUNTERS_TABLE", Some("codes".to_owned()));
        let endpoint = Some(format!("http://{address}"));
        (table, world.with("AWS_ENDPOINT_URL_DYNAMODB", endpoint))
    }

    pub fn set_mood(&self, mood: Mood) {
        self.0.lock().unwrap().mood = mood;
    }

    /// The calls since this was asked last.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    pub fn items(&self) -> HashMap<String, Value> {
        self.0.lock().unwrap().items.clone()
    }

    /// How often the one item was written.
    pub fn writes(&self) -> u64 {
        let items = self.items();
        let item = items.values().next().unwrap();
        item["writes"]["N"].as_str().unwrap().parse().unwrap()
    }

    /// `None` is silence.
    fn answer(&self, request: &Request) -> Option<Response> {
        let mut state = self.0.lock().unwrap();
        let body = request.signed_body("dynamodb");
        assert_eq!(request.header("content-type"), Some("application/x-amz-json-1.0"));
        let target = request.header("x-amz-target").unwrap();
        let operation = target.strip_prefix("DynamoDB_20120810.").unwrap();
        state.calls.push(operation.to_owned());
        assert_eq!(body["TableName"], "codes");
        let refused = |status, kind: &str| {
            let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
            Some(Response::new(status, json!({ "__type": kind }).to_string()))
        };
        match state.mood {
            Mood::Silent => return None,
            Mood::Ill => return refused(500, "InternalServerError"),
            Mood::Missing => return refused(400, "ResourceNotFoundException"),
            Mood::Well | Mood::Contended(_) => {}
        }
        let id = body["Key"]["id"]["S"].as_str().unwrap();
        match operation {
            "GetItem" => {
                assert_eq!(body["ConsistentRead"], true);
                let item = state.items.get(id).map(|item| json!({ "Item": item }));
                Some(Response::new(200, item.unwrap_or(json!({})).to_string()))
            }
            "UpdateItem" => match state.update(id, &body) {
                true => Some(Response::new(200, "{}")),
                false => refused(400, "ConditionalCheckFailedException"),
            },
            _ => panic!("{operation} is not called by the functions"),
        }
    }
}

impl State {
    /// Whether the condition held.
    fn update(&mut self, id: &str, body: &Value) -> bool {
        let values = &body["ExpressionAttributeValues"];
        if let Mood::Contended(left @ 1..) = self.mood {
            self.mood = Mood::Contended(left - 1);
            let item = self.items.entry(id.to_owned());
            let item = item.or_insert_with(|| json!({ "ledger": { "S": "" }, "writes": { "N": "0" } }));
            let writes: u64 = item["writes"]["N"].as_str().unwrap().parse().unwrap();
            item["writes"] = json!({ "N": (writes + 1).to_string() });
        }
        let held = match body["ConditionExpression"].as_str().unwrap() {
            "attribute_not_exists(id)" => !self.items.contains_key(id),
            "writes = :read" => self
                .items
                .get(id)
                .is_some_and(|item| item["writes"] == values[":read"]),
            "attribute_not_exists(id) AND attribute_exists(id)" => false,
            other => panic!("no condition of the functions: {other}"),
        };
        if held {
            let mut item = json!({ "ledger": values[":ledger"], "writes": values[":writes"] });
            match body["UpdateExpression"].as_str().unwrap() {
                "SET ledger = :ledger, writes = :writes, expires = :expires" => {
                    item["expires"] = values[":expires"].clone();
                }
                "SET ledger = :ledger, writes = :writes REMOVE expires" => {
                    assert_eq!(
                        values.get(":expires"),
                        None,
                        "DynamoDB refuses values that are not used"
                    );
                }
                other => panic!("no update of the functions: {other}"),
            }
            self.items.insert(id.to_owned(), item);
        }
        held
    }
}
