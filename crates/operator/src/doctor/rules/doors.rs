//! Ways to sign in that ask for no code.

use serde_json::Value;

use crate::arn::FunctionArn;
use crate::attach::open_doors;
use crate::doctor::facts::Facts;
use crate::doctor::finding::{Hit, Rule, Severity};
use crate::pool::flows::Flow;
use crate::pool::{Client, Trigger, members};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "door-password",
        severity: Severity::Error,
        title: "The app client also takes a password without a code",
        why: "Whoever has the password picks the flow without the code. A second factor that another door walks around is none.",
        fix: "Remove ALLOW_USER_SRP_AUTH and ALLOW_USER_PASSWORD_AUTH from the app client. CUSTOM_AUTH proves the password by \
              itself and needs neither.",
        fixable: false,
        check: password,
    },
    Rule {
        id: "door-choice",
        severity: Severity::Error,
        title: "The app client lets people choose how they sign in",
        why: "USER_AUTH takes a password, or another single factor, whatever else the app client allows.",
        fix: "Remove ALLOW_USER_AUTH from the app client.",
        fixable: false,
        check: choice,
    },
    Rule {
        id: "door-admin",
        severity: Severity::Warning,
        title: "An app client takes a password from a back end without a code",
        why: "Any program with AWS credentials for AdminInitiateAuth signs people in by password alone.",
        fix: "Remove ALLOW_ADMIN_USER_PASSWORD_AUTH, or see to it that only programs that ask for a code may call \
              AdminInitiateAuth.",
        fixable: false,
        check: admin,
    },
    Rule {
        id: "door-other-client",
        severity: Severity::Error,
        title: "Another app client of the pool signs people in without a code",
        why: "The tokens of all app clients stand for the same people. Ids of app clients are no secret.",
        fix: "Delete the app client, or give it CUSTOM_AUTH alone, or see to it that nothing accepts its tokens.",
        fixable: false,
        check: other_client,
    },
    Rule {
        id: "door-hosted-login",
        severity: Severity::Error,
        title: "The hosted login page signs people in without a code",
        why: "Cognito's managed login never runs custom authentication: it takes the password and gives tokens. (Poolhouse's \
              pages ask for the code.)",
        fix: "Delete the pool's domain, or switch the OAuth flows of the app client off.",
        fixable: false,
        check: hosted_login,
    },
    Rule {
        id: "own-door-shut",
        severity: Severity::Note,
        title: "The pool's own door refuses flows that an app client lists",
        why: "Nobody signs in by them: while the door is shut, every sign-in ends with password and code.",
        fix: "Nothing, if that is meant; take the flows off the app client so that nobody wonders.",
        fixable: false,
        check: own_door_shut,
    },
    Rule {
        id: "own-door-open",
        severity: Severity::Warning,
        title: "The pool's own door was opened",
        why: "The functions would shut it: somebody has decided by name that sign-ins without a code are allowed.",
        fix: "`poolhouse door --user-pool-id ID shut`, or with --client-id for one app client.",
        fixable: false,
        check: own_door_open,
    },
    Rule {
        id: "define-foreign",
        severity: Severity::Warning,
        title: "Another Define function decides what a sign-in needs",
        why: "Only a function whose name ends in 2faDefine shuts the door of a pool on Poolhouse. Behind another one, tokens \
              without a code are that function's business.",
        fix: "Name it so if it is Poolhouse's; otherwise shut the door by name: `poolhouse door --user-pool-id ID shut`.",
        fixable: false,
        check: define_foreign,
    },
    Rule {
        id: "door-federation",
        severity: Severity::Warning,
        title: "Identity providers sign people in without a code",
        why: "Federated sign-in does not run custom authentication. The provider's own second factor is all there is.",
        fix: "Have the provider ask for a second factor, or take it off the app client.",
        fixable: false,
        check: federation,
    },
    Rule {
        id: "door-new-password",
        severity: Severity::Warning,
        title: "Users with temporary passwords",
        why: "On Cognito the answer to NEW_PASSWORD_REQUIRED ends in tokens, and the code is skipped: a temporary password \
              is enough to sign in once. (Poolhouse asks for the code.)",
        fix: "Make the passwords permanent (`aws cognito-idp admin-set-user-password --permanent`), or let \
              PreTokenGeneration refuse such tokens.",
        fixable: false,
        check: new_password,
    },
    Rule {
        id: "door-recovery",
        severity: Severity::Warning,
        title: "The mailbox that gets the code also resets the password",
        why: "Whoever reads the mailbox has both factors. That is one factor.",
        fix: "Set AccountRecoverySetting to verified_phone_number or admin_only; on Poolhouse to admin_only, or run \
              `poolhouse pool set --recovery-needs-another-factor on`.",
        fixable: false,
        check: recovery,
    },
    Rule {
        id: "door-email-change",
        severity: Severity::Error,
        title: "People can change their address before it is verified",
        why: "A stolen access token leads the code to another mailbox, or locks its owner out: the address counts as \
              unverified, and no code goes there.",
        fix: "On AWS, run `poolhouse attach`, or add email to AutoVerifiedAttributes and to UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate, \
              or take email out of the app clients' WriteAttributes.",
        fixable: false,
        check: email_change,
    },
    Rule {
        id: "door-unverified-email",
        severity: Severity::Error,
        title: "Codes go to addresses that people can set and nobody verified",
        why: "With ALLOW_UNVERIFIED_EMAIL and a writable address, a stolen access token is enough to get the next code.",
        fix: "Remove ALLOW_UNVERIFIED_EMAIL, or close door-email-change.",
        fixable: false,
        check: unverified_email,
    },
];

fn hits(clients: impl Iterator<Item = impl std::borrow::Borrow<Client>>, doors: &[Flow]) -> Vec<Hit> {
    let found = clients.filter_map(|client| {
        let client = client.borrow();
        let mut open = open_doors(&client.description);
        open.retain(|flow| doors.contains(flow));
        let names: Vec<&str> = open.iter().map(|flow| flow.name()).collect();
        let by_default = client.description.get("ExplicitAuthFlows").is_none();
        let how = if by_default { " by naming no flow" } else { "" };
        (!names.is_empty()).then(|| Hit::new(client.label(), format!("allows {}{how}", names.join(" and "))))
    });
    found.collect()
}

fn password(facts: &Facts) -> Vec<Hit> {
    let walked = facts.subjects().filter(|client| !facts.is_refused(client));
    hits(walked, &[Flow::Srp, Flow::Password])
}

fn choice(facts: &Facts) -> Vec<Hit> {
    let walked = facts.subjects().filter(|client| !facts.is_refused(client));
    hits(walked, &[Flow::Choice])
}

fn admin(facts: &Facts) -> Vec<Hit> {
    let walked = facts.clients.iter().filter(|client| !facts.is_refused(client));
    hits(walked, &[Flow::Admin])
}

fn other_client(facts: &Facts) -> Vec<Hit> {
    let walked = facts.others().filter(|client| !facts.is_refused(client));
    hits(walked, &[Flow::Srp, Flow::Password, Flow::Choice])
}

const WITHOUT_A_CODE: &[Flow] = &[Flow::Srp, Flow::Password, Flow::Choice, Flow::Admin];

fn own_door_shut(facts: &Facts) -> Vec<Hit> {
    let kept = facts.clients.iter().filter(|client| facts.is_refused(client));
    hits(kept, WITHOUT_A_CODE)
}

/// A Define of ours shuts the door, so one that is open was opened by name.
fn own_door_open(facts: &Facts) -> Vec<Hit> {
    if !facts.at_home || foreign_define(facts).is_some() || Trigger::Define.of(&facts.pool).is_none() {
        return Vec::new();
    }
    let walked = facts.clients.iter().filter(|client| !facts.is_refused(client));
    hits(walked, WITHOUT_A_CODE)
}

/// The Define function of a pool at home that does not shut its door.
fn foreign_define(facts: &Facts) -> Option<&str> {
    let arn = Trigger::Define.of(&facts.pool).filter(|_| facts.at_home)?;
    let parsed = FunctionArn::parse(arn);
    let name = parsed.as_ref().map_or(arn, FunctionArn::name);
    let is_ours = ["2faDefine", "2fa-define"]
        .iter()
        .any(|ours| name.ends_with(ours));
    (!is_ours).then_some(arn)
}

fn define_foreign(facts: &Facts) -> Vec<Hit> {
    let found = foreign_define(facts).map(|arn| Hit::pool(format!("DefineAuthChallenge leads to {arn}")));
    found.into_iter().collect()
}

fn hosted_login(facts: &Facts) -> Vec<Hit> {
    // The pages of Poolhouse ask for the code, and what they would let in without one its own door keeps out.
    if facts.at_home {
        return Vec::new();
    }
    let Some(domain) = facts.text("/CustomDomain").or(facts.text("/Domain")) else {
        return Vec::new();
    };
    let is_open = |client: &&Client| {
        let enabled = client
            .description
            .get("AllowedOAuthFlowsUserPoolClient")
            .and_then(Value::as_bool);
        let flows = texts(&client.description, "AllowedOAuthFlows");
        enabled == Some(true) && flows.iter().any(|flow| matches!(*flow, "code" | "implicit"))
    };
    let open = facts.clients.iter().filter(is_open);
    open.map(|client| {
        Hit::new(
            client.label(),
            format!("signs in at the hosted page of the domain {domain}"),
        )
    })
    .collect()
}

fn federation(facts: &Facts) -> Vec<Hit> {
    let found = facts.clients.iter().filter_map(|client| {
        let mut providers = texts(&client.description, "SupportedIdentityProviders");
        providers.retain(|name| *name != "COGNITO");
        // A provider that the pool does not have any more signs nobody in.
        if let Some(known) = facts.providers.get() {
            providers.retain(|name| known.iter().any(|known| known == name));
        }
        (!providers.is_empty()).then(|| {
            Hit::new(
                client.label(),
                format!("signs people in by {}", providers.join(" and ")),
            )
        })
    });
    found.collect()
}

fn new_password(facts: &Facts) -> Vec<Hit> {
    let count = facts.new_password.get().filter(|count| count.found > 0);
    let text = |count: &crate::doctor::facts::Count| {
        let more = if count.more { " or more" } else { "" };
        Hit::pool(format!("{}{more} in FORCE_CHANGE_PASSWORD", count.found))
    };
    count.map(text).into_iter().collect()
}

fn recovery(facts: &Facts) -> Vec<Hit> {
    if facts.recovery_apart {
        return Vec::new();
    }
    let mechanisms = facts
        .pool
        .pointer("/AccountRecoverySetting/RecoveryMechanisms")
        .and_then(Value::as_array);
    let what = match mechanisms.filter(|list| !list.is_empty()) {
        None => "AccountRecoverySetting is not set, which lets people reset their password by email",
        Some(list)
            if list
                .iter()
                .any(|entry| entry.get("Name").and_then(Value::as_str) == Some("verified_email")) =>
        {
            "AccountRecoverySetting has verified_email"
        }
        Some(_) => return Vec::new(),
    };
    vec![Hit::pool(what)]
}

fn email_change(facts: &Facts) -> Vec<Hit> {
    if members::verifies_email_first(&facts.pool) {
        return Vec::new();
    }
    let writers = facts.clients.iter().filter(|client| writes_email(client));
    writers
        .map(|client| {
            Hit::new(
                client.label(),
                "lets people write email, which is not verified before it replaces the old one",
            )
        })
        .collect()
}

fn unverified_email(facts: &Facts) -> Vec<Hit> {
    let allows = facts
        .environment(Trigger::Create)
        .and_then(|environment| environment.settings.as_ref().ok())
        .is_some_and(|settings| settings.allow_unverified_email);
    if !allows || email_change(facts).is_empty() {
        return Vec::new();
    }
    vec![Hit::new(
        "function of CreateAuthChallenge",
        "has ALLOW_UNVERIFIED_EMAIL=true, and people can write email",
    )]
}

/// A client without a list of its own may write every attribute.
fn writes_email(client: &Client) -> bool {
    let list = texts(&client.description, "WriteAttributes");
    list.is_empty() || list.contains(&"email")
}

fn texts<'a>(value: &'a Value, member: &str) -> Vec<&'a str> {
    let list = value.get(member).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}
