//! Signing in: the flows, their steps and their limits.
//!
//! `initiate` and `respond` are the two ends of every flow. Between them a sign-in is a row that a `Session` or
//! `SECRET_BLOCK` string stands for (`handle`). A challenge is a file in `challenge`, which asks and judges the answer;
//! `next` decides what follows a proof. A password is proved by `challenge::password_verifier` or `password`, both behind
//! `lockout`; `custom` runs the Define, Create and Verify functions; `tokens` ends a sign-in.
//!
//! Two rules hold throughout. No verdict is heard before the attempt is counted, in the commit that consumes what it
//! answers, and on the condition that the counts are those it was allowed by; functions that run elsewhere are asked
//! after that commit. And a user who does not exist takes the same road with the same work (`subject`).

pub mod access_token;
pub mod after_sign_up;
pub mod asking;
pub mod challenge;
pub mod choice;
pub mod claims;
pub mod client_secret;
pub mod confirm;
pub mod custom;
pub mod derive;
pub mod device;
pub mod door;
pub mod ending;
pub mod exchange;
pub mod factor;
pub mod flows;
pub mod handle;
pub mod initiate;
pub mod issue;
pub mod issued;
pub mod issuer;
pub mod lifetimes;
pub mod lockout;
pub mod means;
pub mod migration;
pub mod named;
pub mod next;
pub mod outside;
pub mod parameters;
pub mod passkey_registration;
pub mod password;
pub mod place;
pub mod private;
pub mod proven_factor;
pub mod recent;
pub mod refresh;
pub mod refresh_token;
pub mod respond;
pub mod resume;
pub mod revoke;
pub mod right_passkey;
pub mod room;
pub mod scopes;
pub mod secret_hash;
pub mod set_up;
pub mod step;
pub mod subject;
pub mod tally;
pub mod tokens;
pub mod tracking;
pub mod user_auth;
pub mod verified;
