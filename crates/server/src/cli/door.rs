//! `poolhouse door`: works beside a running server, on the same database.

use serde_json::json;

use super::data;
use super::{CliError, DoorArgs, DoorState, Output, print};
use poolhouse_pool::ops::pools::door;
use poolhouse_pool::records::Door;

pub(super) fn run(arguments: &DoorArgs) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new("no threads can be started").caused_by(error))?;
    runtime.block_on(decide(arguments))
}

async fn decide(arguments: &DoorArgs) -> Result<(), CliError> {
    let (pool, client) = (&arguments.user_pool_id, arguments.client_id.as_deref());
    let data = data::existing(&arguments.at).await?;
    let platform = data.platform();
    let found = match arguments.state {
        None => door::of(&platform, pool).await,
        Some(state) => door::decide(&platform, pool, client, state == DoorState::Shut).await,
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
        return "The door is open: sign-ins without a confirm code are allowed.".to_owned();
    }
    let mut text = "The door is shut: every sign-in needs password and confirm code.".to_owned();
    for client in &door.open_clients {
        text.push_str(&format!("\nOpen for the app client {client}."));
    }
    text
}
