//! Every rule against a pool with exactly that one thing wrong.

mod healthy;
mod reference;
mod reports;
mod seeds_aws;
mod seeds_pool;

use super::examination::examine;
use super::facts::Facts;

/// What the rules find in these facts.
fn found(facts: &Facts) -> Vec<&'static str> {
    let mut ids: Vec<&str> = examine(facts)
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    ids.dedup();
    ids
}

/// One test for each seed: a healthy pool, one thing done to it, and what the doctor must find; nothing else.
macro_rules! seeds {
    ($($name:ident: $seed:expr => [$($id:literal),+];)*) => {
        /// The rules that the seeds of this file are for.
        pub(super) const SEEDED: &[&str] = &[$($($id),+),*];
        $(
            #[test]
            fn $name() {
                let mut facts = super::healthy::facts();
                let seed: fn(&mut crate::doctor::facts::Facts) = $seed;
                seed(&mut facts);
                assert_eq!(super::found(&facts), [$($id),+]);
            }
        )*
    };
}
use seeds;

#[test]
fn a_healthy_pool_has_no_findings_and_no_gaps() {
    let facts = healthy::facts();
    assert_eq!(found(&facts), [""; 0]);
    assert_eq!(facts.gaps(), []);
}

#[test]
fn a_server_that_resets_no_password_by_mail_needs_no_setting_of_the_pool() {
    let mut facts = healthy::facts();
    facts.pool["AccountRecoverySetting"] = serde_json::Value::Null;
    facts.recovery_apart = true;
    assert_eq!(found(&facts), [""; 0]);
}

#[test]
fn the_pages_of_a_pool_at_home_are_no_door_beside_the_code() {
    let mut facts = healthy::facts();
    facts.pool["Domain"] = serde_json::json!("people");
    let client = &mut facts.clients[0].description;
    client["AllowedOAuthFlowsUserPoolClient"] = serde_json::json!(true);
    client["AllowedOAuthFlows"] = serde_json::json!(["code"]);
    assert_eq!(found(&facts), ["door-hosted-login"]);
    facts.at_home = true;
    assert_eq!(found(&facts), [""; 0]);
}

#[test]
fn every_rule_has_a_seed() {
    let seeded = [seeds_pool::SEEDED, seeds_aws::SEEDED].concat();
    for rule in super::rules::all() {
        assert!(seeded.contains(&rule.id), "{} has no seed", rule.id);
    }
}

#[test]
fn no_two_rules_share_a_name() {
    let mut ids: Vec<&str> = super::rules::all().map(|rule| rule.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
}
