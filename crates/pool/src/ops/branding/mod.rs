//! How the hosted pages look, and which terms they name. What is given is checked, stored and shown.

mod assets;
pub mod create_managed_login_branding;
pub mod create_terms;
mod css;
pub mod delete_managed_login_branding;
pub mod delete_terms;
pub mod describe_managed_login_branding;
pub mod describe_managed_login_branding_by_client;
pub mod describe_terms;
pub mod describe_terms_by_client;
pub mod get_ui_customization;
mod images;
pub mod list_terms;
mod look;
pub mod of_client;
pub mod set_ui_customization;
mod settings;
mod style;
mod terms;
pub mod update_managed_login_branding;
pub mod update_terms;
