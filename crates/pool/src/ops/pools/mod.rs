//! User pools.

pub mod add_custom_attributes;
pub mod code_factor;
pub mod create_user_pool;
pub mod delete_user_pool;
pub mod describe_user_pool;
pub mod door;
pub mod list_user_pools;
mod refused;
mod schema;
mod settings;
pub mod update_user_pool;
