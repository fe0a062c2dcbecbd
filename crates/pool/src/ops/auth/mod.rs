//! Signing in and what tokens allow without a signature.

pub(super) mod admin_initiate_auth;
pub(super) mod admin_respond_to_auth_challenge;
mod context;
pub(super) mod get_client_token;
pub(super) mod get_derived_token;
pub(super) mod get_tokens_from_refresh_token;
pub(super) mod initiate_auth;
pub(super) mod respond_to_auth_challenge;
pub(super) mod revoke_token;
