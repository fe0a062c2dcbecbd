//! Which sign-in a page asks for.

use poolhouse_api::shapes::{AuthFlowType, ExplicitAuthFlowsType as Allowed};

use super::site::Site;
use crate::auth::{custom, flows};
use crate::records::{ClientRecord, PageFlow, PoolRecord};

/// The pool's tag that says `off` where its pages are to ask for no code, although the functions are there.
const TAG: &str = "poolhouse:hosted-custom-auth";
/// The version of a domain whose pages let people choose what they begin with: managed login.
pub const MANAGED: i64 = 2;

/// What the pages of a site ask people for who sign in to this client.
pub fn of(site: &Site, client: &ClientRecord) -> PageFlow {
    let pool = &*site.pool.value;
    let allows = flows::check(client, &AuthFlowType::UserAuth).is_ok();
    let chooses = allows && site.managed_login_version == MANAGED;
    match is_custom(pool, client) {
        true => PageFlow::Custom,
        // Nobody chooses a way around a code that the pool needs.
        false if chooses && !pool.door.is_shut_for(client.id()) => PageFlow::Choice,
        false => PageFlow::Password,
    }
}

/// What a form begins with that asks for the password alone, as the packages for pages have it: the functions' codes where the pool
/// has them and the client allows them, as such forms always did. Where neither can be, the server says which one it missed.
pub fn of_form(pool: &PoolRecord, client: &ClientRecord) -> AuthFlowType {
    let allows = |flow: &AuthFlowType| flows::check(client, flow).is_ok();
    let custom = custom::check_configured(pool).is_ok() && allows(&AuthFlowType::CustomAuth);
    match custom || !allows(&AuthFlowType::UserSrpAuth) {
        true => AuthFlowType::CustomAuth,
        false => AuthFlowType::UserSrpAuth,
    }
}

/// What a pool's tag begins with that says, before the name of an identity provider, whether a code by mail is asked of those who sign in
/// by it: `on` or `off`.
const CODE_AFTER: &str = "poolhouse:code-after:";

/// Whether a code by mail is asked of whoever has signed in by this provider: as the pool's tag for it says, or else where the pool
/// needs a code of everybody.
pub fn asks_code_after(pool: &PoolRecord, client_id: &str, provider: &str) -> bool {
    let tags = pool.settings.user_pool_tags.as_ref();
    let tag = tags.and_then(|tags| tags.get(&format!("{CODE_AFTER}{provider}")));
    match tag.map(String::as_str) {
        Some("off") => false,
        Some("on") => true,
        _ => pool.door.is_shut_for(client_id),
    }
}

/// Whether people type a code after the password who sign in to this client: the pool's functions ask for it, or its door does.
pub fn needs_code(pool: &PoolRecord, client: &ClientRecord) -> bool {
    is_custom(pool, client) || pool.door.is_shut_for(client.id())
}

/// Whether the pool's functions ask for a code after the password: all three are there, and the client allows it. A client that
/// names no flow does.
fn is_custom(pool: &PoolRecord, client: &ClientRecord) -> bool {
    let tags = pool.settings.user_pool_tags.as_ref();
    let is_off = tags
        .and_then(|tags| tags.get(TAG))
        .is_some_and(|value| value == "off");
    let flows = client.settings.explicit_auth_flows.as_deref().unwrap_or_default();
    // Nobody has chosen flows for a client that has registered itself.
    let allows = client.is_registered()
        || flows.is_empty()
        || flows.contains(&Allowed::AllowCustomAuth)
        || flows.contains(&Allowed::CustomAuthFlowOnly);
    allows && !is_off && custom::check_configured(pool).is_ok()
}
