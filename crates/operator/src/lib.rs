//! The operator's tools for a user pool that exists, on AWS or on Poolhouse: `attach`, `detach`, `rollback`, `doctor`, and for
//! its users: `unlock`, `devices forget`, `locked`.
//!
//! Whatever changes a pool reads everything first, shows the difference, asks, writes a snapshot, sends every member
//! back (the service resets what an update leaves out), reads again and compares.

mod arn;
mod attach;
mod aws;
mod change;
mod cli;
mod console;
mod doctor;
mod people;
mod pool;

pub use cli::{
    AttachArgs, AwsArgs, ChangeArgs, Clock, Command, CountersArgs, DetachArgs, DevicesCommand, DoctorArgs,
    ForgetArgs, FunctionArgs, LockedArgs, RollbackArgs, UnlockArgs, World, run,
};
pub use console::{Console, Reply, Terminal};
pub use doctor::Output;
pub use people::told;
