//! Signing in by an identity provider of somebody else's.
//!
//! `leave` sends the browser there, as its protocol has it; what has to be found again on the return is a `round`, which is bound to the
//! browser and good once. The protocol makes of the answer an [`identity::Identity`], in which everything is verified. `arrive` takes
//! that from there, whichever protocol it came by: it finds the user (`found`) or makes one (`profile`), writes what the provider says
//! (`mapped`), asks the functions, and ends the sign-in in one commit (`finish`).
//!
//! Nobody is found by an address: whom a provider means, only its own name for somebody says, or an administrator's link.

pub mod address;
pub mod arrive;
pub mod asked;
mod code;
pub mod defaults;
mod finish;
mod found;
pub mod identity;
pub mod leave;
pub mod left;
mod mapped;
pub mod oidc;
mod profile;
pub mod providers;
pub mod round;
pub mod saml;
pub mod standing;
