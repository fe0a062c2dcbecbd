//! Whose requests these are: AWS credentials, found in the places and in the order in which AWS's own tools look, and
//! renewed before they end.
//!
//! [`plan`] decides by the environment and the profiles alone, without I/O, where the credentials come from; [`finder`]
//! goes there; [`RenewingCredentials`] keeps what came back and goes again in good time. The server's calls and the
//! operator's commands have theirs from here.
//!
//! The environment, the time and randomness come in as [`Surroundings`]; what is read besides are the files that the
//! environment names.

mod caller;
mod env;
mod expiry;
mod finder;
mod ini;
mod machine;
mod obtained;
mod plan;
mod process;
mod profiles;
mod renewing;
mod roles;
mod sso;
mod surroundings;

pub use caller::{Means, UnusableVariable, caller};
pub use env::Env;
pub use obtained::FoundIn;
pub use profiles::{ProfileEndpoints, Profiles};
pub use renewing::RenewingCredentials;
pub use surroundings::{Random, Surroundings};
