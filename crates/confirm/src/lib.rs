//! The confirm-code feature: the three trigger functions as pure code.
//!
//! A person signs in with a password, gets a code by mail, types it, and is signed in. Cognito's custom flow asks
//! three functions about it: [`define`] (what comes next?), [`create`] (make a challenge) and [`verify`] (is the
//! answer right?). Each takes the trigger's event as it came and returns the same event with `response` filled; no
//! other member is touched, because the service refuses an event whose members were dropped or turned to null.
//!
//! Nothing here reads a clock, an environment, a store or the network. What a function must know beside the event is
//! in [`Facts`]; what its caller must do afterwards (write the [ledger](LedgerSource), send the [mail](CodeMail),
//! log the [warnings](Warning)) is in what it returns. Two callers exist: the Lambda binaries and the server, in
//! process.
//!
//! How the code is made and why nothing stored can reveal it stands in `docs/decisions/confirm-code.md`.

mod code;
mod create;
mod define;
mod device;
mod event;
mod facts;
mod keys;
mod ledger;
mod limits;
mod mail;
mod outcome;
mod recent;
mod recipient;
mod round;
mod session;
mod settings;
mod time;
mod tokens;
mod vars;
mod verify;
mod window;

pub use code::{Alphabet, CodeFormat};
pub use create::create;
pub use define::define;
pub use facts::{Facts, LedgerSource};
pub use keys::{Keys, OtpKey, UnusableKey};
pub use ledger::is_spent as ledger_is_spent;
pub use mail::{
    Asker, CodeMail, Invitation, Locale, Logo, Look, Notice, Part, ShowCode, TemplateError, Templates,
    Written,
};
pub use outcome::{Created, Decision, Defined, LastResult, Outcome, Refusal, Verified, Warning, WhyFailed};
pub use recent::Recent;
pub use settings::{LockRules, MailCaps, Settings, SettingsError};
pub use tokens::pre_token_generation;
pub use verify::verify;
