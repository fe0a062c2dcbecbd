//! Users: their attributes and the names they go by, passwords and what a password must be, how they are made, changed
//! and signed out, and how often they may call what.

pub mod aliases;
pub mod attribute_value;
pub mod attributes;
pub mod change;
pub mod credentials;
pub mod password_policy;
pub mod quota;
pub mod registration;
pub mod sign_out;
