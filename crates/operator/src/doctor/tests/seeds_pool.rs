//! What can be wrong with the pool, its app clients and its users.

use poolhouse_confirm::Standing;
use serde_json::{Value, json};

use super::healthy::client;
use super::seeds;
use crate::doctor::facts::{Count, Facts, Known};
use crate::people::Locked;
use crate::pool::Trigger;

fn set(facts: &mut Facts, member: &str, value: Value) {
    facts.clients[0].description[member] = value;
}

fn flows(facts: &mut Facts, flows: &[&str]) {
    set(facts, "ExplicitAuthFlows", json!(flows));
}

/// A second app client, beside the one that asks for a code.
fn other(facts: &mut Facts, flows: &[&str]) {
    let mut other = client("other");
    other.description["ExplicitAuthFlows"] = json!(flows);
    facts.clients.push(other);
}

seeds! {
    srp_is_allowed_beside_the_code:
        |facts| flows(facts, &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"]) => ["door-password"];
    a_plain_password_is_allowed_beside_the_code:
        |facts| flows(facts, &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"]) => ["door-password"];
    a_client_that_names_no_flow_allows_srp:
        |facts| drop(facts.clients[0].description.as_object_mut().unwrap().remove("ExplicitAuthFlows")) => ["door-password"];
    an_older_name_allows_more_than_it_says:
        |facts| flows(facts, &["USER_PASSWORD_AUTH"]) => ["door-password"];
    people_may_choose_how_to_sign_in:
        |facts| flows(facts, &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"]) => ["door-choice"];
    a_back_end_signs_in_by_password:
        |facts| flows(facts, &["ALLOW_CUSTOM_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]) => ["door-admin"];
    another_client_asks_for_no_code:
        |facts| other(facts, &["ALLOW_USER_PASSWORD_AUTH"]) => ["door-other-client"];
    the_hosted_page_signs_in:
        |facts| {
            facts.pool["Domain"] = json!("people");
            set(facts, "AllowedOAuthFlowsUserPoolClient", json!(true));
            set(facts, "AllowedOAuthFlows", json!(["code"]));
        } => ["door-hosted-login"];
    an_identity_provider_signs_in:
        |facts| {
            facts.providers = Known::Yes(vec!["Corp".to_owned()]);
            set(facts, "SupportedIdentityProviders", json!(["COGNITO", "Corp", "Gone"]));
        } => ["door-federation"];
    users_have_temporary_passwords:
        |facts| facts.new_password = Known::Yes(Count { found: 2, more: false }) => ["door-new-password"];
    the_same_mailbox_resets_the_password:
        |facts| facts.pool["AccountRecoverySetting"]["RecoveryMechanisms"][0]["Name"] = json!("verified_email")
        => ["door-recovery"];
    recovery_is_left_to_the_default:
        |facts| facts.pool["AccountRecoverySetting"] = Value::Null => ["door-recovery"];
    an_address_is_not_verified_before_it_counts:
        |facts| facts.pool["UserAttributeUpdateSettings"] = Value::Null => ["door-email-change"];
    a_code_goes_to_whatever_address_was_set:
        |facts| {
            facts.pool["UserAttributeUpdateSettings"] = Value::Null;
            super::healthy::set(facts, &[Trigger::Create], "ALLOW_UNVERIFIED_EMAIL", Some("true"));
        } => ["door-email-change", "door-unverified-email", "unverified-email-allowed"];
    the_attribute_is_not_there:
        |facts| drop(facts.pool["SchemaAttributes"].as_array_mut().unwrap().remove(1)) => ["attribute-missing"];
    the_attribute_is_a_number:
        |facts| facts.pool["SchemaAttributes"][1]["AttributeDataType"] = json!("Number") => ["attribute-unusable"];
    the_attribute_can_be_written_once:
        |facts| facts.pool["SchemaAttributes"][1]["Mutable"] = json!(false) => ["attribute-unusable"];
    the_attribute_is_too_short:
        |facts| facts.pool["SchemaAttributes"][1]["StringAttributeConstraints"]["MaxLength"] = json!("100")
        => ["attribute-short"];
    people_can_write_the_ledger:
        |facts| set(facts, "WriteAttributes", json!(["email", "custom:authChallenge"])) => ["attribute-writable"];
    the_ledger_is_in_the_id_token:
        |facts| set(facts, "ReadAttributes", json!(["email", "custom:authChallenge"])) => ["attribute-readable"];
    nobody_can_use_the_flow_with_the_code:
        |facts| flows(facts, &["ALLOW_REFRESH_TOKEN_AUTH"]) => ["custom-auth-off"];
    no_client_is_for_the_code:
        |facts| {
            flows(facts, &["ALLOW_REFRESH_TOKEN_AUTH"]);
            facts.subjects.clear();
        } => ["custom-auth-off"];
    the_session_ends_before_the_code:
        |facts| set(facts, "AuthSessionValidity", json!(3)) => ["session-short", "session-minutes"];
    the_session_is_left_to_the_default:
        |facts| set(facts, "AuthSessionValidity", Value::Null) => ["session-short", "session-minutes"];
    sign_in_tells_who_exists:
        |facts| set(facts, "PreventUserExistenceErrors", json!("LEGACY")) => ["user-existence"];
    it_tells_by_default_too:
        |facts| set(facts, "PreventUserExistenceErrors", Value::Null) => ["user-existence"];
    tokens_cannot_be_revoked:
        |facts| set(facts, "EnableTokenRevocation", json!(false)) => ["revocation-off"];
    refresh_tokens_live_for_years:
        |facts| set(facts, "RefreshTokenValidity", json!(3650)) => ["refresh-long"];
    the_pool_requires_mfa:
        |facts| facts.pool["MfaConfiguration"] = json!("ON") => ["mfa-required"];
    the_pool_offers_mfa:
        |facts| facts.pool["MfaConfiguration"] = json!("OPTIONAL") => ["mfa-optional"];
    the_pool_remembers_devices:
        |facts| facts.pool["DeviceConfiguration"] = json!({ "ChallengeRequiredOnNewDevice": true }) => ["device-tracking"];
    cognito_could_do_it_itself:
        |facts| facts.pool["EmailConfiguration"]["EmailSendingAccount"] = json!("DEVELOPER") => ["native-mfa-possible"];
    the_own_door_keeps_out_what_a_client_lists:
        |facts| {
            facts.at_home = true;
            flows(facts, &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"]);
            facts.refused = vec!["web".to_owned()];
        } => ["own-door-shut"];
    the_own_door_was_opened_for_a_client:
        |facts| {
            facts.at_home = true;
            flows(facts, &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"]);
        } => ["door-password", "own-door-open"];
    another_define_function_shuts_no_door:
        |facts| {
            facts.at_home = true;
            facts.pool["LambdaConfig"]["DefineAuthChallenge"] = json!("arn:aws:lambda:us-east-1:1:function:define");
        } => ["define-foreign"];
    somebody_is_locked:
        |facts| {
            let standing = Standing { row: 100, closed: true, locked_s: 0, mail_wait_s: 0, devices: (0, 0) };
            facts.locked = Known::Yes(Locked { people: vec![("ada".to_owned(), standing)], more: false });
        } => ["users-locked"];
    users_have_no_verified_address:
        |facts| facts.unreachable = Known::Yes(Count { found: 3, more: true }) => ["users-unreachable"];
}
