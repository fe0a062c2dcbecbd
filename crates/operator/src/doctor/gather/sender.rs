//! SES and DNS, about the sender of the Create function's mail.

use poolhouse_text::with_causes;
use serde_json::Value;

use super::known::known;
use crate::aws::{Aws, AwsError, MailService};
use crate::doctor::dns::Resolver;
use crate::doctor::environment::Sender;
use crate::doctor::facts::{Function, Known, SenderRecords};

/// What was found.
pub(super) struct MailFacts {
    pub(super) account: Known<Value>,
    pub(super) identity: Known<Option<Value>>,
    pub(super) records: Known<SenderRecords>,
}

/// Asks SES, if the function sends by it, and DNS, if the sender is known.
pub(super) async fn read(aws: &Aws, resolver: Option<&Resolver>, create: Option<&Function>) -> MailFacts {
    let environment = create.and_then(|function| function.environment.get());
    let sender = environment.and_then(|environment| environment.sender.as_ref().ok());
    let transport = environment.and_then(|environment| environment.transport.as_ref().ok());
    let is_aws = aws.endpoints.is_aws();
    let ses = MailService(aws);
    let (account, identity) = match (sender, transport) {
        (Some(sender), Some(transport)) if transport.uses_ses => {
            let identity = identity(ses, sender).await;
            (known(ses.account().await, is_aws), known(identity, is_aws))
        }
        (sender, transport) => {
            let why = match (sender, transport) {
                (None, _) => "the sender is not known",
                (_, Some(transport)) if transport.is_secret => {
                    "how mail leaves is a secret that the function fetches"
                }
                _ => "mail does not leave by SES",
            };
            (Known::NotHere(why.to_owned()), Known::NotHere(why.to_owned()))
        }
    };
    let records = match (sender, resolver) {
        (Some(sender), Some(resolver)) => {
            let dkim = identity
                .get()
                .and_then(Option::as_ref)
                .map(dkim_names)
                .unwrap_or_default();
            match resolver.sender(&sender.domain, &dkim).await {
                Ok(records) => Known::Yes(records),
                // A machine without a network is no fault of the pool.
                Err(error) => Known::NotHere(with_causes(&error)),
            }
        }
        (None, _) => Known::NotHere("the sender is not known".to_owned()),
        (_, None) => Known::NotHere("--no-dns was given".to_owned()),
    };
    MailFacts {
        account,
        identity,
        records,
    }
}

/// The identity that SES uses for the sender: the address, its domain, or a domain above that.
async fn identity(ses: MailService<'_>, sender: &Sender) -> Result<Option<Value>, AwsError> {
    if let Some(found) = named(ses, &sender.address).await? {
        return Ok(Some(found));
    }
    let mut domain = sender.domain.as_str();
    loop {
        if let Some(found) = named(ses, domain).await? {
            return Ok(Some(found));
        }
        match domain.split_once('.') {
            Some((_, above)) if above.contains('.') => domain = above,
            _ => return Ok(None),
        }
    }
}

/// The identity, with its name, which SES leaves out of its description.
async fn named(ses: MailService<'_>, name: &str) -> Result<Option<Value>, AwsError> {
    let mut identity = ses.identity(name).await?;
    if let Some(members) = identity.as_mut().and_then(Value::as_object_mut) {
        members.insert(NAME.to_owned(), Value::from(name));
    }
    Ok(identity)
}

const NAME: &str = "IdentityName";

/// The names at which Easy DKIM expects its records.
fn dkim_names(identity: &Value) -> Vec<String> {
    let domain = identity.get(NAME).and_then(Value::as_str).unwrap_or_default();
    let domain = domain.rsplit('@').next().unwrap_or_default();
    let tokens = identity
        .pointer("/DkimAttributes/Tokens")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    tokens
        .filter_map(Value::as_str)
        .map(|token| format!("{token}._domainkey.{domain}"))
        .collect()
}
