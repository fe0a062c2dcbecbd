//! User pools.

pub mod add_custom_attributes;
pub mod code_factor;
pub mod create_user_pool;
pub mod delete_user_pool;
pub mod describe_risk_configuration;
pub mod describe_user_pool;
pub mod door;
pub mod get_log_delivery_configuration;
pub mod get_provisioned_limit;
pub mod get_user_pool_mfa_config;
pub mod list_tags_for_resource;
pub mod list_user_pools;
mod mfa;
mod provisioned_limit;
mod refused;
mod registration;
pub mod safeguards;
mod schema;
pub mod set_log_delivery_configuration;
pub mod set_risk_configuration;
pub mod set_user_pool_mfa_config;
mod settings;
pub mod tag_resource;
mod tags;
pub mod untag_resource;
pub mod update_provisioned_limit;
pub mod update_user_pool;
