//! Changes of attributes, taken by themselves.

use proptest::prelude::*;

use super::*;
use crate::base::clock::Millis;

fn pool() -> PoolRecord {
    PoolRecord::new(Default::default(), String::new())
}

fn user() -> UserRecord {
    UserRecord::new(
        "mara".to_owned(),
        "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef".to_owned(),
        UserStatusType::Confirmed,
        Millis(0),
    )
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn of_two_values_for_one_name_the_last_counts() {
    let change = Change::setting([
        pair("a", "1"),
        pair("b", ""),
        pair("a", ""),
        pair("b", "2"),
        pair("c", "3"),
    ]);
    assert_eq!(change.set, [pair("b", "2"), pair("c", "3")]);
    assert_eq!(change.remove, ["a"]);
}

#[test]
fn no_client_can_be_given_what_only_the_pool_may_write() {
    let mut client = ClientRecord {
        settings: Default::default(),
        secrets: Vec::new(),
        risk: None,
        sso_minutes: None,
        unused_until: None,
    };
    for name in [
        "sub",
        "email_verified",
        "phone_number_verified",
        "dev:custom:plan",
    ] {
        assert!(!writable(&client, name), "{name} by default");
        client.settings.write_attributes = Some(vec![name.to_owned()]);
        assert!(!writable(&client, name), "{name} when listed");
        client.settings.write_attributes = None;
    }
    assert!(writable(&client, "email"));
    assert!(writable(&client, "custom:plan"));
    client.settings.write_attributes = Some(vec!["custom:plan".to_owned()]);
    assert!(writable(&client, "custom:plan"));
    assert!(!writable(&client, "email"));
}

fn changes() -> impl Strategy<Value = Vec<Vec<(String, String)>>> {
    let name = prop::sample::select(vec![
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
    ]);
    let value = prop::sample::select(vec!["", "true", "false", "a", "b", "A"]);
    let pair = (name, value).prop_map(|(name, value)| pair(name, value));
    prop::collection::vec(prop::collection::vec(pair, 0..4), 0..8)
}

proptest! {
    #[test]
    fn a_flag_never_speaks_of_another_address_than_it_was_set_for(changes in changes()) {
        let pool = pool();
        let mut user = user();
        for pairs in changes {
            let change = Change::setting(pairs);
            let before = user.clone();
            change.apply(&pool, &mut user);
            for (contact, flag) in CONTACTS {
                let is_verified = user.attribute(flag) == Some("true");
                let same_as_before = user.attribute(contact) == before.attribute(contact);
                let was_verified = before.attribute(flag) == Some("true");
                prop_assert!(user.attribute(contact).is_some() || user.attribute(flag).is_none());
                prop_assert!(
                    !is_verified || change.value(flag) == Some("true") || (same_as_before && was_verified)
                );
            }
        }
    }
}

/// The Kelvin sign and the long s fold to `k` and `s` where names are looked up.
#[test]
fn an_address_that_only_looks_the_same_has_to_be_verified() {
    let mut insensitive = pool();
    insensitive.settings.username_configuration = Some(poolhouse_api::shapes::UsernameConfigurationType {
        case_sensitive: false,
    });
    for (sensitive, new, verified) in [
        (false, "Kim@Post.example", "true"),
        (false, "\u{212a}im@post.example", "false"),
        (false, "kim@po\u{17f}t.example", "false"),
        (false, "kim@other.example", "false"),
        (true, "kim@post.example", "true"),
        (true, "Kim@post.example", "false"),
    ] {
        let mut user = user();
        user.set_attribute("email", "kim@post.example");
        user.set_attribute("email_verified", "true");
        let pool = if sensitive { pool() } else { insensitive.clone() };
        Change::setting([pair("email", new)]).apply(&pool, &mut user);
        assert_eq!(user.attribute("email_verified"), Some(verified), "{new}");
    }
}

#[test]
fn what_can_never_be_changed_is_given_once_by_a_user_who_was_created_without_it() {
    let entry = |name: &str, required| poolhouse_api::shapes::SchemaAttributeType {
        name: Some(name.to_owned()),
        mutable: Some(false),
        required: Some(required),
        ..Default::default()
    };
    let mut pool = pool();
    pool.settings.schema_attributes = Some(vec![entry("name", true), entry("nickname", false)]);
    let takes = |user: &UserRecord, name: &str| {
        let change = Change::setting([pair(name, "Mara")]);
        change.check_change(&pool, user).is_ok()
    };
    let mut invited = user();
    invited.status = UserStatusType::ForceChangePassword;
    assert!(takes(&invited, "name"));
    assert!(!takes(&invited, "nickname"), "nobody has to have one");
    assert!(!takes(&user(), "name"), "who has signed in is asked no more");
    invited.set_attribute("name", "Mia");
    assert!(!takes(&invited, "name"), "it is given already");
}
