//! What our functions are told by their environment.

use std::cmp::Ordering;

use crate::doctor::environment::{Environment, Key};
use crate::doctor::facts::{Facts, Function};
use crate::doctor::finding::{Hit, Rule, Severity};
use crate::doctor::rules::function::label;
use crate::pool::Trigger;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "settings-invalid",
        severity: Severity::Error,
        title: "A function refuses its settings",
        why: "It fails every call until they are right.",
        fix: "Do as the sentence says; docs/reference has the list of variables.",
        fixable: false,
        check: settings_invalid,
    },
    Rule {
        id: "key-missing",
        severity: Severity::Warning,
        title: "The functions have no OTP_KEY",
        why: "They run in session-only mode: limits count within one sign-in, and nothing locks somebody who begins anew.",
        fix: "Make one with `openssl rand -base64 32` and give all three functions the same.",
        fixable: false,
        check: key_missing,
    },
    Rule {
        id: "key-partial",
        severity: Severity::Error,
        title: "Some functions have an OTP_KEY and some have none",
        why: "What one of them signs, the other cannot check: no code is ever right.",
        fix: "Give all three functions the same OTP_KEY.",
        fixable: false,
        check: key_partial,
    },
    Rule {
        id: "key-differs",
        severity: Severity::Error,
        title: "The functions have different OTP_KEYs",
        why: "What one of them signs, the other takes for forged: no code is ever right.",
        fix: "Give all three functions the same OTP_KEY.",
        fixable: false,
        check: key_differs,
    },
    Rule {
        id: "key-previous",
        severity: Severity::Note,
        title: "The previous key is still accepted",
        why: "OTP_KEY_PREVIOUS is for the days of a change of keys. After that it is a key more that can be stolen.",
        fix: "Remove OTP_KEY_PREVIOUS a day after the change.",
        fixable: false,
        check: key_previous,
    },
    Rule {
        id: "settings-differ",
        severity: Severity::Error,
        title: "The functions have different settings",
        why: "Define counts the attempts, Create makes the code, Verify checks it: with different rules they contradict each other.",
        fix: "Give all three functions the same settings.",
        fixable: false,
        check: settings_differ,
    },
    Rule {
        id: "session-minutes",
        severity: Severity::Warning,
        title: "SESSION_MINUTES is not the app client's AuthSessionValidity",
        why: "No event tells the functions how long Cognito waits for an answer. Told less, or nothing, they let codes end \
              earlier than they need to; told more, they promise time that the session does not have.",
        fix: "Set SESSION_MINUTES to the AuthSessionValidity of the app client, the same in all functions \
              (SessionMinutes of deploy/sam).",
        fixable: false,
        check: session_minutes,
    },
    Rule {
        id: "attribute-mismatch",
        severity: Severity::Error,
        title: "CUSTOM_ATTRIBUTES names another attribute",
        why: "The ledger is written to an attribute that is not this one, and may not exist.",
        fix: "Set CUSTOM_ATTRIBUTES to the attribute, or call the doctor with --attribute.",
        fixable: false,
        check: attribute_mismatch,
    },
    Rule {
        id: "pool-mismatch",
        severity: Severity::Error,
        title: "USER_POOL_ID names another pool",
        why: "The function refuses the events of this pool.",
        fix: "Set USER_POOL_ID to this pool, or leave it out: the event says which pool it is.",
        fixable: false,
        check: pool_mismatch,
    },
    Rule {
        id: "mail-unset",
        severity: Severity::Error,
        title: "Create cannot send mail",
        why: "No code ever arrives.",
        fix: "Set MAIL_FROM and the mail server in the environment of Create.",
        fixable: false,
        check: mail_unset,
    },
    Rule {
        id: "mail-clear",
        severity: Severity::Warning,
        title: "Codes may go to the mail server in clear text",
        why: "Whoever is on the way reads them, or strips the offer of TLS and then reads them.",
        fix: "Use smtps://, or smtp:// without ?tls=none or ?tls=opportunistic.",
        fixable: false,
        check: mail_clear,
    },
    Rule {
        id: "endpoint-elsewhere",
        severity: Severity::Warning,
        title: "A function on Lambda calls AWS at another address",
        why: "AWS_ENDPOINT_URL… is left over from a test: the ledger is written somewhere else, or nowhere.",
        fix: "Remove the variable, unless it names a private endpoint.",
        fixable: false,
        check: endpoint_elsewhere,
    },
    Rule {
        id: "unverified-email-allowed",
        severity: Severity::Warning,
        title: "Codes go to addresses that nobody verified",
        why: "Whoever could set the address gets the code.",
        fix: "Remove ALLOW_UNVERIFIED_EMAIL once all addresses are verified.",
        fixable: false,
        check: unverified_email_allowed,
    },
];

fn each(facts: &Facts, found: impl Fn(&Function, &Environment) -> Option<String>) -> Vec<Hit> {
    let hits = facts
        .environments()
        .filter_map(|(function, environment)| Some(Hit::new(label(function), found(function, environment)?)));
    hits.collect()
}

fn settings_invalid(facts: &Facts) -> Vec<Hit> {
    each(facts, |_, environment| {
        environment.settings.as_ref().err().map(ToString::to_string)
    })
}

fn names<'a>(functions: impl Iterator<Item = &'a Function>) -> String {
    let names: Vec<&str> = functions.map(|function| function.trigger.member()).collect();
    names.join(" and ")
}

/// The functions with and without a key.
fn by_key(facts: &Facts) -> (Vec<&Function>, Vec<&Function>) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (function, environment) in facts.environments() {
        if environment.key.is_some() {
            &mut with
        } else {
            &mut without
        }
        .push(function);
    }
    (with, without)
}

fn key_missing(facts: &Facts) -> Vec<Hit> {
    let (with, without) = by_key(facts);
    (with.is_empty() && !without.is_empty())
        .then(|| Hit::new("functions", "none of them has an OTP_KEY"))
        .into_iter()
        .collect()
}

fn key_partial(facts: &Facts) -> Vec<Hit> {
    let (with, without) = by_key(facts);
    (!with.is_empty() && !without.is_empty())
        .then(|| {
            Hit::new(
                "functions",
                format!("{} has no OTP_KEY", names(without.into_iter())),
            )
        })
        .into_iter()
        .collect()
}

/// Whether something that all our functions should agree on is not the same in all.
fn differs<T: PartialEq>(facts: &Facts, part: impl Fn(&poolhouse_confirm::Settings) -> T) -> bool {
    let settings = facts
        .environments()
        .filter_map(|(_, environment)| environment.settings.as_ref().ok());
    are_several(settings.map(part))
}

fn are_several<T: PartialEq>(mut values: impl Iterator<Item = T>) -> bool {
    values
        .next()
        .is_some_and(|first| values.any(|other| other != first))
}

fn key_differs(facts: &Facts) -> Vec<Hit> {
    let keys: Vec<(&Key, Option<&Key>)> = facts
        .environments()
        .filter_map(|(_, environment)| Some((environment.key.as_ref()?, environment.previous_key.as_ref())))
        .collect();
    // A function that knows the key of another as its previous one is in the middle of a change of keys.
    let disagree = |(one, its_previous): &(&Key, Option<&Key>),
                    (other, others_previous): &(&Key, Option<&Key>)| {
        one.is_not(other)
            && its_previous.is_none_or(|previous| previous.is_not(other))
            && others_previous.is_none_or(|previous| previous.is_not(one))
    };
    let any = keys
        .iter()
        .enumerate()
        .any(|(at, one)| keys[at + 1..].iter().any(|other| disagree(one, other)));
    any.then(|| Hit::new("functions", "their OTP_KEYs are not the same"))
        .into_iter()
        .collect()
}

fn key_previous(facts: &Facts) -> Vec<Hit> {
    each(facts, |_, environment| {
        environment
            .previous_key
            .as_ref()
            .map(|_| "has OTP_KEY_PREVIOUS".to_owned())
    })
}

fn settings_differ(facts: &Facts) -> Vec<Hit> {
    let tables = facts
        .environments()
        .map(|(_, environment)| environment.counters_table.as_deref());
    let parts = [
        ("COUNTERS_TABLE", are_several(tables)),
        (
            "CODE_LENGTH or CODE_ALPHABET",
            differs(facts, |settings| settings.code),
        ),
        ("CODE_TTL_SECONDS", differs(facts, |settings| settings.code_ttl_s)),
        (
            "SESSION_MINUTES",
            differs(facts, |settings| settings.session_minutes),
        ),
        (
            "REQUIRE_CODE, REQUIRE_CODE_WITHOUT_ECHO or ALLOW_HOSTED_AUTH",
            differs(facts, |settings| settings.door.clone()),
        ),
        ("MAX_ATTEMPTS", differs(facts, |settings| settings.max_attempts)),
        (
            "RESEND_COOLDOWN_SECONDS",
            differs(facts, |settings| settings.resend_cooldown_s),
        ),
        (
            "MAILS_AT_ONCE, MAIL_REFILL_SECONDS, MAILS_PER_HOUR, MAILS_PER_DAY or MAIL_BEYOND_LIMIT_SECONDS",
            differs(facts, |settings| settings.mails),
        ),
        (
            "WRONG_CODES_PER_15_MINUTES or WRONG_CODES_PER_DAY",
            differs(facts, |settings| settings.lock),
        ),
        (
            "TRUSTED_DEVICE_DAYS",
            differs(facts, |settings| settings.trusted_device_days),
        ),
    ];
    let different = parts.into_iter().filter(|(_, differs)| *differs);
    different
        .map(|(name, _)| Hit::new("functions", format!("{name} is not the same in all of them")))
        .collect()
}

fn session_minutes(facts: &Facts) -> Vec<Hit> {
    let clients: Vec<(String, u64)> = facts
        .subjects()
        .map(|client| (client.label(), client.session_minutes()))
        .collect();
    let mut hits = Vec::new();
    for (function, environment) in facts.environments() {
        let Ok(settings) = &environment.settings else {
            continue;
        };
        let told = u64::from(settings.session_minutes);
        let set = match environment.names_session {
            true => format!("its SESSION_MINUTES is {told}"),
            false => format!("it has no SESSION_MINUTES, which counts as {told}"),
        };
        for (client, waits) in &clients {
            let than = match told.cmp(waits) {
                Ordering::Equal => continue,
                Ordering::Less => "less than",
                Ordering::Greater => "more than",
            };
            hits.push(Hit::new(
                label(function),
                format!("{set}: {than} the {waits} min of {client}"),
            ));
        }
    }
    hits
}

fn attribute_mismatch(facts: &Facts) -> Vec<Hit> {
    let expected = facts.attribute_name();
    each(facts, |_, environment| {
        let set = &environment.settings.as_ref().ok()?.attribute;
        (*set != expected).then(|| format!("its attribute is {set}, and not {expected}"))
    })
}

fn pool_mismatch(facts: &Facts) -> Vec<Hit> {
    each(facts, |_, environment| {
        let set = environment
            .user_pool_id
            .as_deref()
            .filter(|set| *set != facts.pool_id())?;
        Some(format!("its USER_POOL_ID is {set}"))
    })
}

fn mail_unset(facts: &Facts) -> Vec<Hit> {
    let create = facts
        .environments()
        .filter(|(function, _)| function.trigger == Trigger::Create);
    let problems = create.flat_map(|(function, environment)| {
        let sender = environment.sender.as_ref().err();
        let transport = environment.transport.as_ref().err();
        sender
            .into_iter()
            .chain(transport)
            .map(|problem| Hit::new(label(function), problem.clone()))
    });
    problems.collect()
}

fn mail_clear(facts: &Facts) -> Vec<Hit> {
    each(facts, |_, environment| {
        let clear = &environment.transport.as_ref().ok()?.in_clear;
        (!clear.is_empty()).then(|| format!("mail to {} may go without TLS", clear.join(" and ")))
    })
}

fn endpoint_elsewhere(facts: &Facts) -> Vec<Hit> {
    each(facts, |_, environment| {
        (!environment.endpoints.is_empty()).then(|| format!("has {}", environment.endpoints.join(" and ")))
    })
}

fn unverified_email_allowed(facts: &Facts) -> Vec<Hit> {
    each(facts, |function, environment| {
        let allows = environment.settings.as_ref().ok()?.allow_unverified_email;
        (allows && function.trigger == Trigger::Create).then(|| "has ALLOW_UNVERIFIED_EMAIL=true".to_owned())
    })
}
