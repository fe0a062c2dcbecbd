//! What users do for themselves: to have an account, by name and code, and with it, by an access token.

pub mod change_password;
pub mod confirm_forgot_password;
pub mod confirm_sign_up;
pub mod delete_user;
pub mod delete_user_attributes;
pub mod forgot_password;
pub mod get_user;
pub mod get_user_attribute_verification_code;
pub mod global_sign_out;
pub mod resend_confirmation_code;
pub mod sign_up;
pub mod update_user_attributes;
pub mod verify_user_attribute;

#[cfg(test)]
pub mod tests;
