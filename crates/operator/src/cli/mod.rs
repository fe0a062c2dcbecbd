//! The commands: their arguments, and what runs them.

mod args;
mod attach;
mod connect;
mod doctor;
mod failure;
mod run;
mod world;

pub use args::{AttachArgs, AwsArgs, ChangeArgs, DetachArgs, DoctorArgs, FunctionArgs, RollbackArgs};
pub use run::{Command, run};
pub use world::{Clock, World};
