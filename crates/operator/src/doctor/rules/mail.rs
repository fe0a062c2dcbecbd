//! Whether mail arrives: SES, and what DNS says of the sender.

use serde_json::Value;

use crate::doctor::facts::{Facts, Known};
use crate::doctor::finding::{Hit, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "ses-sandbox",
        severity: Severity::Error,
        title: "SES is in its sandbox",
        why: "It sends to verified addresses only, so nobody but the team gets a code.",
        fix: "Ask for production access in the SES console.",
        fixable: false,
        check: sandbox,
    },
    Rule {
        id: "ses-paused",
        severity: Severity::Error,
        title: "SES does not send for this account",
        why: "AWS has paused sending; every code is refused.",
        fix: "See the SES console for the reason, and answer AWS.",
        fixable: false,
        check: paused,
    },
    Rule {
        id: "ses-identity",
        severity: Severity::Error,
        title: "SES does not know the sender",
        why: "It refuses mail from identities that are not verified.",
        fix: "Verify the domain of MAIL_FROM in SES, in the region of the functions.",
        fixable: false,
        check: identity,
    },
    Rule {
        id: "ses-dkim",
        severity: Severity::Warning,
        title: "SES does not sign the mail",
        why: "Mail without DKIM ends in the junk folder, and a late code is as good as none.",
        fix: "Switch Easy DKIM on for the identity, and publish its three CNAME records.",
        fixable: false,
        check: dkim_off,
    },
    Rule {
        id: "ses-quota",
        severity: Severity::Warning,
        title: "The day's quota of SES is nearly used up",
        why: "When it is, no code leaves until tomorrow.",
        fix: "Ask for a higher quota in the SES console.",
        fixable: false,
        check: quota,
    },
    Rule {
        id: "spf-missing",
        severity: Severity::Warning,
        title: "The sender's domain has no SPF record, or several",
        why: "Receivers cannot tell which servers may send for it; several records count as none.",
        fix: "Publish one TXT record at the domain: v=spf1 include:… -all.",
        fixable: false,
        check: spf,
    },
    Rule {
        id: "dkim-missing",
        severity: Severity::Warning,
        title: "The DKIM records that SES expects are not there",
        why: "SES cannot sign as the domain, and receivers cannot check.",
        fix: "Publish the CNAME records that the SES console shows.",
        fixable: false,
        check: dkim_records,
    },
    Rule {
        id: "dmarc-missing",
        severity: Severity::Warning,
        title: "The sender's domain has no DMARC record",
        why: "Large providers refuse or hide mail from domains without one, and anybody can send as the domain.",
        fix: "Publish a TXT record at _dmarc.DOMAIN: v=DMARC1; p=quarantine; rua=mailto:….",
        fixable: false,
        check: dmarc,
    },
    Rule {
        id: "dmarc-none",
        severity: Severity::Note,
        title: "The sender's DMARC policy is none",
        why: "Receivers are told to deliver mail that fails; fake mail with fake codes included.",
        fix: "Read the reports for a while, then set p=quarantine or p=reject.",
        fixable: false,
        check: dmarc_none,
    },
];

/// The part of the quota that is worth a word.
const NEARLY: f64 = 0.8;

fn account(facts: &Facts, found: impl Fn(&Value) -> Option<String>) -> Vec<Hit> {
    facts
        .mail_account
        .get()
        .and_then(found)
        .map(|what| Hit::new("SES account", what))
        .into_iter()
        .collect()
}

fn sandbox(facts: &Facts) -> Vec<Hit> {
    account(facts, |account| {
        let full = account.get("ProductionAccessEnabled").and_then(Value::as_bool);
        (full == Some(false)).then(|| "has no production access".to_owned())
    })
}

fn paused(facts: &Facts) -> Vec<Hit> {
    account(facts, |account| {
        let sends = account.get("SendingEnabled").and_then(Value::as_bool);
        let status = account
            .get("EnforcementStatus")
            .and_then(Value::as_str)
            .unwrap_or("unknown");
        (sends == Some(false)).then(|| format!("sending is off (enforcement status {status})"))
    })
}

fn quota(facts: &Facts) -> Vec<Hit> {
    account(facts, |account| {
        let number = |name: &str| {
            account
                .pointer(&format!("/SendQuota/{name}"))
                .and_then(Value::as_f64)
        };
        let (most, sent) = (number("Max24HourSend")?, number("SentLast24Hours")?);
        // A quota of -1 has no end.
        (most > 0.0 && sent >= most * NEARLY)
            .then(|| format!("{sent:.0} of {most:.0} mails of the day are sent"))
    })
}

fn identity(facts: &Facts) -> Vec<Hit> {
    match &facts.mail_identity {
        Known::Yes(None) => vec![Hit::new("SES", "has no identity for the sender")],
        Known::Yes(Some(identity)) => {
            let verified = identity.get("VerifiedForSendingStatus").and_then(Value::as_bool);
            (verified == Some(false))
                .then(|| Hit::new("SES identity", "is not verified for sending"))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

fn dkim_off(facts: &Facts) -> Vec<Hit> {
    let Some(Some(identity)) = facts.mail_identity.get() else {
        return Vec::new();
    };
    let signs = identity
        .pointer("/DkimAttributes/SigningEnabled")
        .and_then(Value::as_bool)
        == Some(true);
    let status = identity
        .pointer("/DkimAttributes/Status")
        .and_then(Value::as_str)
        .unwrap_or("NOT_STARTED");
    match signs && status == "SUCCESS" {
        true => Vec::new(),
        false => vec![Hit::new(
            "SES identity",
            format!(
                "its DKIM status is {status}, signing is {}",
                if signs { "on" } else { "off" }
            ),
        )],
    }
}

fn spf(facts: &Facts) -> Vec<Hit> {
    let records = facts.sender.get().filter(|records| records.spf.len() != 1);
    let hit = |records: &crate::doctor::facts::SenderRecords| {
        let count = match records.spf.len() {
            0 => "no SPF record".to_owned(),
            count => format!("{count} SPF records"),
        };
        Hit::new(format!("domain {}", records.domain), format!("has {count}"))
    };
    records.map(hit).into_iter().collect()
}

fn dkim_records(facts: &Facts) -> Vec<Hit> {
    let Some(records) = facts.sender.get() else {
        return Vec::new();
    };
    let missing: Vec<&str> = records
        .dkim
        .iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(name, _)| name.as_str())
        .collect();
    match missing.is_empty() {
        true => Vec::new(),
        false => vec![Hit::new(
            format!("domain {}", records.domain),
            format!("has no {}", missing.join(" and no ")),
        )],
    }
}

fn dmarc(facts: &Facts) -> Vec<Hit> {
    let missing = facts.sender.get().filter(|records| records.dmarc.is_none());
    missing
        .map(|records| Hit::new(format!("domain {}", records.domain), "has no DMARC record"))
        .into_iter()
        .collect()
}

fn dmarc_none(facts: &Facts) -> Vec<Hit> {
    let Some(records) = facts.sender.get() else {
        return Vec::new();
    };
    let policy = records
        .dmarc
        .as_deref()
        .unwrap_or_default()
        .split(';')
        .find_map(|tag| {
            let (name, value) = tag.split_once('=')?;
            (name.trim() == "p").then(|| value.trim().to_ascii_lowercase())
        });
    (policy.as_deref() == Some("none"))
        .then(|| Hit::new(format!("domain {}", records.domain), "has p=none"))
        .into_iter()
        .collect()
}
