//! What a command works with.

use std::sync::Arc;

use poolhouse_credentials::Env;

use crate::console::Console;

/// Tells the time, in whole seconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a command works with.
pub struct World<'a> {
    /// The environment.
    pub env: Env,
    /// The time.
    pub clock: Clock,
    /// The operator who runs the command.
    pub console: &'a mut dyn Console,
}
