//! Entries of the audit log in plain sentences.

use poolhouse_api::shapes::UserStatusType;
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::records::{Actor, Asked, AuditEntry, AuditStep, UserRecord};

use crate::moment::date;

/// How the account stands.
pub(super) fn standing(user: &UserRecord, pool_id: &str) -> String {
    let state = match &user.status {
        UserStatusType::Unconfirmed => ": signs in once it is confirmed",
        UserStatusType::ResetRequired => ": signs in once the password is reset",
        UserStatusType::ForceChangePassword => ": must choose a new password while signing in",
        _ => "",
    };
    let enabled = match user.enabled {
        true => "enabled",
        false => "disabled by an administrator: no sign-in succeeds",
    };
    format!(
        "{} ({}) in {pool_id}: {}{state}, {enabled}.",
        user.username,
        user.sub,
        user.status.as_str()
    )
}

/// What happened.
pub(super) fn event(entry: &AuditEntry) -> String {
    let mut told = match entry.outcome.as_str() {
        "tokens" => "Signed in".to_owned(),
        "code" => format!("An answer to a code: {}", why(entry.why.as_deref())),
        "done" => format!("{} was done", entry.operation),
        outcome => match &entry.why {
            Some(word) if entry.is_of_sign_in() => format!("Denied: {}", why(Some(word))),
            Some(word) => format!("{} was refused: {}", entry.operation, why(Some(word))),
            None => format!("{} was refused with {outcome}", entry.operation),
        },
    };
    match &entry.actor {
        Actor::Anybody => {}
        Actor::User => told.push_str(" by the user"),
        Actor::Key(id) => told.push_str(&format!(" with the access key {id}")),
        Actor::Function(name) => told.push_str(&format!(" by the function {name}")),
    }
    told.push('.');
    let device = entry.device.as_ref().map(|device| format!(" ({device})"));
    let from = entry.address.as_ref().map(|address| {
        let device = device.clone().unwrap_or_default();
        format!("from {address}{device}")
    });
    let flow = entry.flow.as_ref().map(|flow| format!("flow {flow}"));
    let client = entry.client.as_ref().map(|client| format!("app client {client}"));
    let known: Vec<String> = [flow, client, from].into_iter().flatten().collect();
    if !known.is_empty() {
        told.push_str(&format!(" {}.", capital(&known.join(", "))));
    }
    told
}

/// The steps of a sign-in, or the functions of another operation, a line each.
pub(super) fn details(entry: &AuditEntry) -> Vec<String> {
    let mut lines: Vec<String> = entry.steps.iter().map(step).collect();
    if !entry.asked.is_empty() {
        lines.push(capital(&functions(&entry.asked)) + ".");
    }
    lines
}

fn step(step: &AuditStep) -> String {
    let mut line = format!("{}  {}: {}.", time(step.at), step.what, result(&step.result));
    if !step.asked.is_empty() {
        line.push_str(&format!(" {}.", capital(&functions(&step.asked))));
    }
    if let Some(mail) = &step.mail {
        line.push_str(&format!(" {}.", mailed(mail)));
    }
    line
}

fn functions(asked: &[Asked]) -> String {
    let one = |asked: &Asked| format!("{} {} after {} ms", asked.trigger, asked.outcome, asked.took);
    asked.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What became of a code's mail when it was asked for.
fn mailed(result: &str) -> &str {
    match result {
        "sent" => "A code was put into the outbox",
        "resent" => "The code was put into the outbox again",
        "too_soon" => "No mail: the one before left a moment ago",
        "held" => "No mail: too many have been sent to this user",
        "not_sent" => "No mail: the address takes none, or no relay is set up",
        other => other,
    }
}

fn result(word: &str) -> &str {
    match word {
        "not_judged" => "another mail was asked for",
        other => other,
    }
}

/// Why something was denied. A word that this version does not know stands for itself.
fn why(word: Option<&str>) -> &str {
    match word {
        Some("wrong_password") => "the password was wrong",
        Some("wrong_code" | "wrong") => "the code was wrong",
        Some("wrong_device") => "the device's secret was wrong",
        Some("copied_passkey") => "the passkey's counter was behind, so there is a copy of it: delete it",
        Some("expired") => "the code had expired",
        Some("replaced") => "the code had been replaced by a newer one",
        Some("used") => "the code had been used before",
        Some("locked") => "the user is locked after wrong codes: poolhouse unlock",
        Some("closed") => "the user is closed after too many wrong codes: poolhouse unlock",
        Some("held") => "codes are not judged for now, because too many were wrong",
        Some("attempts_spent") => "the code had taken all the answers that it takes",
        Some("unconfirmed") => "the account is not confirmed",
        Some("reset_required") => "the password must be reset first",
        Some("disabled") => "the account is disabled",
        Some("function") => "a function refused or failed",
        Some("unfinished") => {
            "the password was right, and a function that was asked after it denied or did not answer"
        }
        Some("define") => "DefineAuthChallenge ended the sign-in",
        Some(other) => other,
        None => "no reason is known",
    }
}

/// The time of a moment without its day.
fn time(at: Millis) -> String {
    let date = date(at);
    let time = date.split_once('T').map_or(date.as_str(), |(_, time)| time);
    time.chars().take(8).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_told_with_its_functions_and_its_mail() {
        let asked = |trigger: &str, took| Asked {
            trigger: trigger.to_owned(),
            took,
            outcome: "answered".to_owned(),
        };
        let entry = AuditEntry {
            operation: "RespondToAuthChallenge".to_owned(),
            outcome: "NotAuthorizedException".to_owned(),
            why: Some("expired".to_owned()),
            flow: Some("CUSTOM_AUTH".to_owned()),
            address: Some("192.0.2.7".to_owned()),
            device: Some("Firefox, Linux".to_owned()),
            steps: vec![
                AuditStep {
                    at: Millis(1_767_323_045_000),
                    what: "PASSWORD_VERIFIER".to_owned(),
                    result: "right".to_owned(),
                    asked: vec![asked("DefineAuthChallenge", 1), asked("CreateAuthChallenge", 12)],
                    mail: Some("sent".to_owned()),
                },
                AuditStep {
                    at: Millis(1_767_323_445_250),
                    what: "CUSTOM_CHALLENGE".to_owned(),
                    result: "expired".to_owned(),
                    asked: Vec::new(),
                    mail: None,
                },
            ],
            ..AuditEntry::default()
        };
        assert_eq!(
            event(&entry),
            "Denied: the code had expired. Flow CUSTOM_AUTH, from 192.0.2.7 (Firefox, Linux)."
        );
        assert_eq!(
            details(&entry),
            [
                "03:04:05  PASSWORD_VERIFIER: right. DefineAuthChallenge answered after 1 ms, CreateAuthChallenge answered \
                 after 12 ms. A code was put into the outbox.",
                "03:10:45  CUSTOM_CHALLENGE: expired.",
            ]
        );
    }
}
