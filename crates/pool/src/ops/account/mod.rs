//! What users do for themselves, with an access token.

pub mod change_password;
pub mod delete_user;
pub mod delete_user_attributes;
pub mod get_user;
pub mod global_sign_out;
pub mod update_user_attributes;
