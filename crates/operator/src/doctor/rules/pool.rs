//! The pool's own settings, and its users.

use poolhouse_confirm::Standing;

use crate::doctor::facts::Facts;
use crate::doctor::finding::{Hit, Rule, Severity};
use crate::people::told;
use crate::pool::members;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "mfa-required",
        severity: Severity::Error,
        title: "The pool requires MFA of its own",
        why: "AWS says that required MFA and custom authentication do not go together: users without a set-up MFA cannot \
              sign in, and others are asked twice.",
        fix: "Set MfaConfiguration to OFF or OPTIONAL (SetUserPoolMfaConfig), or use Cognito's email MFA instead of these functions.",
        fixable: false,
        check: mfa_required,
    },
    Rule {
        id: "mfa-optional",
        severity: Severity::Note,
        title: "The pool offers MFA of its own",
        why: "Users who have set it up are asked for both codes.",
        fix: "Leave it if that is meant; set MfaConfiguration to OFF if it is not.",
        fixable: false,
        check: mfa_optional,
    },
    Rule {
        id: "device-tracking",
        severity: Severity::Note,
        title: "The pool remembers devices of its own",
        why: "Clients that send a device key have two steps more before the code. Such a device does not replace the code.",
        fix: "Leave it if that is meant; otherwise take DeviceConfiguration off the pool.",
        fixable: false,
        check: device_tracking,
    },
    Rule {
        id: "native-mfa-possible",
        severity: Severity::Note,
        title: "Cognito's own email MFA could do this",
        why: "The pool has the tier and sends by SES, which is all that the native email MFA needs. It has no resend and one \
              template, but nothing to run.",
        fix: "Compare the two; docs/guides/on-an-existing-cognito-pool.md says when which is better.",
        fixable: false,
        check: native_mfa_possible,
    },
    Rule {
        id: "users-unreachable",
        severity: Severity::Warning,
        title: "Users to whom no code can go",
        why: "Without a verified address the code is refused, and they cannot sign in.",
        fix: "Set email and email_verified=true by AdminUpdateUserAttributes, where you know the address.",
        fixable: false,
        check: users_unreachable,
    },
    Rule {
        id: "users-locked",
        severity: Severity::Note,
        title: "Users whose codes are not judged now",
        why: "Somebody who knows the password has typed many wrong codes. A lock ends by itself; a closed code factor does not.",
        fix: "Ask them, have the password changed if it was not them, and then `poolhouse unlock USER`. `poolhouse locked` lists all.",
        fixable: false,
        check: users_locked,
    },
];

fn users_locked(facts: &Facts) -> Vec<Hit> {
    let Some(locked) = facts.locked.get() else {
        return Vec::new();
    };
    let hit = |(name, standing): &(String, Standing)| Hit::new(format!("user {name}"), told(standing));
    locked.people.iter().map(hit).collect()
}

fn mfa_required(facts: &Facts) -> Vec<Hit> {
    let is_on = facts.text("/MfaConfiguration") == Some("ON");
    is_on
        .then(|| Hit::pool("has MfaConfiguration ON"))
        .into_iter()
        .collect()
}

fn mfa_optional(facts: &Facts) -> Vec<Hit> {
    let is_optional = facts.text("/MfaConfiguration") == Some("OPTIONAL");
    is_optional
        .then(|| Hit::pool("has MfaConfiguration OPTIONAL"))
        .into_iter()
        .collect()
}

fn device_tracking(facts: &Facts) -> Vec<Hit> {
    members::tracks_devices(&facts.pool)
        .then(|| Hit::pool("has a DeviceConfiguration"))
        .into_iter()
        .collect()
}

fn native_mfa_possible(facts: &Facts) -> Vec<Hit> {
    let tier = facts
        .text("/UserPoolTier")
        .filter(|tier| matches!(*tier, "ESSENTIALS" | "PLUS"));
    let by_ses = facts.text("/EmailConfiguration/EmailSendingAccount") == Some("DEVELOPER");
    tier.filter(|_| by_ses)
        .map(|tier| Hit::pool(format!("is in the tier {tier} and sends by SES")))
        .into_iter()
        .collect()
}

fn users_unreachable(facts: &Facts) -> Vec<Hit> {
    // Functions that take unverified addresses reach them.
    let takes_all = facts.environments().any(|(_, environment)| {
        environment
            .settings
            .as_ref()
            .is_ok_and(|settings| settings.allow_unverified_email)
    });
    let count = facts
        .unreachable
        .get()
        .filter(|count| count.found > 0 && !takes_all);
    let text = |count: &crate::doctor::facts::Count| {
        let of = if count.more { " of the first 60 users" } else { "" };
        Hit::pool(format!("{}{of} without a verified address", count.found))
    };
    count.map(text).into_iter().collect()
}
