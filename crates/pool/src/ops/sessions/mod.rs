//! Where users are signed in, in pools that keep track of it.

pub mod admin_list_user_sessions;
pub mod admin_revoke_user_session;
pub mod get_user_pool_client_session_configuration;
pub mod get_user_pool_session_configuration;
pub mod list_user_sessions;
pub mod revoke_user_session;
pub mod set_user_pool_client_session_configuration;
pub mod set_user_pool_session_configuration;
mod view;
