//! What the functions are told and what their answers mean: one type for each trigger, with the members of its request, the
//! sources it is called for, the function of `LambdaConfig` that serves it, and the reading of its response.
//!
//! Members that the service leaves out are left out: `clientMetadata` where the request had none, `userNotFound` where
//! the app client lets everybody know which users exist. Others that are empty are null, as they are on the service.

mod authentication;
mod custom;
mod custom_message;
mod custom_sender;
mod event;
mod post_confirmation;
mod pre_sign_up;
mod token_generation;
mod user_migration;

pub use authentication::{PostAuthentication, PreAuthentication};
pub use custom::{
    Challenge, CreateAuthChallenge, Decision, DefineAuthChallenge, VerifyAuthChallengeResponse,
};
pub use custom_message::{CustomMessage, CustomMessageSource, Wording};
pub use custom_sender::{CustomSender, Medium, sender_of};
pub(super) use event::Call;
pub use event::{About, Event, Metadata, unrecognizable};
pub use post_confirmation::{PostConfirmation, PostConfirmationSource};
pub use pre_sign_up::{PreSignUp, PreSignUpSource, SignUpAnswer};
pub use token_generation::{
    ClientCredentials, Groups, Override, PreTokenGeneration, TokenChange, TokenGenerationSource,
};
pub use user_migration::{Migrated, UserMigration, UserMigrationSource};
