//! What `rollback` changes: everything back to a snapshot.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use crate::change::{Permission, Plan, Snapshot};
use crate::pool::{Client, State};

/// The plan that makes the pool what it was when the snapshot was taken. `there` are those permissions of the snapshot
/// that the functions have now; `None` if no Lambda says so.
///
/// # Errors
/// The snapshot is of another pool.
pub(crate) fn plan(
    now: State,
    snapshot: &Snapshot,
    there: Option<&[Permission]>,
) -> Result<Plan, RollbackError> {
    if now.pool_arn() != snapshot.state.pool_arn() {
        return Err(RollbackError {
            found: now.pool_arn().to_owned(),
            snapshot: snapshot.state.pool_arn().to_owned(),
        });
    }
    let mut plan = Plan::of(now);
    plan.pool = restored(&plan.before.pool, &snapshot.state.pool, POOL_STAYS);
    plan.clients = plan
        .before
        .clients
        .iter()
        .map(|client| restored_client(client, &snapshot.state))
        .collect();
    match there {
        Some(there) => {
            let is_there = |permission: &&Permission| there.contains(permission);
            plan.revokes = snapshot.grants.iter().filter(is_there).cloned().collect();
            plan.grants = snapshot
                .revokes
                .iter()
                .filter(|permission| !is_there(permission))
                .cloned()
                .collect();
        }
        None if snapshot.grants.is_empty() && snapshot.revokes.is_empty() => {}
        None => plan.notes.push(
            "no Lambda is around this pool, so the permissions to invoke the functions stay as they are"
                .to_owned(),
        ),
    }
    plan.notes.extend(notes_of_gone(&plan.before, snapshot));
    if let Some(name) = &snapshot.attribute {
        plan.notes.push(format!(
            "custom:{name} stays: Cognito never removes a custom attribute"
        ));
    }
    let changes = plan.before.differences(&plan.after());
    let planned_then = |line: &str| snapshot.plan.iter().any(|then| path_of(then) == path_of(line));
    for (part, differences) in &changes {
        for difference in differences {
            if !planned_then(&difference.to_string()) {
                plan.notes.push(format!(
                    "{part}: {} was changed by somebody else since {} and goes back too",
                    difference.path, snapshot.taken
                ));
            }
        }
    }
    Ok(plan)
}

/// A note for each app client of the snapshot that is not there any more.
fn notes_of_gone(now: &State, snapshot: &Snapshot) -> Vec<String> {
    let is_there = |client: &&Client| now.clients.iter().any(|found| found.id == client.id);
    let gone = snapshot.state.clients.iter().filter(|client| !is_there(client));
    let note = |client: &Client| {
        format!(
            "{} was deleted since {} and is not brought back; everything else is",
            client.label(),
            snapshot.taken
        )
    };
    gone.map(note).collect()
}

/// Members of a pool's description that no update can bring back.
const POOL_STAYS: &[&str] = &[
    "SchemaAttributes",
    "Domain",
    "CustomDomain",
    "Status",
    "EmailConfigurationFailure",
    "SmsConfigurationFailure",
    "EstimatedNumberOfUsers",
    "LastModifiedDate",
];

/// The description of then, with the members of now that stay.
fn restored(now: &Value, then: &Value, stays: &[&str]) -> Value {
    let mut restored = then.clone();
    if let Some(members) = restored.as_object_mut() {
        for name in stays {
            match now.get(*name) {
                Some(value) => drop(members.insert((*name).to_owned(), value.clone())),
                None => drop(members.shift_remove(*name)),
            }
        }
    }
    restored
}

fn restored_client(now: &Client, then: &State) -> Client {
    let found = then.clients.iter().find(|client| client.id == now.id);
    let description = found.map_or_else(
        || now.description.clone(),
        |then| restored(&now.description, &then.description, &["LastModifiedDate"]),
    );
    Client {
        id: now.id.clone(),
        description,
    }
}

/// The member that a line of a plan is about.
fn path_of(line: &str) -> &str {
    let line = line.trim_start().trim_start_matches(['+', '-', '~', ' ']);
    line.split(':').next().unwrap_or_default()
}

/// The snapshot is of another pool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RollbackError {
    found: String,
    snapshot: String,
}

impl fmt::Display for RollbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the snapshot is of {}, and what was found is {}",
            self.snapshot, self.found
        )
    }
}

impl Error for RollbackError {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arn::FunctionArn;

    fn state(trigger: Option<&str>, name: &str) -> State {
        State {
            pool: json!({
                "Id": "a_b", "Arn": "arn:pool", "Name": name, "EstimatedNumberOfUsers": 1,
                "LambdaConfig": trigger.map(|arn| json!({ "DefineAuthChallenge": arn })),
            }),
            clients: vec![Client {
                id: "c".to_owned(),
                description: json!({ "ClientId": "c", "AuthSessionValidity": 3 }),
            }],
            mfa: None,
        }
    }

    fn snapshot() -> Snapshot {
        let mut plan = Plan::of(state(None, "people"));
        plan.pool["LambdaConfig"] = json!({ "DefineAuthChallenge": "arn:d" });
        plan.clients[0].description["AuthSessionValidity"] = json!(5);
        plan.attribute = Some("authChallenge".to_owned());
        Snapshot::before(&plan, "attach", String::new(), String::new(), 0)
    }

    #[test]
    fn what_was_changed_goes_back_and_the_attribute_stays() {
        let mut now = state(Some("arn:d"), "people");
        now.clients[0].description["AuthSessionValidity"] = json!(5);
        now.pool["SchemaAttributes"] = json!([{ "Name": "custom:authChallenge" }]);
        let plan = plan(now, &snapshot(), None).unwrap();
        assert_eq!(
            plan.lines(),
            [
                "user pool",
                "  - LambdaConfig.DefineAuthChallenge: arn:d",
                "app client c (c)",
                "  ~ AuthSessionValidity: 5 → 3"
            ]
        );
        assert_eq!(
            plan.notes,
            ["custom:authChallenge stays: Cognito never removes a custom attribute"]
        );
    }

    #[test]
    fn what_others_changed_since_is_named_before_it_goes_back() {
        let plan = plan(state(Some("arn:d"), "renamed"), &snapshot(), None).unwrap();
        assert_eq!(
            plan.notes[1..],
            ["user pool: Name was changed by somebody else since 1970-01-01T00:00:00Z and goes back too"]
        );
    }

    #[test]
    fn permissions_go_back_as_far_as_they_are_not_there_already() {
        let permission = |name: &str| {
            let arn = format!("arn:aws:lambda:eu-central-1:1:function:{name}");
            Permission::ours(FunctionArn::parse(&arn).unwrap(), "a_b")
        };
        let mut snapshot = snapshot();
        snapshot.grants = vec![permission("granted"), permission("granted-and-gone")];
        snapshot.revokes = vec![permission("revoked"), permission("revoked-and-back")];
        let there = [permission("granted"), permission("revoked-and-back")];
        let made = plan(state(None, "people"), &snapshot, Some(&there)).unwrap();
        assert_eq!(
            (made.revokes, made.grants),
            (vec![permission("granted")], vec![permission("revoked")])
        );
        let unseen = plan(state(None, "people"), &snapshot, None).unwrap();
        assert!(unseen.revokes.is_empty() && unseen.grants.is_empty());
        assert_eq!(
            unseen.notes[0],
            "no Lambda is around this pool, so the permissions to invoke the functions stay as they are"
        );
    }

    #[test]
    fn a_snapshot_of_another_pool_is_refused() {
        let mut now = state(None, "people");
        now.pool["Arn"] = json!("arn:other");
        assert_eq!(
            plan(now, &snapshot(), None).unwrap_err().to_string(),
            "the snapshot is of arn:pool, and what was found is arn:other"
        );
    }
}
