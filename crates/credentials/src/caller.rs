//! Who calls AWS from this machine, and by which way.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use poolhouse_outbound::aws::{Caller, Clock};
use poolhouse_outbound::http::{Proxies, UnusableProxy};
use poolhouse_outbound::{TlsSource, client_config, roots, roots_with};
use rustls::crypto::CryptoProvider;

use crate::env::Env;
use crate::renewing::RenewingCredentials;
use crate::surroundings::{Random, Surroundings};

/// What a program brings along to call AWS.
pub struct Means {
    /// The environment.
    pub env: Env,
    /// The profile that a flag names.
    pub profile: Option<String>,
    /// The region of STS, if one is known that does not stand in the environment or the profile.
    pub region: Option<String>,
    /// TLS's primitives.
    pub provider: fn() -> CryptoProvider,
    /// The time.
    pub clock: Clock,
    /// Spreads renewals.
    pub random: Random,
}

/// A caller as the environment describes one: with proxies, the certificates of `AWS_CA_BUNDLE`, and credentials that
/// are renewed, which are returned beside it. No credentials are looked for yet.
///
/// # Errors
/// A variable that cannot be used.
pub fn caller(means: Means) -> Result<(Caller, RenewingCredentials), UnusableVariable> {
    let env = &means.env;
    let proxies = Proxies::from_vars(|name| env.get(name)).map_err(UnusableVariable::Proxy)?;
    let tls = tls(env.get("AWS_CA_BUNDLE"), means.provider)?;
    let credentials = RenewingCredentials::new(Surroundings {
        env: means.env,
        profile: means.profile,
        region: means.region,
        tls: tls.clone(),
        proxies: proxies.clone(),
        clock: Arc::clone(&means.clock),
        random: means.random,
    });
    let caller = Caller {
        credentials: Arc::new(credentials.clone()),
        tls,
        proxies,
        clock: means.clock,
    };
    Ok((caller, credentials))
}

/// TLS 1.2 and 1.3 with Mozilla's roots, and those of the bundle. Without one it is made when it is needed.
fn tls(bundle: Option<String>, provider: fn() -> CryptoProvider) -> Result<TlsSource, UnusableVariable> {
    let Some(path) = bundle else {
        return Ok(TlsSource::lazy(move || {
            client_config(Arc::new(provider()), roots()).map(Arc::new)
        }));
    };
    let config = || -> Result<_, Box<dyn Error + Send + Sync>> {
        let roots = roots_with(&std::fs::read(&path)?)?;
        Ok(client_config(Arc::new(provider()), roots)?)
    };
    match config() {
        Ok(config) => Ok(TlsSource::ready(Arc::new(config))),
        Err(source) => Err(UnusableVariable::Bundle { path, source }),
    }
}

/// A variable about the way to AWS that cannot be used.
#[derive(Debug)]
pub enum UnusableVariable {
    /// A proxy.
    Proxy(UnusableProxy),
    /// `AWS_CA_BUNDLE`.
    Bundle {
        /// The file that it names.
        path: String,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl fmt::Display for UnusableVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proxy(error) => error.fmt(f),
            Self::Bundle { path, .. } => write!(f, "AWS_CA_BUNDLE names {path}, which cannot be used"),
        }
    }
}

impl Error for UnusableVariable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Proxy(_) => None,
            Self::Bundle { source, .. } => Some(&**source),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use poolhouse_text::with_causes;

    use super::*;

    fn refused(pairs: &[(&str, &str)]) -> Option<String> {
        let means = Means {
            env: Env::of(pairs),
            profile: None,
            region: None,
            provider: rustls::crypto::aws_lc_rs::default_provider,
            clock: Arc::new(|| Duration::ZERO),
            random: Arc::new(|| 0),
        };
        caller(means).err().map(|error| with_causes(&error))
    }

    #[test]
    fn a_way_that_somebody_described_and_that_cannot_be_gone_is_not_gone_past() {
        assert_eq!(refused(&[]), None);
        assert_eq!(
            refused(&[("HTTPS_PROXY", "socks5://one")]).as_deref(),
            Some("HTTPS_PROXY is not of the form http://host:port or http://user:password@host:port")
        );
        let no_certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let refusal = refused(&[("AWS_CA_BUNDLE", no_certificate)]).unwrap();
        assert!(
            refusal.ends_with("which cannot be used: it holds no certificate"),
            "{refusal}"
        );
        let refusal = refused(&[("AWS_CA_BUNDLE", "/no/such/file")]).unwrap();
        assert!(
            refusal.starts_with("AWS_CA_BUNDLE names /no/such/file, which cannot be used: No such file"),
            "{refusal}"
        );
    }
}
