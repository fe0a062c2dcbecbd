//! The custom attribute that carries the ledger.

use serde_json::Value;

use crate::doctor::facts::Facts;
use crate::doctor::finding::{Hit, Rule, Severity};
use crate::pool::Client;
use crate::pool::attribute::{self, Flaw};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "attribute-missing",
        severity: Severity::Error,
        title: "The pool has no custom attribute for the ledger",
        why: "Limits between sign-ins (mails a day, wrong codes, locks) have nowhere to be kept, and every sign-in begins anew.",
        fix: "Run `poolhouse attach`, which adds it. That cannot be undone.",
        fixable: false,
        check: missing,
    },
    Rule {
        id: "attribute-unusable",
        severity: Severity::Error,
        title: "The custom attribute cannot be written to",
        why: "The ledger is text that every sign-in rewrites.",
        fix: "Use another attribute: `poolhouse attach --attribute NAME`, and CUSTOM_ATTRIBUTES=custom:NAME in the functions.",
        fixable: false,
        check: unusable,
    },
    Rule {
        id: "attribute-short",
        severity: Severity::Warning,
        title: "The custom attribute is shorter than the ledger may get",
        why: "Cognito refuses a longer value. Limits then count only within one sign-in.",
        fix: "Use another attribute of at least 256 characters; one that is there cannot be changed.",
        fixable: false,
        check: short,
    },
    Rule {
        id: "attribute-writable",
        severity: Severity::Warning,
        title: "People can write the ledger's attribute",
        why: "The ledger cannot be forged, but it can be wiped out: whoever has an access token resets the count of wrong \
              codes and mails. The functions do not need that permission.",
        fix: "Take the attribute out of the app client's WriteAttributes; give it a list if it has none.",
        fixable: true,
        check: writable,
    },
    Rule {
        id: "attribute-readable",
        severity: Severity::Note,
        title: "The ledger's attribute is copied into ID tokens",
        why: "It holds no code, only sealed counts, but makes tokens longer. The functions do not need that permission.",
        fix: "Take the attribute out of the app client's ReadAttributes; give it a list if it has none.",
        fixable: true,
        check: readable,
    },
    Rule {
        id: "code-readable",
        severity: Severity::Error,
        title: "Functions that may keep the code in an attribute which people can read",
        why: "Functions in the article's style write the code itself to the attribute. A readable attribute is in the ID \
              token and in GetUser, so the code is where the second factor should keep it from.",
        fix: "Take the attribute out of the app client's ReadAttributes, or use Poolhouse's functions, which never store a code.",
        fixable: false,
        check: code_readable,
    },
];

fn missing(facts: &Facts) -> Vec<Hit> {
    match attribute::find(&facts.pool, &facts.attribute) {
        Some(_) => Vec::new(),
        None => vec![Hit::pool(format!(
            "{} is not in its schema",
            facts.attribute_name()
        ))],
    }
}

fn flaw(facts: &Facts) -> Option<Flaw> {
    attribute::flaw(attribute::find(&facts.pool, &facts.attribute)?)
}

fn unusable(facts: &Facts) -> Vec<Hit> {
    let name = facts.attribute_name();
    match flaw(facts) {
        Some(Flaw::NotText) => vec![Hit::pool(format!("{name} is no string"))],
        Some(Flaw::Immutable) => vec![Hit::pool(format!("{name} can be written only once"))],
        _ => Vec::new(),
    }
}

fn short(facts: &Facts) -> Vec<Hit> {
    match flaw(facts) {
        Some(Flaw::TooShort { length }) => {
            vec![Hit::pool(format!(
                "{} takes {length} characters",
                facts.attribute_name()
            ))]
        }
        _ => Vec::new(),
    }
}

/// The app clients that the attribute is open to, and whether by their own list rather than for want of one. (The API's pages say
/// that it is closed to a client without a list; what people see says otherwise, so it counts as open.)
fn open_to<'a>(facts: &'a Facts, member: &str) -> Vec<(&'a Client, bool)> {
    let name = facts.attribute_name();
    let how = |client: &'a Client| {
        let list = client.description.get(member).and_then(Value::as_array);
        match list.filter(|list| !list.is_empty()) {
            Some(list) => list
                .iter()
                .any(|entry| entry == name.as_str())
                .then_some((client, true)),
            None => attribute::find(&facts.pool, &facts.attribute).map(|_| (client, false)),
        }
    };
    facts.clients.iter().filter_map(how).collect()
}

fn writable(facts: &Facts) -> Vec<Hit> {
    hits(facts, "WriteAttributes")
}

fn readable(facts: &Facts) -> Vec<Hit> {
    if !code_readable(facts).is_empty() {
        return Vec::new();
    }
    hits(facts, "ReadAttributes")
}

fn hits(facts: &Facts, member: &str) -> Vec<Hit> {
    let name = facts.attribute_name();
    let hit = |(client, is_listed): (&Client, bool)| {
        let how = if is_listed {
            format!("has {name} in {member}")
        } else {
            format!("has no {member}, which leaves {name} open to it")
        };
        Hit::new(client.label(), how)
    };
    open_to(facts, member).into_iter().map(hit).collect()
}

fn code_readable(facts: &Facts) -> Vec<Hit> {
    let foreign: Vec<&str> = super::function::foreign(facts)
        .map(|(function, _)| function.trigger.member())
        .collect();
    if foreign.is_empty() {
        return Vec::new();
    }
    let hit = |(client, _): (&Client, bool)| {
        Hit::new(
            client.label(),
            format!(
                "can read {}, and {} is not Poolhouse's function",
                facts.attribute_name(),
                foreign.join(" and ")
            ),
        )
    };
    open_to(facts, "ReadAttributes").into_iter().map(hit).collect()
}
