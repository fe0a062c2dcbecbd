//! Domains of the hosted pages.

mod checks;
pub mod create_user_pool_domain;
pub mod delete_user_pool_domain;
pub mod describe_user_pool_domain;
pub mod update_user_pool_domain;
