//! `poolhouse door`: works beside a running server, on the same database.

use serde_json::json;

use crate::args::{DoorArgs, DoorState, Output};
use crate::data;
use crate::error::CliError;
use crate::noted::noting;
use crate::output::{once, print};
use poolhouse_pool::ops::pools::door::{self, DoorOfPool};
use poolhouse_pool::records::Door;
use poolhouse_pool::request::App;

/// Doors that a server shows when it starts.
const MOST_SHOWN: usize = 20;

pub(super) fn run(arguments: &DoorArgs) -> Result<(), CliError> {
    once(decide(arguments))
}

async fn decide(arguments: &DoorArgs) -> Result<(), CliError> {
    let (pool, client) = (&arguments.user_pool_id, arguments.client_id.as_deref());
    let data = data::existing(&arguments.at.data, arguments.at.store.as_deref()).await?;
    let platform = data.platform()?;
    let found = match arguments.state {
        None => door::of(&platform, pool).await,
        Some(state) => {
            let platform = noting(&platform, "door", Some(pool));
            door::decide(&platform, pool, client, state == DoorState::Shut).await
        }
    };
    data.engine.close().await;
    let found = found.map_err(|error| CliError::new("the door was not changed").caused_by(error))?;
    let door = found.ok_or_else(|| CliError::new(format!("there is no user pool {pool}")))?;
    print(&shown(&door, arguments.at.output))
}

fn shown(door: &Door, output: Output) -> String {
    let is_shut = door.requires_code == Some(true);
    if output == Output::Json {
        return json!({ "CodeRequired": is_shut, "OpenClients": door.open_clients }).to_string();
    }
    if !is_shut {
        let mut text = "The door is open: sign-ins without a confirm code are allowed.".to_owned();
        if door.requires_code.is_none() {
            text.push_str("\nNobody has decided it. A pool that was stored before there were doors is open, too, until it is shut.");
        }
        return text;
    }
    let mut text = "The door is shut: every sign-in needs password and confirm code.".to_owned();
    for client in &door.open_clients {
        text.push_str(&format!("\nOpen for the app client {client}."));
    }
    text
}

/// The doors of the server's pools, a line each, as a server shows them when it starts.
pub async fn lines(app: &App) -> Result<Vec<String>, CliError> {
    let (doors, has_more) = door::all(&app.platform, &app.settings.functions, MOST_SHOWN)
        .await
        .map_err(|error| CliError::new("the pools' doors cannot be read").caused_by(error))?;
    let mut lines: Vec<String> = doors
        .iter()
        .map(|door| format!("  door   {}", line(door)))
        .collect();
    for DoorOfPool { pool_id, .. } in doors.iter().filter(|door| door.is_forgotten) {
        tracing::warn!(
            pool = pool_id,
            "the door stands open although the pool asks for a code: shut it with poolhouse door"
        );
    }
    if has_more {
        lines.push("  door   there are more pools: poolhouse door --user-pool-id ID".to_owned());
    }
    Ok(lines)
}

fn line(shown: &DoorOfPool) -> String {
    let DoorOfPool {
        pool_id,
        door,
        is_forgotten,
    } = shown;
    if *is_forgotten {
        return format!(
            "{pool_id} open: stored before there were doors; shut it with poolhouse door shut --user-pool-id {pool_id}"
        );
    }
    if door.requires_code != Some(true) {
        return format!("{pool_id} open: sign-ins without a confirm code are allowed");
    }
    let mut line = format!("{pool_id} shut: every sign-in needs password and confirm code");
    for client in &door.open_clients {
        line.push_str(&format!("; open for the app client {client}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_door_is_shown_as_it_stands() {
        let shown = |requires_code, clients: &[&str], is_forgotten| {
            line(&DoorOfPool {
                pool_id: "us-east-1_a".to_owned(),
                door: Door {
                    requires_code,
                    open_clients: clients.iter().map(ToString::to_string).collect(),
                },
                is_forgotten,
            })
        };
        let open = "us-east-1_a open: sign-ins without a confirm code are allowed";
        assert_eq!(shown(None, &[], false), open);
        assert_eq!(shown(Some(false), &["c"], false), open);
        assert_eq!(
            shown(None, &[], true),
            "us-east-1_a open: stored before there were doors; shut it with poolhouse door shut --user-pool-id us-east-1_a"
        );
        let shut = "us-east-1_a shut: every sign-in needs password and confirm code";
        assert_eq!(shown(Some(true), &[], false), shut);
        assert_eq!(
            shown(Some(true), &["c"], false),
            format!("{shut}; open for the app client c")
        );
    }
}
