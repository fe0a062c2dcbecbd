use super::tests::{attached, wanted};
use super::*;
use crate::attach::plan_rollback;
use crate::change::Snapshot;

/// An attached pool in which a new address counts at once.
fn at_once() -> State {
    let mut state = attached();
    state.pool["AutoVerifiedAttributes"] = Value::Null;
    state.pool["UserAttributeUpdateSettings"] = Value::Null;
    state
}

#[test]
fn a_new_address_is_verified_before_it_counts() {
    let made = plan(at_once(), &wanted()).unwrap();
    assert_eq!(
        made.lines(),
        [
            "user pool",
            "  + AutoVerifiedAttributes: email",
            "  + UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate: email",
        ]
    );
    assert_eq!(
        made.notes[0],
        "AutoVerifiedAttributes gets email, which AttributesRequireVerificationBeforeUpdate needs: Cognito then mails a \
         code of its own to people who sign up or change their address"
    );
}

#[test]
fn what_is_verified_already_stays_verified() {
    let mut state = at_once();
    state.pool["AutoVerifiedAttributes"] = json!(["phone_number", "email"]);
    state.pool["UserAttributeUpdateSettings"] =
        json!({ "AttributesRequireVerificationBeforeUpdate": ["phone_number"] });
    let made = plan(state, &wanted()).unwrap();
    assert_eq!(
        made.lines(),
        [
            "user pool",
            "  ~ UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate: +email",
        ]
    );
    assert!(
        made.notes
            .iter()
            .all(|note| !note.contains("AutoVerifiedAttributes"))
    );
}

#[test]
fn a_rollback_has_addresses_count_at_once_again() {
    let made = plan(at_once(), &wanted()).unwrap();
    let snapshot = Snapshot::before(&made, "attach", String::new(), String::new(), 0);
    let back = plan_rollback(made.after(), &snapshot, Some(&[])).unwrap();
    assert_eq!(back.pool, at_once().pool);
    assert_eq!(
        back.lines(),
        [
            "user pool",
            "  - AutoVerifiedAttributes: email",
            "  - UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate: email",
        ]
    );
    let update = members::with_resets(
        members::pool_update(&back.pool),
        &members::pool_update(&made.after().pool),
    );
    assert_eq!(
        (
            &update["AutoVerifiedAttributes"],
            &update["UserAttributeUpdateSettings"]
        ),
        (
            &Value::Null,
            &json!({ "AttributesRequireVerificationBeforeUpdate": [] })
        )
    );
}

#[test]
fn a_pool_that_cannot_verify_first_is_left_alone_and_the_plan_says_so() {
    let made = plan(
        at_once(),
        &Wanted {
            can_verify_email_first: false,
            ..wanted()
        },
    )
    .unwrap();
    assert!(made.is_empty(), "{:?}", made.lines());
    assert_eq!(
        made.notes[0],
        "this pool is not on AWS, so AttributesRequireVerificationBeforeUpdate stays as it is; `poolhouse doctor` names \
         app clients whose people can change their address"
    );
}
