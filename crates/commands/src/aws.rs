//! How this server calls AWS: SES, and functions on Lambda.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_credentials::{Env, Means};
use poolhouse_crypto::{Entropy, OsEntropy};
use poolhouse_outbound::aws::Caller;
use poolhouse_pool::base::clock::{Clock, SystemClock};
use poolhouse_pool::base::settings::{FunctionPlace, MailCarrier, Settings};
use rustls::crypto::aws_lc_rs;

use crate::environment::Environment;
use crate::error::CliError;

/// A caller whose credentials are found where AWS's own tools find them, and renewed.
///
/// # Errors
/// If the settings name something on AWS: a variable that cannot be used, and that there are no credentials. A server that
/// could send no code says so at its start. One that calls nothing on AWS takes no notice of these variables.
pub async fn caller(settings: &Settings, environment: &Environment) -> Result<Caller, CliError> {
    let user = user_of(settings);
    let env = match user {
        Some(_) => environment.variables.clone(),
        None => Env::of(&[]),
    };
    let (caller, source) = poolhouse_credentials::caller(Means {
        env,
        profile: None,
        region: None,
        provider: aws_lc_rs::default_provider,
        clock: Arc::new(|| Duration::from_millis(u64::try_from(SystemClock.now().0).unwrap_or_default())),
        random: Arc::new(|| {
            let mut bytes = [0; 8];
            OsEntropy.fill(&mut bytes);
            u64::from_ne_bytes(bytes)
        }),
    })
    .map_err(|error| CliError::new("the way to AWS cannot be used").caused_by(error))?;
    if let Some(user) = user {
        let (credentials, found_in) = source
            .current()
            .await
            .map_err(|error| CliError::new(format!("{user} needs AWS credentials")).caused_by(error))?;
        tracing::info!(access_key_id = credentials.access_key_id(), %found_in, "AWS credentials");
    }
    Ok(caller)
}

/// What in the settings calls AWS.
fn user_of(settings: &Settings) -> Option<String> {
    let is_ses = |carrier: &&MailCarrier| matches!(carrier, MailCarrier::Ses(_));
    if let Some(ses) = settings.mail.carriers.iter().find(is_ses) {
        return Some(format!("mail by {ses}"));
    }
    let mut functions = settings.functions.iter();
    let remote = functions.find(|function| matches!(function.place, FunctionPlace::Remote(_)))?;
    Some(format!("functions.\"{}\"", remote.function))
}
