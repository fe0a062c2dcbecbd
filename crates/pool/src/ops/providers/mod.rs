//! Identity providers, and who of their users is a user here. Signing in by them is `oauth::federation`.

pub mod admin_disable_provider_for_user;
pub mod admin_link_provider_for_user;
pub mod create_identity_provider;
pub mod delete_identity_provider;
pub mod describe_identity_provider;
mod details;
mod found;
pub mod get_identity_provider_by_identifier;
pub mod get_signing_certificate;
pub mod list_identity_providers;
mod mapping;
mod saml;
pub mod update_identity_provider;
