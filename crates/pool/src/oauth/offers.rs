//! What the sign-in page is told of its app client: how a sign-in begins, and what it may offer people beside that, which is only
//! what the pool has. Nothing of it is a secret, for each answer of the operations says it, too.

use poolhouse_api::shapes::{AuthFlowType, UserPoolMfaType, UsernameAttributeType};
use serde_json::{Map, Value, json};

use super::flow;
use super::steps::account;
use crate::auth::flows;
use crate::records::{ClientRecord, Factor, PoolRecord};
use crate::users::password_policy::MINIMUM_LENGTH;
use crate::users::{attributes, contacts, devices, factors, message_link, passkeys, recovery};

/// `{signInName, authFlow, passwordPolicy, offers}`: people sign in with an email address where nothing else can be a username.
pub fn page(pool: &PoolRecord, client: &ClientRecord) -> Map<String, Value> {
    let sign_in_name = match pool.settings.username_attributes.as_deref() {
        Some([UsernameAttributeType::Email]) => "email",
        _ => "username",
    };
    let known = [
        ("signInName", Value::from(sign_in_name)),
        ("authFlow", Value::from(flow::of_form(pool, client).as_str())),
        ("passwordPolicy", password_policy(pool)),
        ("offers", of(pool, client)),
    ];
    known
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// As the page reads it. `signUp` has the names of the attributes that a sign-up has to give, and is `null` where nobody
/// signs up.
///
/// Passkeys are not offered where they sign nobody in, for want of a code after them; nor another address where it would count
/// before it is verified, for codes of sign-ins go to no such address. An authenticator app is offered where a sign-in asks for
/// its code; and a passkey at the sign-in where it could sign somebody in who has one.
fn of(pool: &PoolRecord, client: &ClientRecord) -> Value {
    let sign_up = account::can_sign_up(pool).then(|| account::sign_up_attributes(pool));
    let passkeys = passkeys::relying_party(pool).is_ok() && !pool.door.is_shut_for(client.id());
    let mode = factors::mode(pool);
    json!({
        "signUp": sign_up,
        "signUpByLink": message_link::is_on(pool),
        "forgotPassword": recovery::obstacle(pool).is_none(),
        "changeEmail": contacts::is_verified_first(pool) && attributes::writable(client, "email"),
        "authenticatorApp": mode != UserPoolMfaType::Off && pool.factors.has(Factor::SoftwareToken),
        "passkeys": passkeys,
        "passkeySignIn": passkeys
            && mode != UserPoolMfaType::On
            && flows::check(client, &AuthFlowType::UserAuth).is_ok(),
        "devices": devices::are_tracked(pool),
        "sessions": pool.sessions.is_tracked,
    })
}

/// What the pool asks of a password, by the names that the packages for pages have for it.
fn password_policy(pool: &PoolRecord) -> Value {
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
