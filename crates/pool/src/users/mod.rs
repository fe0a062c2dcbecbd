//! Users: their attributes, groups and the names they go by, passwords and what a password must be, how they are made, changed
//! and signed out, the mails and codes that the pool sends them, and how often they may call what.

pub mod aliases;
pub mod attribute_value;
pub mod attributes;
pub mod change;
pub mod code_factor;
pub mod code_mail;
pub mod codes;
pub mod confirmation;
pub mod contacts;
pub mod credentials;
pub mod custom_sender;
pub mod devices;
pub mod epoch;
pub mod factor_message;
pub mod factors;
pub mod first_factors;
pub mod groups;
pub mod guessable;
pub mod import_line;
pub mod imports;
pub mod message;
pub mod message_link;
pub mod messages;
pub mod new_group;
pub mod other_sign_ins;
pub mod passkeys;
pub mod password_policy;
pub mod quota;
pub mod recovery;
pub mod registration;
pub mod schema;
pub mod sign_out;
pub mod software_tokens;
