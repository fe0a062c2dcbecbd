//! The file that a change can be taken back from.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde_json::{Value, json};

use super::plan::{Permission, Plan};
use crate::arn::FunctionArn;
use crate::pool::{Client, State};

/// What stands in every file, so that another file is refused.
const FORMAT: &str = "poolhouse-snapshot-1";

/// A pool and its app clients as they were before a change, and what the change did beside them. App clients' secrets
/// are not in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Snapshot {
    /// When it was taken, in RFC 3339.
    pub(crate) taken: String,
    /// What it was taken for.
    pub(crate) command: String,
    /// Where the pool is.
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) state: State,
    /// A custom attribute that the change added.
    pub(crate) attribute: Option<String>,
    pub(crate) grants: Vec<Permission>,
    pub(crate) revokes: Vec<Permission>,
    /// The plan, as it was shown.
    pub(crate) plan: Vec<String>,
}

impl Snapshot {
    /// The snapshot before a plan.
    pub(crate) fn before(plan: &Plan, command: &str, endpoint: String, region: String, now: u64) -> Snapshot {
        Snapshot {
            taken: rfc_3339(now),
            command: command.to_owned(),
            endpoint,
            region,
            state: plan.before.clone(),
            attribute: plan.attribute.clone(),
            grants: plan.grants.clone(),
            revokes: plan.revokes.clone(),
            plan: plan.lines(),
        }
    }

    /// The pool's id.
    pub(crate) fn pool_id(&self) -> &str {
        self.state
            .pool
            .get("Id")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn to_json(&self) -> Value {
        json!({
            "format": FORMAT,
            "taken": self.taken,
            "command": self.command,
            "endpoint": self.endpoint,
            "region": self.region,
            "userPool": self.state.pool,
            "appClients": self.state.clients.iter().map(|client| &client.description).collect::<Vec<_>>(),
            "mfa": self.state.mfa,
            "attributeAdded": self.attribute,
            "permissionsAdded": permissions(&self.grants),
            "permissionsRemoved": permissions(&self.revokes),
            "plan": self.plan,
        })
    }

    fn from_json(value: &Value) -> Option<Snapshot> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        if text("format")? != FORMAT {
            return None;
        }
        let clients = value.get("appClients")?.as_array()?.iter().map(|description| {
            let id = description.get("ClientId")?.as_str()?.to_owned();
            Some(Client {
                id,
                description: description.clone(),
            })
        });
        let pool = value.get("userPool")?.clone();
        pool.get("Id")?.as_str()?;
        Some(Snapshot {
            taken: text("taken")?,
            command: text("command")?,
            endpoint: text("endpoint")?,
            region: text("region")?,
            state: State {
                pool,
                clients: clients.collect::<Option<_>>()?,
                mfa: value.get("mfa").filter(|mfa| !mfa.is_null()).cloned(),
            },
            attribute: text("attributeAdded"),
            grants: read_permissions(value.get("permissionsAdded")?)?,
            revokes: read_permissions(value.get("permissionsRemoved")?)?,
            plan: value
                .get("plan")?
                .as_array()?
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Writes a new file that only its owner can read, and is not done before it is on disk.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub(crate) fn write(&self, path: &Path) -> Result<(), SnapshotError> {
        let fail = |source| SnapshotError {
            path: path.display().to_string(),
            why: Why::Write(source),
        };
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(fail)?;
        let text = format!("{:#}\n", self.to_json());
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(fail)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no snapshot.
    pub(crate) fn read(path: &Path) -> Result<Snapshot, SnapshotError> {
        let fail = |why| SnapshotError {
            path: path.display().to_string(),
            why,
        };
        let text = std::fs::read_to_string(path).map_err(|source| fail(Why::Read(source)))?;
        let value = serde_json::from_str(&text).unwrap_or(Value::Null);
        Snapshot::from_json(&value).ok_or_else(|| fail(Why::Form))
    }
}

fn permissions(list: &[Permission]) -> Vec<Value> {
    let entry = |permission: &Permission| json!({ "function": permission.function.to_string(), "statementId": permission.statement_id });
    list.iter().map(entry).collect()
}

fn read_permissions(list: &Value) -> Option<Vec<Permission>> {
    let entry = |value: &Value| {
        Some(Permission {
            function: FunctionArn::parse(value.get("function")?.as_str()?)?,
            statement_id: value.get("statementId")?.as_str()?.to_owned(),
        })
    };
    list.as_array()?.iter().map(entry).collect()
}

/// `2026-01-02T03:04:05Z`
pub(crate) fn rfc_3339(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds)
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}

/// Why there is no snapshot.
#[derive(Debug)]
pub(crate) struct SnapshotError {
    path: String,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Write(io::Error),
    Read(io::Error),
    Form,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Write(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                write!(
                    f,
                    "the snapshot {} exists already; nothing was changed, name another with --snapshot",
                    self.path
                )
            }
            Why::Write(_) => {
                write!(
                    f,
                    "the snapshot {} cannot be written; nothing was changed",
                    self.path
                )
            }
            Why::Read(_) => write!(f, "the snapshot {} cannot be read", self.path),
            Why::Form => write!(f, "{} is no snapshot of these tools", self.path),
        }
    }
}

impl Error for SnapshotError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.why {
            Why::Write(source) | Why::Read(source) => Some(source),
            Why::Form => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let arn = FunctionArn::parse("arn:aws:lambda:eu-central-1:1:function:2faDefine").unwrap();
        let client = Client {
            id: "c".to_owned(),
            description: json!({ "ClientId": "c", "New": [1] }),
        };
        let state = State {
            pool: json!({ "Id": "a_b", "Name": "people" }),
            clients: vec![client],
            mfa: Some(json!({ "MfaConfiguration": "OFF" })),
        };
        let mut plan = Plan::of(state);
        plan.grants = vec![Permission::ours(arn, "a_b")];
        plan.attribute = Some("authChallenge".to_owned());
        Snapshot::before(
            &plan,
            "attach",
            "http://127.0.0.1:9229".to_owned(),
            "eu-central-1".to_owned(),
            1_767_323_045,
        )
    }

    #[test]
    fn what_is_written_is_read_back() {
        let snapshot = snapshot();
        assert_eq!(snapshot.taken, "2026-01-02T03:04:05Z");
        assert_eq!(Snapshot::from_json(&snapshot.to_json()), Some(snapshot));
    }

    #[test]
    fn any_other_file_is_refused() {
        let mut value = snapshot().to_json();
        value["format"] = json!("poolhouse-snapshot-2");
        assert_eq!(Snapshot::from_json(&value), None);
        for member in ["userPool", "appClients", "permissionsAdded", "region"] {
            let mut value = snapshot().to_json();
            value[member] = Value::Null;
            assert_eq!(Snapshot::from_json(&value), None, "{member}");
        }
        assert_eq!(Snapshot::from_json(&Value::Null), None);
    }
}
