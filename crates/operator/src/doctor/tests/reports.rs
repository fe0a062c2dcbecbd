use serde_json::json;

use super::healthy;
use crate::doctor::examination::examine;
use crate::doctor::facts::Known;
use crate::doctor::{exit_code, json, plan_fixes, text};

#[test]
fn the_exit_code_tells_findings_from_gaps_and_both_from_nothing() {
    let mut facts = healthy::facts();
    assert_eq!(exit_code(&examine(&facts)), 0);
    facts.mail_account = Known::NotHere("mail does not leave by SES".to_owned());
    assert_eq!(exit_code(&examine(&facts)), 0, "what is not here is no failure");
    facts.clients[0].description["RefreshTokenValidity"] = json!(3650);
    assert_eq!(exit_code(&examine(&facts)), 0, "a note does not count");
    facts.mail_identity = Known::No("AccessDeniedException".to_owned());
    assert_eq!(exit_code(&examine(&facts)), 2);
    facts.pool["LambdaConfig"] = json!({});
    assert_eq!(exit_code(&examine(&facts)), 1, "a finding goes before a gap");
}

#[test]
fn the_report_for_people_names_the_rule_the_place_and_the_way_out() {
    let mut facts = healthy::facts();
    facts.clients[0].description["PreventUserExistenceErrors"] = json!("LEGACY");
    facts.pool["MfaConfiguration"] = json!("ON");
    facts.mail_account = Known::No("AccessDeniedException: no".to_owned());
    facts.sender = Known::NotHere("--no-dns was given".to_owned());
    let rules = crate::doctor::rules::all().count();
    assert_eq!(
        text(&examine(&facts), false),
        [
            "error The pool requires MFA of its own [mfa-required]",
            "    why: AWS says that required MFA and custom authentication do not go together: users without a set-up MFA \
             cannot sign in, and others are asked twice.",
            "    fix: Set MfaConfiguration to OFF or OPTIONAL (SetUserPoolMfaConfig), or use Cognito's email MFA instead \
             of these functions.",
            "  - user pool: has MfaConfiguration ON",
            "",
            "warning Sign-in tells which users exist [user-existence]",
            "    why: With PreventUserExistenceErrors LEGACY, an unknown name is answered by UserNotFoundException, and \
             before any of the functions can prevent it.",
            "    fix: Set PreventUserExistenceErrors to ENABLED. (--fix does this)",
            "  - app client web (web): has PreventUserExistenceErrors LEGACY, or not set",
            "",
            "Could not be looked at:",
            "  - the SES account: AccessDeniedException: no",
            "",
            "Not looked at:",
            "  - DNS records of the sender: --no-dns was given",
            "",
            &format!("{rules} rules: 1 error, 1 warning, 0 notes"),
        ]
    );
    assert!(text(&examine(&facts), true)[0].starts_with("\u{1b}[31;1merror\u{1b}[0m "));
}

#[test]
fn the_report_for_programs_has_everything_under_stable_names() {
    let mut facts = healthy::facts();
    facts.pool["MfaConfiguration"] = json!("OPTIONAL");
    facts.sender = Known::No("x".to_owned());
    let report = json("eu-central-1_a", "http://127.0.0.1:9229", &examine(&facts));
    assert_eq!(report["exitCode"], 2);
    assert_eq!(report["userPool"], "eu-central-1_a");
    assert_eq!(
        report["notLookedAt"],
        json!([{ "what": "DNS records of the sender", "why": "x", "failure": true }])
    );
    let finding = &report["findings"][0];
    assert_eq!(
        (
            finding["id"].as_str(),
            finding["severity"].as_str(),
            finding["fixable"].as_bool()
        ),
        (Some("mfa-optional"), Some("note"), Some(false))
    );
    assert_eq!(finding["subject"], "user pool");
}

#[test]
fn the_fixes_mend_what_they_say_and_nothing_else() {
    let mut facts = healthy::facts();
    let client = &mut facts.clients[0].description;
    client["PreventUserExistenceErrors"] = json!("LEGACY");
    client["AuthSessionValidity"] = json!(3);
    client["ReadAttributes"] = json!(["email", "custom:authChallenge"]);
    client["WriteAttributes"] = json!(["email", "custom:authChallenge"]);
    facts.functions[0].statements = Known::Yes(Vec::new());
    facts.pool["MfaConfiguration"] = json!("ON");
    let plan = plan_fixes(&facts, None);
    assert_eq!(
        plan.lines(),
        [
            "app client web (web)",
            "  ~ AuthSessionValidity: 3 → 15",
            "  ~ PreventUserExistenceErrors: LEGACY → ENABLED",
            "  ~ ReadAttributes: -custom:authChallenge",
            "  ~ WriteAttributes: -custom:authChallenge",
            "function arn:aws:lambda:eu-central-1:1:function:2faDefine",
            "  + permission for cognito-idp.amazonaws.com to invoke it for this pool (statement \
             poolhouse-eu-central-1_a)",
        ]
    );
    facts.clients = plan.clients;
    facts.functions = healthy::facts().functions;
    let left = examine(&facts).findings;
    assert!(
        left.iter().all(|finding| !finding.rule.fixable),
        "what is fixable is mended by its own plan"
    );
}

/// Sources differ on whether such a client may write custom attributes; a wiped ledger is too dear to rely on the
/// gentler one.
#[test]
fn a_client_without_lists_gets_lists_of_everything_but_the_ledger() {
    let mut facts = healthy::facts();
    let client = &mut facts.clients[0].description;
    client["ReadAttributes"] = json!(null);
    client["WriteAttributes"] = json!([]);
    let before: Vec<_> = examine(&facts)
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    assert!(before.contains(&"attribute-writable"), "{before:?}");
    assert!(before.contains(&"attribute-readable"), "{before:?}");
    facts.clients = plan_fixes(&facts, None).clients;
    let client = &facts.clients[0].description;
    for member in ["ReadAttributes", "WriteAttributes"] {
        let names = client[member].as_array().unwrap();
        assert!(names.contains(&json!("email")), "{names:?}");
        assert!(!names.contains(&json!("custom:authChallenge")), "{names:?}");
    }
    let after: Vec<_> = examine(&facts)
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    assert!(after.iter().all(|id| !id.starts_with("attribute-")), "{after:?}");
}

#[test]
fn a_list_with_the_attribute_alone_is_not_emptied() {
    let mut facts = healthy::facts();
    facts.clients[0].description["WriteAttributes"] = json!(["custom:authChallenge"]);
    let plan = plan_fixes(&facts, None);
    assert!(plan.is_empty());
    assert_eq!(
        plan.notes,
        [
            "app client web (web): WriteAttributes names custom:authChallenge alone and stays; without it the list would \
             mean every attribute"
        ]
    );
}

#[test]
fn what_cannot_be_looked_at_is_told_once() {
    let mut facts = healthy::facts();
    for function in &mut facts.functions {
        function.configuration = Known::NotHere("no Lambda".to_owned());
        function.environment = Known::NotHere("no Lambda".to_owned());
    }
    let gaps: Vec<_> = facts.gaps().iter().map(|gap| gap.what).collect();
    assert_eq!(gaps, ["the functions", "the functions' environment"]);
}
