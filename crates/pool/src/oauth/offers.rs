//! What a page of an app client may offer people beside the sign-in: only what the pool has. Nothing of it is a secret, for
//! each answer of the operations says it, too.

use serde_json::{Value, json};

use super::steps::account;
use crate::records::{ClientRecord, PoolRecord};
use crate::users::password_policy::MINIMUM_LENGTH;
use crate::users::{attributes, contacts, devices, message_link, passkeys, recovery};

/// As the sign-in page reads it. `signUp` has the names of the attributes that a sign-up has to give, and is `null` where nobody
/// signs up.
///
/// Passkeys are not offered where they sign nobody in, for want of a code after them; nor another address where it would count
/// before it is verified, for codes of sign-ins go to no such address. An authenticator app is never offered: the page's own
/// sign-in could not ask for its code, and would keep out who has one.
pub fn of(pool: &PoolRecord, client: &ClientRecord) -> Value {
    let sign_up = account::can_sign_up(pool).then(|| account::sign_up_attributes(pool));
    json!({
        "signUp": sign_up,
        "signUpByLink": message_link::is_on(pool),
        "forgotPassword": recovery::obstacle(pool).is_none(),
        "changeEmail": contacts::is_verified_first(pool) && attributes::writable(client, "email"),
        "passkeys": passkeys::relying_party(pool).is_ok() && !pool.door.is_shut_for(client.id()),
        "devices": devices::are_tracked(pool),
        "sessions": pool.sessions.is_tracked,
    })
}

/// What the pool asks of a password, by the names that the packages for pages have for it.
pub fn password_policy(pool: &PoolRecord) -> Value {
    let policies = pool.settings.policies.as_ref();
    let policy = policies.and_then(|policies| policies.password_policy.clone());
    let policy = policy.unwrap_or_default();
    json!({
        "minimumLength": policy.minimum_length.unwrap_or(MINIMUM_LENGTH),
        "uppercase": policy.require_uppercase.unwrap_or(false),
        "lowercase": policy.require_lowercase.unwrap_or(false),
        "numbers": policy.require_numbers.unwrap_or(false),
        "symbols": policy.require_symbols.unwrap_or(false),
    })
}
