//! The commands: their arguments, and what runs them.

mod args;
mod attach;
mod connect;
mod doctor;
mod failure;
mod people;
mod run;
mod world;

pub use args::{
    AttachArgs, AwsArgs, ChangeArgs, CountersArgs, DetachArgs, DoctorArgs, ForgetArgs, FunctionArgs,
    LockedArgs, RollbackArgs, UnlockArgs,
};
pub use run::{Command, DevicesCommand, run};
pub use world::{Clock, World};
