//! Resource servers and their scopes.

pub mod create_resource_server;
pub mod delete_resource_server;
pub mod describe_resource_server;
pub mod list_resource_servers;
mod scopes;
pub mod update_resource_server;
