//! `poolhouse mail queue` and `poolhouse mail allow`: why somebody got no mail, and how to send it all the same.

use poolhouse_mail::{Address, Attempt};
use poolhouse_pool::base::clock::{Clock, Millis, SystemClock};
use poolhouse_pool::mailer::queue::{self, Waiting};
use poolhouse_pool::mailer::suppression;
use serde_json::{Value, json};

use super::{AllowArgs, QueueArgs};
use crate::args::Output;
use crate::data;
use crate::error::CliError;
use crate::noted::noting;
use crate::output::print;

/// Mails that are looked at: with more of them waiting, the question is another.
const MOST: usize = 10_000;

pub(super) async fn list(arguments: QueueArgs) -> Result<(), CliError> {
    let QueueArgs { to, at } = arguments;
    let to = to.as_deref().map(address).transpose()?;
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let platform = data.platform()?;
    let waiting = queue::list(&platform, MOST).await;
    let suppressed = match &to {
        Some(to) => suppression::of(&platform, to).await,
        None => Ok(None),
    };
    data.engine.close().await;
    let waiting = waiting.map_err(|error| CliError::new("the outbox cannot be read").caused_by(error))?;
    let suppressed = suppressed
        .map_err(|error| CliError::new("what is known of the address cannot be read").caused_by(error))?;
    let is_meant = |mail: &Waiting| to.is_none() || mail.to == to;
    let waiting: Vec<Waiting> = waiting.into_iter().filter(is_meant).collect();
    if at.output == Output::Json {
        let mails: Vec<Value> = waiting.iter().map(as_json).collect();
        return print(&Value::from(mails).to_string());
    }
    if let Some(to) = &to {
        let name = suppression::addressee(&platform, to);
        print(&format!("The log's lines about this address say to=\"{name}\"."))?;
    }
    if let Some(suppression) = &suppressed {
        let (why, until) = (suppression.why.name(), date(suppression.until));
        let said = suppression.said.as_deref().unwrap_or("no words");
        print(&format!(
            "This address takes no mail: {why}, believed until {until} ({said}). Let mail leave: poolhouse mail allow ADDRESS"
        ))?;
    }
    if waiting.is_empty() {
        return print("No mail waits.");
    }
    let now = SystemClock.now();
    waiting.iter().try_for_each(|mail| print(&as_text(mail, now)))
}

pub(super) async fn allow(arguments: AllowArgs) -> Result<(), CliError> {
    let AllowArgs { address: text, at } = arguments;
    let address = address(&text)?;
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let platform = data.platform()?;
    let lift = suppression::lift(&platform, &address);
    let lifted = noting(&platform, "mail allow", None).commit(lift).await;
    data.engine.close().await;
    lifted.map_err(|error| CliError::new("the address is as it was").caused_by(error))?;
    match at.output {
        Output::Json => print(&json!({ "address": address.as_str() }).to_string()),
        Output::Text => print(&format!("Mail to {address} may leave.")),
    }
}

fn address(text: &str) -> Result<Address, CliError> {
    Address::parse(text).map_err(|error| CliError::new("this is no mail address").caused_by(error))
}

fn as_text(mail: &Waiting, now: Millis) -> String {
    let to = mail.to.as_ref().map_or("nobody", Address::as_str);
    let seconds = |later: Millis| (later.0 - now.0).max(0) / 1000;
    let mut text = format!(
        "{} {} to {to}, asked for {} by request {}, next try in {} s, given up in {} s",
        mail.id,
        mail.urgency.name(),
        date(mail.queued),
        mail.request_id,
        seconds(mail.due),
        seconds(mail.expires),
    );
    for attempt in &mail.attempts {
        text.push_str(&format!("\n  {} {attempt}", date(Millis(attempt.at))));
    }
    if mail.attempts.is_empty() {
        text.push_str("\n  not tried yet, or no carrier could be asked: the log says which rests and why");
    }
    text
}

fn as_json(mail: &Waiting) -> Value {
    json!({
        "id": mail.id,
        "kind": mail.urgency.name(),
        "to": mail.to.as_ref().map(Address::as_str),
        "requestId": mail.request_id,
        "queued": date(mail.queued),
        "due": date(mail.due),
        "expires": date(mail.expires),
        "attempts": mail.attempts.iter().map(Attempt::to_json).collect::<Vec<_>>(),
    })
}

fn date(moment: Millis) -> String {
    jiff::Timestamp::from_millisecond(moment.0)
        .unwrap_or_default()
        .to_string()
}
