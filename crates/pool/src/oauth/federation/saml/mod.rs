//! Federation by SAML 2.0: the pool is the service provider. What a response says is read and judged in `crates/saml`; here is what that
//! needs to know, and what is remembered.
//!
//! `metadata` knows the identity provider, `certificate` the pool's own keys. `ask` sends a browser away with a request, `answer` takes
//! it back with a response, which `judge` believes or not; `unasked` is for those who were not sent away.
//! `sign_out` tells the provider of somebody who leaves, and hears what it answers.

pub mod answer;
pub mod ask;
pub mod certificate;
mod id;
mod judge;
pub mod metadata;
pub mod sign_out;
mod unasked;

/// What the entity id of a pool begins with: the service's own.
const ENTITY: &str = "urn:amazon:cognito:sp:";
/// Where responses are posted to, below a site.
pub const ACS: &str = "/saml2/idpresponse";
/// Where what answers a sign-out is posted to.
pub const SLO: &str = "/saml2/logout";

/// The entity id of a pool.
pub fn entity_id(pool_id: &str) -> String {
    format!("{ENTITY}{pool_id}")
}
