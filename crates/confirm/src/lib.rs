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

mod bits;
mod book;
mod code;
mod counts;
mod create;
mod define;
mod device;
mod door;
mod event;
mod facts;
mod grants;
mod keys;
mod ledger;
mod mail;
mod native;
mod notice;
mod outcome;
mod owner;
mod parameters;
mod person;
mod recent;
mod recipient;
mod refusal;
mod round;
mod session;
mod settings;
mod settings_error;
mod time;
mod tokens;
mod vars;
mod verify;
mod window;

pub use code::{Alphabet, CodeFormat, normalise};
pub use create::{create, create_without_mail};
pub use define::{define, define_needs_ledger};
pub use door::Door;
pub use event::answered;
pub use facts::{Facts, LedgerSource};
pub use keys::{Keys, OtpKey, UnusableKey};
pub use ledger::has_row as ledger_has_row;
pub use mail::{
    Asker, CodeMail, FactorMail, Invitation, Locale, Logo, Look, Notice, Part, PoolMail, PoolMailContent,
    ShowCode, TemplateError, Templates, Written,
};
pub use native::{FactorEvent, FactorState, factor_counted, factor_state};
pub use outcome::{Created, Decision, Defined, LastResult, NotSent, Outcome, Verified, Warning, WhyFailed};
pub use owner::{
    Cleared, Standing, forget_devices, is_new_password, ledger_for_attribute, post_confirmation,
    renew_ledger, standing, unlock,
};
pub use person::Person;
pub use recent::Recent;
pub use recipient::mask as mask_address;
pub use refusal::Refusal;
pub use settings::{LockRules, MailRules, Opens, Settings};
pub use settings_error::SettingsError;
pub use tokens::{Admitted, door_needs_ledger, pre_token_generation, pre_token_generation_behind_code};
pub use verify::verify;
