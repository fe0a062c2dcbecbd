//! The security epoch of a user: a number that moves with whatever makes worthless what was proven before.
//!
//! It moves with the verifier, with the value of an address, when an address loses its flag, when the user is disabled or
//! must reset its password, and when it is signed out everywhere. It does not move when an address gains its flag or another
//! attribute changes, nor with anything that a request without a proof can do: a stranger could end a user's sign-ins.

use poolhouse_api::shapes::UserStatusType;

use super::schema::CONTACTS;
use crate::records::UserRecord;

/// Moves the epoch if what became of the user asks for it and the change itself has not done so.
pub fn advance(before: &UserRecord, after: &mut UserRecord) {
    if after.epoch == before.epoch && ends_proofs(before, after) {
        move_on(after);
    }
}

/// Moves the epoch.
pub fn move_on(user: &mut UserRecord) {
    user.epoch = user.epoch.saturating_add(1);
}

/// Moves the epoch and ends the tokens of every sign-in before.
pub fn sign_out(user: &mut UserRecord) {
    move_on(user);
    user.signed_out_epoch = user.epoch;
}

fn ends_proofs(before: &UserRecord, after: &UserRecord) -> bool {
    let differs = |name: &str| before.attribute(name) != after.attribute(name);
    let is_true = |user: &UserRecord, flag: &str| user.attribute(flag) == Some("true");
    let contact =
        |(contact, flag): (&str, &str)| differs(contact) || (is_true(before, flag) && !is_true(after, flag));
    let must_reset = |user: &UserRecord| user.status == UserStatusType::ResetRequired;
    before.sealed_verifier != after.sealed_verifier
        || before.signed_out != after.signed_out
        || (before.enabled && !after.enabled)
        || (!must_reset(before) && must_reset(after))
        || CONTACTS.into_iter().any(contact)
}
