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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Millis;

    fn user() -> UserRecord {
        let (name, sub) = ("mara", "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef");
        UserRecord {
            epoch: 7,
            ..UserRecord::new(
                name.to_owned(),
                sub.to_owned(),
                UserStatusType::Confirmed,
                Millis(0),
            )
        }
    }

    /// The epoch after a change from what `before` makes of a user to what `after` makes of it.
    fn epoch(before: impl Fn(&mut UserRecord), after: impl Fn(&mut UserRecord)) -> u64 {
        let (mut old, mut new) = (user(), user());
        before(&mut old);
        after(&mut new);
        advance(&old, &mut new);
        new.epoch
    }

    #[test]
    fn what_makes_earlier_proofs_worthless_moves_the_epoch_and_its_reverse_does_not() {
        let plain = |_: &mut UserRecord| {};
        let reset = |user: &mut UserRecord| user.status = UserStatusType::ResetRequired;
        let disabled = |user: &mut UserRecord| user.enabled = false;
        let verified = |user: &mut UserRecord| user.set_attribute("email_verified", "true");
        let unverified = |user: &mut UserRecord| user.set_attribute("email_verified", "false");
        let chosen = |user: &mut UserRecord| user.status = UserStatusType::ForceChangePassword;
        assert_eq!((epoch(plain, reset), epoch(reset, plain)), (8, 7));
        assert_eq!((epoch(reset, reset), epoch(chosen, reset)), (7, 8));
        assert_eq!((epoch(plain, chosen), epoch(chosen, plain)), (7, 7));
        assert_eq!((epoch(plain, disabled), epoch(disabled, plain)), (8, 7));
        assert_eq!((epoch(verified, unverified), epoch(unverified, verified)), (8, 7));
        assert_eq!((epoch(verified, plain), epoch(plain, verified)), (8, 7));
        assert_eq!((epoch(verified, verified), epoch(plain, unverified)), (7, 7));
    }

    #[test]
    fn an_address_that_changes_moves_the_epoch_and_another_attribute_does_not() {
        let set = |name: &'static str| move |user: &mut UserRecord| user.set_attribute(name, "new");
        let old = |name: &'static str| move |user: &mut UserRecord| user.set_attribute(name, "old");
        for (name, moved) in [("email", 8), ("phone_number", 8), ("nickname", 7)] {
            assert_eq!(epoch(old(name), set(name)), moved, "{name}");
        }
    }

    #[test]
    fn a_change_that_moved_the_epoch_itself_moves_it_once() {
        let signs_out = |user: &mut UserRecord| {
            user.enabled = false;
            sign_out(user);
        };
        assert_eq!(epoch(|_| {}, signs_out), 8);
    }
}
