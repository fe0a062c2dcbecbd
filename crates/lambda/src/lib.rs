//! The trigger functions as Lambda programs.
//!
//! What the functions decide is [`poolhouse_confirm`]'s. Here is what surrounds it: the [Runtime API](runtime) loop,
//! settings from the environment, the calls back to the user pool, the mail, the deadlines, and one line of log for each
//! call. Each program is one of [`Define`], [`Create`], [`Verify`] and the optional [`PreToken`] and [`PostConfirmation`]
//! handed to [`start`].
//!
//! Cognito stops listening after 5 s and calls up to three times, so everything a call does is over after 3.5 s
//! ([`Limits`]), whatever the function's own time limit says. Nothing is opened at start: no TLS, no DNS, no roots.

mod aws;
mod counters;
mod create;
mod define;
mod edge;
mod failure;
mod ledger;
mod log;
mod mailer;
mod pool;
mod post_confirmation;
mod pre_token;
pub mod runtime;
mod secrets;
mod settings;
mod spelling;
mod vars;
mod verify;

pub use create::Create;
pub use define::Define;
pub use edge::{start, system_clock};
pub use failure::Failure;
pub use log::Log;
pub use poolhouse_outbound::aws::Clock;
pub use post_confirmation::PostConfirmation;
pub use pre_token::PreToken;
pub use secrets::with_secrets;
pub use settings::Limits;
pub use vars::{InitError, Vars};
pub use verify::Verify;
