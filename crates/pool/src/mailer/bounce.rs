//! Mail that comes back: who says so, and whose it was.
//!
//! Three ways in, one format each: events of SES, bare or in an envelope of SNS; a delivery status notification (RFC 3464)
//! that an MTA hands over. The last is believed only if it came to an address that we made for its recipient (VERP), for
//! anybody can write a mail.

use std::error::Error;
use std::fmt;

use poolhouse_mail::{Address, Mailbox, words};
use poolhouse_store::{Batch, CommitError};
use serde_json::Value;

use super::suppression::{self, Why};
use crate::base::platform::Platform;
use crate::base::settings::MailSettings;

/// Recipients that are read of one event.
const MOST_RECIPIENTS: usize = 100;

/// One address that takes no mail any more.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bounce {
    who: Who,
    why: Why,
    said: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    /// By its name.
    Address(Address),
    /// By the token in the address that the bounce came to.
    Token(String),
}

/// What came of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// So many addresses get no mail for a while.
    Suppressed(usize),
    /// SNS asks whether its messages are wanted: somebody has to open this URL once.
    Confirm(String),
}

/// Why a report changed nothing.
#[derive(Debug)]
pub enum BounceError {
    /// It is neither an event nor a delivery status notification.
    Unreadable,
    /// A notification that came to no address of ours.
    Unaddressed,
    /// The store failed.
    Store(CommitError),
}

impl fmt::Display for BounceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "this is neither an event of SES nor a delivery status notification",
            Self::Unaddressed => "the notification came to no address that was made for its recipient",
            Self::Store(_) => "the report could not be kept",
        })
    }
}

impl Error for BounceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(source) => Some(source),
            Self::Unreadable | Self::Unaddressed => None,
        }
    }
}

/// Where bounces of a mail go: one address for all, or one for each recipient.
pub(super) fn return_path(
    platform: &Platform,
    settings: &MailSettings,
    from: &Mailbox,
    to: &Address,
) -> Option<Address> {
    if !settings.verp {
        return settings.bounces_to.clone();
    }
    let base = settings.bounces_to.as_ref().unwrap_or(from.address());
    let token = suppression::token(platform, to);
    // An address that is too long for it stays as it is.
    Some(
        Address::parse(&format!("{}+{token}@{}", base.local(), base.domain()))
            .unwrap_or_else(|_| base.clone()),
    )
}

/// Takes a report, and suppresses the addresses that it is about.
///
/// # Errors
/// When it cannot be read or kept.
pub async fn take(platform: &Platform, body: &[u8]) -> Result<Taken, BounceError> {
    let bounces = match serde_json::from_slice::<Value>(body) {
        Ok(event) => match subscription(&event) {
            Some(url) => return Ok(Taken::Confirm(url)),
            None => of_event(&event)?,
        },
        Err(_) => of_notification(&String::from_utf8_lossy(body))?,
    };
    let batch = bounces.iter().map(|bounce| {
        let said = bounce.said.as_deref();
        tracing::warn!(why = bounce.why.name(), said, "an address takes no mail");
        match &bounce.who {
            Who::Address(address) => suppression::put(platform, address, bounce.why, said),
            Who::Token(token) => suppression::put_token(platform, token, bounce.why, said),
        }
    });
    let batch = batch.fold(Batch::new(), Batch::merge);
    if !batch.is_empty() {
        platform.commit(batch).await.map_err(BounceError::Store)?;
    }
    Ok(Taken::Suppressed(bounces.len()))
}

fn subscription(event: &Value) -> Option<String> {
    let asks = event.get("Type")?.as_str()? == "SubscriptionConfirmation";
    let url = event.get("SubscribeURL")?.as_str()?;
    (asks && url.starts_with("https://")).then(|| url.to_owned())
}

/// An event of SES. Those that are about no bounce and no complaint suppress nobody.
fn of_event(event: &Value) -> Result<Vec<Bounce>, BounceError> {
    let inner = event.get("Message").and_then(Value::as_str);
    let inner = inner.map(|text| serde_json::from_str::<Value>(text).map_err(|_| BounceError::Unreadable));
    let inner = inner.transpose()?;
    let event = inner.as_ref().unwrap_or(event);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = text(event, "eventType").or_else(|| text(event, "notificationType"));
    let (list, why) = match kind.ok_or(BounceError::Unreadable)?.as_str() {
        // A full mailbox or an absent person is no reason to stop writing.
        "Bounce" if event["bounce"]["bounceType"] == "Permanent" => {
            (&event["bounce"]["bouncedRecipients"], Why::Bounced)
        }
        "Complaint" => (&event["complaint"]["complainedRecipients"], Why::Complained),
        _ => return Ok(Vec::new()),
    };
    let recipients = list.as_array().ok_or(BounceError::Unreadable)?;
    let bounce = |recipient: &Value| {
        let address = Address::parse(&text(recipient, "emailAddress")?).ok()?;
        Some(Bounce {
            who: Who::Address(address),
            why,
            said: text(recipient, "diagnosticCode").map(|said| words::masked(&said)),
        })
    };
    Ok(recipients
        .iter()
        .take(MOST_RECIPIENTS)
        .filter_map(bounce)
        .collect())
}

/// A delivery status notification. Only what failed for good counts.
fn of_notification(message: &str) -> Result<Vec<Bounce>, BounceError> {
    let field = |name: &str| {
        message.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
    let (action, status) = field("Action")
        .zip(field("Status"))
        .ok_or(BounceError::Unreadable)?;
    let token = message
        .lines()
        .find_map(token_in)
        .ok_or(BounceError::Unaddressed)?;
    if !action.eq_ignore_ascii_case("failed") || !status.starts_with("5.") {
        return Ok(Vec::new());
    }
    Ok(vec![Bounce {
        who: Who::Token(token.to_owned()),
        why: Why::Bounced,
        said: field("Diagnostic-Code").map(words::masked),
    }])
}

/// The token in a header that says where the notification came to.
fn token_in(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    let names = ["to", "delivered-to", "x-original-to", "envelope-to"];
    names.iter().find(|known| name.eq_ignore_ascii_case(known))?;
    let (_, behind) = value.split_once('+')?;
    let (token, _) = behind.split_once('@')?;
    suppression::is_token(token).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bounced(address: &str, why: Why, said: Option<&str>) -> Vec<Bounce> {
        vec![Bounce {
            who: Who::Address(Address::parse(address).unwrap()),
            why,
            said: said.map(str::to_owned),
        }]
    }

    #[test]
    fn events_of_ses_are_read_bare_and_in_the_envelope_of_sns() {
        let event = json!({
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bouncedRecipients": [
                    { "emailAddress": "ada@example.com", "diagnosticCode": "smtp; 550 5.1.1 <ada@example.com> unknown" },
                ],
            },
        });
        let said = Some("smtp; 550 5.1.1 <…@example.com> unknown");
        assert_eq!(
            of_event(&event).unwrap(),
            bounced("ada@example.com", Why::Bounced, said)
        );
        let envelope = json!({ "Type": "Notification", "Message": event.to_string() });
        assert_eq!(
            of_event(&envelope).unwrap(),
            bounced("ada@example.com", Why::Bounced, said)
        );
        let complaint = json!({
            "notificationType": "Complaint",
            "complaint": { "complainedRecipients": [{ "emailAddress": "ada@example.com" }] },
        });
        assert_eq!(
            of_event(&complaint).unwrap(),
            bounced("ada@example.com", Why::Complained, None)
        );
    }

    #[test]
    fn what_is_no_end_of_a_mailbox_suppresses_nobody() {
        for event in [
            json!({ "eventType": "Delivery" }),
            json!({ "eventType": "Bounce", "bounce": { "bounceType": "Transient", "bouncedRecipients": [] } }),
        ] {
            assert_eq!(of_event(&event).unwrap(), []);
        }
        assert!(matches!(
            of_event(&json!({ "a": 1 })),
            Err(BounceError::Unreadable)
        ));
        assert!(matches!(
            of_event(&json!({ "Message": "{" })),
            Err(BounceError::Unreadable)
        ));
    }

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn notification(to: &str, action: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nContent-Type: multipart/report\r\n\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; ada@example.com\r\n\
             Action: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <ada@example.com> no such user\r\n"
        )
    }

    #[test]
    fn a_notification_counts_where_it_came_to_the_address_made_for_its_recipient() {
        let ours = format!("<bounces+{TOKEN}@pool.example>");
        let read = of_notification(&notification(&ours, "failed")).unwrap();
        let expected = Bounce {
            who: Who::Token(TOKEN.to_owned()),
            why: Why::Bounced,
            said: Some("smtp; 550 5.1.1 <…@example.com> no such user".to_owned()),
        };
        assert_eq!(read, [expected]);
        assert_eq!(of_notification(&notification(&ours, "delayed")).unwrap(), []);
        for foreign in ["bounces@pool.example", "bounces+ada=example.com@pool.example"] {
            let refused = of_notification(&notification(foreign, "failed"));
            assert!(matches!(refused, Err(BounceError::Unaddressed)), "{foreign}");
        }
        assert!(matches!(of_notification("hello"), Err(BounceError::Unreadable)));
    }
}
