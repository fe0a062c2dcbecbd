//! The settings of the app clients that sign people in with a code.

use poolhouse_confirm::Settings;
use serde_json::Value;

use crate::doctor::facts::Facts;
use crate::doctor::finding::{Hit, Rule, Severity};
use crate::pool::Client;
use crate::pool::flows::{self, Flow};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "custom-auth-off",
        severity: Severity::Error,
        title: "The app client does not allow custom authentication",
        why: "CUSTOM_AUTH is the flow that asks for the code; Cognito refuses it for this app client.",
        fix: "Run `poolhouse attach`, or add ALLOW_CUSTOM_AUTH to ExplicitAuthFlows.",
        fixable: false,
        check: custom_auth_off,
    },
    Rule {
        id: "session-short",
        severity: Severity::Warning,
        title: "The authentication session ends before the code does",
        why: "People who take their time get \"Invalid session\" for a code that the mail says is still good.",
        fix: "Raise AuthSessionValidity (3 to 15 minutes) to the functions' SESSION_MINUTES, or lower both that and \
              CODE_TTL_SECONDS.",
        fixable: true,
        check: session_short,
    },
    Rule {
        id: "user-existence",
        severity: Severity::Warning,
        title: "Sign-in tells which users exist",
        why: "With PreventUserExistenceErrors LEGACY, an unknown name is answered by UserNotFoundException, and before any \
              of the functions can prevent it.",
        fix: "Set PreventUserExistenceErrors to ENABLED.",
        fixable: true,
        check: user_existence,
    },
    Rule {
        id: "revocation-off",
        severity: Severity::Warning,
        title: "Tokens cannot be revoked",
        why: "Signing out leaves the refresh token alive, and that asks for no code.",
        fix: "Set EnableTokenRevocation to true.",
        fixable: false,
        check: revocation_off,
    },
    Rule {
        id: "refresh-long",
        severity: Severity::Note,
        title: "Refresh tokens live longer than 30 days",
        why: "A refresh token gets new tokens without password or code for all of its life.",
        fix: "Shorten RefreshTokenValidity to how long a person may stay signed in without a new code.",
        fixable: false,
        check: refresh_long,
    },
];

/// The seconds that refresh tokens may live without a note.
const LONG_S: u64 = 30 * 86_400;

fn custom_auth_off(facts: &Facts) -> Vec<Hit> {
    let allows = |client: &Client| flows::allowed(&client.description).contains(&Flow::Custom);
    if facts.subjects.is_empty() && !facts.clients.iter().any(allows) {
        return vec![Hit::pool("no app client allows CUSTOM_AUTH")];
    }
    let off = facts.subjects().filter(|client| !allows(client));
    off.map(|client| Hit::new(client.label(), "does not allow CUSTOM_AUTH"))
        .collect()
}

fn settings(facts: &Facts) -> impl Iterator<Item = &Settings> {
    facts
        .environments()
        .filter_map(|(_, environment)| environment.settings.as_ref().ok())
}

/// Seconds that a code lives, by the settings of our functions.
fn code_life_s(facts: &Facts) -> Option<u64> {
    settings(facts)
        .map(|settings| u64::from(settings.code_life_s()))
        .max()
}

/// The minutes that our functions take a session to have, in which any of their codes can live out its life.
pub(crate) fn told_minutes(facts: &Facts) -> Option<u64> {
    settings(facts)
        .map(|settings| u64::from(settings.session_minutes))
        .max()
}

/// Whether the client's session ends before the code.
pub(crate) fn is_session_short(client: &Client, facts: &Facts) -> bool {
    code_life_s(facts).is_some_and(|seconds| 60 * client.session_minutes() < seconds)
}

fn session_short(facts: &Facts) -> Vec<Hit> {
    let ttl = code_life_s(facts).unwrap_or_default();
    let short = facts.subjects().filter(|client| is_session_short(client, facts));
    short
        .map(|client| {
            let minutes = client.session_minutes();
            Hit::new(
                client.label(),
                format!("its session lives {minutes} min, and a code {ttl} s"),
            )
        })
        .collect()
}

/// Whether the client answers unknown names as such.
pub(crate) fn tells_users(client: &Client) -> bool {
    client
        .description
        .get("PreventUserExistenceErrors")
        .and_then(Value::as_str)
        != Some("ENABLED")
}

fn user_existence(facts: &Facts) -> Vec<Hit> {
    let telling = facts.clients.iter().filter(|client| tells_users(client));
    telling
        .map(|client| {
            Hit::new(
                client.label(),
                "has PreventUserExistenceErrors LEGACY, or not set",
            )
        })
        .collect()
}

fn revocation_off(facts: &Facts) -> Vec<Hit> {
    let is_off = |client: &&Client| {
        client
            .description
            .get("EnableTokenRevocation")
            .and_then(Value::as_bool)
            == Some(false)
    };
    facts
        .subjects()
        .filter(is_off)
        .map(|client| Hit::new(client.label(), "has EnableTokenRevocation false"))
        .collect()
}

fn refresh_long(facts: &Facts) -> Vec<Hit> {
    let found = facts.subjects().filter_map(|client| {
        let validity = client
            .description
            .get("RefreshTokenValidity")
            .and_then(Value::as_u64)?;
        let unit = client
            .description
            .pointer("/TokenValidityUnits/RefreshToken")
            .and_then(Value::as_str);
        let seconds = match unit.unwrap_or("days") {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3_600,
            _ => 86_400,
        };
        let life = validity.saturating_mul(seconds);
        (life > LONG_S).then(|| {
            Hit::new(
                client.label(),
                format!("its refresh tokens live {} days", life / 86_400),
            )
        })
    });
    found.collect()
}
