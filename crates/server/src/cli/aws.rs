//! How this server calls AWS: SES, and functions on Lambda.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_credentials::{RenewingCredentials, Surroundings};
use poolhouse_crypto::{Entropy, OsEntropy};
use poolhouse_outbound::aws::{Caller, Clock};
use poolhouse_outbound::http::Proxies;
use poolhouse_outbound::{TlsSource, client_config, roots, roots_with};
use poolhouse_pool::base::clock::{Clock as _, SystemClock};
use poolhouse_pool::base::settings::{FunctionPlace, MailCarrier, Settings};
use rustls::crypto::aws_lc_rs;

use super::{CliError, Environment};

/// A caller whose credentials are found where AWS's own tools find them, and renewed.
///
/// # Errors
/// A variable that cannot be used; and, if the settings name something on AWS, that there are no credentials. A server
/// that could send no code says so at its start.
pub(super) async fn caller(settings: &Settings, environment: &Environment) -> Result<Caller, CliError> {
    let env = &environment.variables;
    let proxies = Proxies::from_vars(|name| env.get(name));
    let proxies = proxies.map_err(|error| CliError::new("the way to AWS is not usable").caused_by(error))?;
    let tls = tls(env.get("AWS_CA_BUNDLE"))?;
    let clock: Clock =
        Arc::new(|| Duration::from_millis(u64::try_from(SystemClock.now().0).unwrap_or_default()));
    let source = RenewingCredentials::new(Surroundings {
        env: env.clone(),
        profile: None,
        region: None,
        tls: tls.clone(),
        proxies: proxies.clone(),
        clock: Arc::clone(&clock),
        random: Arc::new(|| {
            let mut bytes = [0; 8];
            OsEntropy.fill(&mut bytes);
            u64::from_ne_bytes(bytes)
        }),
    });
    if let Some(user) = user_of(settings) {
        let (credentials, found_in) = source
            .current()
            .await
            .map_err(|error| CliError::new(format!("{user} needs AWS credentials")).caused_by(error))?;
        tracing::info!(access_key_id = credentials.access_key_id(), %found_in, "AWS credentials");
    }
    Ok(Caller {
        credentials: Arc::new(source),
        tls,
        proxies,
        clock,
    })
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

fn tls(bundle: Option<String>) -> Result<TlsSource, CliError> {
    let provider = || Arc::new(aws_lc_rs::default_provider());
    let Some(path) = bundle else {
        return Ok(TlsSource::lazy(move || {
            client_config(provider(), roots()).map(Arc::new)
        }));
    };
    let unusable = || CliError::new(format!("AWS_CA_BUNDLE names {path}, which is not usable"));
    let bundle = std::fs::read(&path).map_err(|error| unusable().caused_by(error))?;
    let roots = roots_with(&bundle).map_err(|error| unusable().caused_by(error))?;
    let config = client_config(provider(), roots).map_err(|error| unusable().caused_by(error))?;
    Ok(TlsSource::ready(Arc::new(config)))
}
