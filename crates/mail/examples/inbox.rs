//! The local inbox alone: prints the address it listens on, then each mail as one line of JSON.
//!
//! `tests/mail` fills it with mail clients that nobody here wrote.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use poolhouse_mail::inbox::{self, Inbox};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr()?)?;
    let inbox = Inbox::new(100);
    let mut arrivals = inbox.subscribe();
    let serving = tokio::spawn(inbox::listen(
        listener,
        inbox.clone(),
        Arc::new(|| 1_763_823_600_000),
    ));
    let mut printed = 0;
    while !serving.is_finished() {
        arrivals.changed().await?;
        let messages = inbox.list(None);
        let new = messages
            .iter()
            .rev()
            .filter(|message| message.id.parse().unwrap_or(0_u64) > printed);
        for message in new {
            writeln!(out, "{}", message.to_json())?;
        }
        printed = messages
            .first()
            .and_then(|message| message.id.parse().ok())
            .unwrap_or(printed);
    }
    Ok(())
}
