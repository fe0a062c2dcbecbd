//! What `--fix` does: only what takes nothing from anybody who signs in as they should.

use serde_json::{Value, json};

use super::facts::{Facts, Known};
use super::rules::client::{is_session_short, tells_users, told_minutes};
use super::rules::trigger::with_access;
use crate::arn::FunctionArn;
use crate::change::{Permission, Plan};
use crate::pool::attribute::{self, Usual};
use crate::pool::policy::Access;
use crate::pool::{Client, State};

/// The plan that mends what can be mended safely. `mfa` is how the pool's MFA is set, to see that it stays so.
pub(crate) fn plan(facts: &Facts, mfa: Option<Value>) -> Plan {
    let state = State {
        pool: facts.pool.clone(),
        clients: facts.clients.clone(),
        mfa,
    };
    let mut plan = Plan::of(state);
    let attribute = facts.attribute_name();
    let mut notes = Vec::new();
    for client in &mut plan.clients {
        if tells_users(client) {
            client.description["PreventUserExistenceErrors"] = json!("ENABLED");
        }
        if facts.subjects.contains(&client.id) && is_session_short(client, facts) {
            client.description["AuthSessionValidity"] = json!(told_minutes(facts));
        }
        for list in Usual::LISTS {
            notes.extend(without_attribute(client, &facts.pool, list, &attribute));
        }
    }
    plan.notes = notes;
    for function in with_access(facts, Access::Denied) {
        if let Some(arn) = FunctionArn::parse(&function.arn).filter(|_| is_known(&function.statements)) {
            plan.grants.push(Permission::ours(arn, facts.pool_id()));
        }
    }
    plan
}

fn is_known<T>(known: &Known<T>) -> bool {
    known.get().is_some()
}

/// Takes the attribute out of a list; a client without one gets a list of all the others, which takes nothing else from
/// it. A list with nothing else in it is left alone: an empty one would mean every attribute. Returns a note about that.
fn without_attribute(
    client: &mut Client,
    pool: &Value,
    list: (&str, Usual),
    attribute: &str,
) -> Option<String> {
    let (member, usual) = list;
    let label = client.label();
    let held = client.description.get(member).and_then(Value::as_array);
    let mut list = match held.filter(|list| !list.is_empty()) {
        Some(list) => list.clone(),
        None => attribute::usual(pool, usual),
    };
    if !list.iter().any(|name| name == attribute) {
        return None;
    }
    if list.len() == 1 {
        return Some(format!(
            "{label}: {member} names {attribute} alone and stays; without it the list would mean every attribute"
        ));
    }
    list.retain(|name| name != attribute);
    client.description[member] = Value::Array(list);
    None
}
