//! What can be wrong with the triggers, the functions, their environment and the mail.

use serde_json::{Value, json};

use super::healthy::{configure, set, statement};
use super::seeds;
use crate::doctor::environment::Environment;
use crate::doctor::facts::{Facts, Known};
use crate::pool::Trigger;

fn account(facts: &mut Facts, member: &str, value: Value) {
    if let Known::Yes(account) = &mut facts.mail_account {
        account[member] = value;
    }
}

fn records(facts: &mut Facts, change: fn(&mut crate::doctor::facts::SenderRecords)) {
    if let Known::Yes(records) = &mut facts.sender {
        change(records);
    }
}

/// A function in the article's style instead of one of ours.
fn foreign(facts: &mut Facts, memory: u64) {
    configure(facts, Trigger::Create, "Runtime", json!("nodejs24.x"));
    configure(facts, Trigger::Create, "MemorySize", json!(memory));
    facts.functions[1].environment = Known::NotHere("it is not ours".to_owned());
}

const ALL: &[Trigger] = &Trigger::ALL;
const OTHER_KEY: &str = "BdrFHQ1cJv3Wq2kz0mX9aTn7uYh4LsPe8oGiVxRtKbM=";

seeds! {
    no_trigger_is_set:
        |facts| facts.pool["LambdaConfig"] = json!({}) => ["triggers-missing", "post-confirmation-missing"];
    a_new_password_clears_nothing:
        |facts| facts.pool["LambdaConfig"]["PostConfirmation"] = Value::Null => ["post-confirmation-missing"];
    one_trigger_is_not_set:
        |facts| facts.pool["LambdaConfig"]["VerifyAuthChallengeResponse"] = Value::Null => ["triggers-missing"];
    a_trigger_leads_nowhere:
        |facts| facts.functions[0].configuration = Known::Yes(None) => ["function-missing"];
    a_function_has_failed:
        |facts| configure(facts, Trigger::Define, "State", json!("Failed")) => ["function-failed"];
    a_functions_update_has_failed:
        |facts| configure(facts, Trigger::Define, "LastUpdateStatus", json!("Failed")) => ["function-failed"];
    cognito_is_not_let_in:
        |facts| facts.functions[2].statements = Known::Yes(Vec::new()) => ["invoke-denied"];
    another_pool_is_let_in_instead:
        |facts| {
            let condition = json!({ "ArnLike": { "AWS:SourceArn": "arn:aws:cognito-idp:eu-central-1:1:userpool/b" } });
            facts.functions[2].statements = Known::Yes(vec![statement(condition)]);
        } => ["invoke-denied"];
    any_pool_is_let_in:
        |facts| facts.functions[2].statements = Known::Yes(vec![statement(json!({}))]) => ["invoke-open"];
    the_timeout_is_lambdas_default:
        |facts| configure(facts, Trigger::Create, "Timeout", json!(3)) => ["timeout-short"];
    the_timeout_is_the_articles:
        |facts| configure(facts, Trigger::Create, "Timeout", json!(300)) => ["timeout-long"];
    node_has_little_memory:
        |facts| foreign(facts, 128) => ["memory-short", "functions-foreign"];
    the_function_is_somebody_elses:
        |facts| foreign(facts, 512) => ["functions-foreign"];
    the_function_is_a_container_image:
        |facts| {
            foreign(facts, 512);
            configure(facts, Trigger::Create, "Runtime", Value::Null);
        } => ["functions-foreign"];
    a_code_in_an_attribute_is_readable:
        |facts| {
            foreign(facts, 512);
            facts.clients[0].description["ReadAttributes"] = json!(["custom:authChallenge"]);
        } => ["code-readable", "functions-foreign"];
    the_runtime_is_out_of_support:
        |facts| configure(facts, Trigger::Define, "Runtime", json!("provided")) => ["runtime-ended"];
    the_builds_are_mixed:
        |facts| configure(facts, Trigger::Define, "Architectures", json!(["x86_64"])) => ["architectures-differ"];
    the_log_has_no_end:
        |facts| facts.functions[0].retention = Known::Yes(Some(None)) => ["log-endless"];
    a_setting_is_refused:
        |facts| set(facts, ALL, "CODE_LENGTH", Some("4")) => ["settings-invalid"];
    nobody_has_a_key:
        |facts| set(facts, ALL, "OTP_KEY", None) => ["key-missing"];
    verify_has_no_key:
        |facts| set(facts, &[Trigger::Verify], "OTP_KEY", None) => ["key-partial"];
    verify_has_another_key:
        |facts| set(facts, &[Trigger::Verify], "OTP_KEY", Some(OTHER_KEY)) => ["key-differs"];
    the_previous_key_is_left:
        |facts| set(facts, ALL, "OTP_KEY_PREVIOUS", Some(OTHER_KEY)) => ["key-previous"];
    the_functions_disagree_about_the_code:
        |facts| set(facts, &[Trigger::Verify], "CODE_LENGTH", Some("8")) => ["settings-differ"];
    the_functions_disagree_about_attempts:
        |facts| set(facts, &[Trigger::Define], "MAX_ATTEMPTS", Some("5")) => ["settings-differ"];
    the_functions_count_in_different_places:
        |facts| set(facts, &[Trigger::Create], "COUNTERS_TABLE", Some("codes")) => ["settings-differ"];
    the_functions_take_the_session_to_be_longer:
        |facts| facts.clients[0].description["AuthSessionValidity"] = json!(10) => ["session-minutes"];
    the_functions_take_the_session_to_be_shorter:
        |facts| set(facts, ALL, "SESSION_MINUTES", Some("5")) => ["session-minutes"];
    the_functions_are_told_nothing_of_the_session:
        |facts| set(facts, ALL, "SESSION_MINUTES", None) => ["session-minutes"];
    the_ledger_goes_to_another_attribute:
        |facts| set(facts, &[Trigger::Create], "CUSTOM_ATTRIBUTES", Some("custom:other")) => ["attribute-mismatch"];
    the_function_is_for_another_pool:
        |facts| set(facts, &[Trigger::Create], "USER_POOL_ID", Some("eu-central-1_b")) => ["pool-mismatch"];
    nobody_is_the_sender:
        |facts| set(facts, &[Trigger::Create], "MAIL_FROM", None) => ["mail-unset"];
    mail_has_no_way_out:
        |facts| set(facts, &[Trigger::Create], "MAIL_URL", None) => ["mail-unset"];
    codes_travel_in_the_clear:
        |facts| set(facts, &[Trigger::Create], "MAIL_URL", Some("smtp://mail.example.com?tls=none")) => ["mail-clear"];
    a_test_endpoint_is_left:
        |facts| set(facts, &[Trigger::Create], "AWS_ENDPOINT_URL", Some("http://127.0.0.1:1")) => ["endpoint-elsewhere"];
    unverified_addresses_get_codes:
        |facts| set(facts, &[Trigger::Create], "ALLOW_UNVERIFIED_EMAIL", Some("true")) => ["unverified-email-allowed"];
    ses_is_in_the_sandbox:
        |facts| account(facts, "ProductionAccessEnabled", json!(false)) => ["ses-sandbox"];
    ses_is_paused:
        |facts| account(facts, "SendingEnabled", json!(false)) => ["ses-paused"];
    the_day_is_nearly_used_up:
        |facts| account(facts, "SendQuota", json!({ "Max24HourSend": 200.0, "SentLast24Hours": 180.0 })) => ["ses-quota"];
    ses_does_not_know_the_sender:
        |facts| facts.mail_identity = Known::Yes(None) => ["ses-identity"];
    the_identity_is_not_verified:
        |facts| if let Known::Yes(Some(identity)) = &mut facts.mail_identity {
            identity["VerifiedForSendingStatus"] = json!(false);
        } => ["ses-identity"];
    mail_is_not_signed:
        |facts| if let Known::Yes(Some(identity)) = &mut facts.mail_identity {
            identity["DkimAttributes"]["Status"] = json!("PENDING");
        } => ["ses-dkim"];
    spf_is_missing:
        |facts| records(facts, |records| records.spf.clear()) => ["spf-missing"];
    spf_is_there_twice:
        |facts| records(facts, |records| records.spf.push("v=spf1 -all".to_owned())) => ["spf-missing"];
    a_dkim_record_is_missing:
        |facts| records(facts, |records| records.dkim[0].1 = false) => ["dkim-missing"];
    dmarc_is_missing:
        |facts| records(facts, |records| records.dmarc = None) => ["dmarc-missing"];
    dmarc_does_nothing:
        |facts| records(facts, |records| records.dmarc = Some("v=DMARC1; p=none".to_owned())) => ["dmarc-none"];
}

#[test]
fn what_a_function_takes_the_session_to_be_is_compared_with_the_app_clients() {
    let mut facts = super::healthy::facts();
    let hits = |facts: &Facts| {
        let found = crate::doctor::examination::examine(facts).findings.into_iter();
        let found = found.filter(|finding| finding.rule.id == "session-minutes");
        found
            .map(|finding| format!("{}: {}", finding.hit.subject, finding.hit.what))
            .collect::<Vec<_>>()
    };
    set(&mut facts, &[Trigger::Create], "SESSION_MINUTES", None);
    set(&mut facts, &[Trigger::Verify], "SESSION_MINUTES", Some("5"));
    facts.clients[0].description["AuthSessionValidity"] = json!(10);
    assert_eq!(
        hits(&facts),
        [
            "function 2faDefine: its SESSION_MINUTES is 15: more than the 10 min of app client web (web)",
            "function 2faCreate: it has no SESSION_MINUTES, which counts as 3: less than the 10 min of app client web (web)",
            "function 2faVerify: its SESSION_MINUTES is 5: less than the 10 min of app client web (web)",
        ]
    );
    facts.clients[0].description["AuthSessionValidity"] = Value::Null;
    set(&mut facts, ALL, "SESSION_MINUTES", None);
    assert_eq!(hits(&facts), [""; 0], "3 is what both are where neither is set");
}

#[test]
fn where_nothing_is_kept_or_the_pool_clears_it_nobody_misses_the_function_for_that() {
    let mut facts = super::healthy::facts();
    facts.pool["LambdaConfig"]["PostConfirmation"] = Value::Null;
    set(&mut facts, ALL, "OTP_KEY", None);
    assert_eq!(super::found(&facts), ["key-missing"]);
    for function in &mut facts.functions {
        function.environment = Known::NotHere("no Lambda".to_owned());
    }
    assert_eq!(super::found(&facts), [""; 0]);
}

#[test]
fn a_change_of_keys_in_the_middle_is_no_difference() {
    let mut facts = super::healthy::facts();
    let mut variables = super::healthy::variables();
    variables["OTP_KEY_PREVIOUS"] = variables["OTP_KEY"].take();
    variables["OTP_KEY"] = json!(OTHER_KEY);
    facts.functions[0].environment = Known::Yes(Environment::read(&variables));
    assert_eq!(super::found(&facts), ["key-previous"]);
}

#[test]
fn the_same_key_in_another_spelling_is_the_same_key() {
    let mut facts = super::healthy::facts();
    let upper = super::healthy::KEY.to_uppercase();
    set(&mut facts, &[Trigger::Verify], "OTP_KEY", Some(&upper));
    assert_eq!(super::found(&facts), [""; 0]);
}
