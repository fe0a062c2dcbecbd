//! What an identity provider says of itself: from the file that it was made with, or from its address.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use poolhouse_outbound::guarded::{Asked, Limits};
use poolhouse_saml::{Fault, Metadata};
use poolhouse_store::{Batch, CommitError, Expect};
use poolhouse_text::with_causes;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{IdentityProviderRecord, RecordBatch, SamlMetadata};
use crate::request::Ctx;

/// How old fetched metadata gets: the service's six hours.
const FRESH_SECONDS: i64 = 6 * 3600;
/// How old it may get while its address does not answer. Then nobody signs in by it any more: the provider may have changed its keys
/// for a reason.
const STALE_SECONDS: i64 = 24 * 3600;
/// What fetching it may cost.
const LIMITS: Limits = Limits {
    wait: Duration::from_secs(3),
    bytes: poolhouse_saml::metadata::LONGEST,
};

/// Why there is none.
#[derive(Debug)]
pub enum Unusable {
    /// Its address does not answer with a document.
    Unfetched,
    /// It is not to be used.
    Fault(Fault),
    /// The store failed.
    Store(ApiError),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Unfetched => f.write_str("the metadata of the identity provider could not be fetched"),
            Unusable::Fault(_) => f.write_str("the metadata of the identity provider cannot be used"),
            Unusable::Store(_) => f.write_str("the metadata of the identity provider cannot be read"),
        }
    }
}

impl std::error::Error for Unusable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unusable::Unfetched => None,
            Unusable::Fault(fault) => Some(fault),
            Unusable::Store(error) => Some(error),
        }
    }
}

impl From<ApiError> for Unusable {
    fn from(error: ApiError) -> Unusable {
        Unusable::Store(error)
    }
}

/// A document, and what it says.
pub struct Looked {
    /// As it came.
    pub document: String,
    /// Read, and good at this moment.
    pub metadata: Metadata,
}

/// Looks at the metadata that a provider's details name or are, for the operations that make and change providers.
///
/// # Errors
/// [`Unusable`]
pub async fn look(ctx: &Ctx, details: &BTreeMap<String, String>) -> Result<Looked, Unusable> {
    let document = match given(details, "MetadataURL") {
        Some(url) => fetch(ctx, url).await?,
        None => given(details, "MetadataFile").unwrap_or_default().to_owned(),
    };
    let metadata = read(&document, ctx.now)?;
    Ok(Looked { document, metadata })
}

fn given<'a>(details: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    details
        .get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

fn read(document: &str, now: Millis) -> Result<Metadata, Unusable> {
    let metadata = Metadata::read(document).map_err(Unusable::Fault)?;
    metadata.check(now.0).map_err(Unusable::Fault)?;
    Ok(metadata)
}

async fn fetch(ctx: &Ctx, url: &str) -> Result<String, Unusable> {
    let fetched = match ctx.app.outside.send(Asked::get(url), LIMITS).await {
        Ok(fetched) if fetched.status == 200 => fetched,
        Ok(_) => return Err(Unusable::Unfetched),
        Err(unfetched) => {
            let (request_id, causes) = (&ctx.request_id, with_causes(&unfetched));
            tracing::warn!(request_id, url, causes, "SAML metadata could not be fetched");
            return Err(Unusable::Unfetched);
        }
    };
    let text = String::from_utf8(fetched.body.to_vec());
    text.map_err(|_| Unusable::Fault(Fault::Encoding))
}

/// The row of metadata that was looked at, if it was fetched.
pub fn row(ctx: &Ctx, pool_id: &str, provider: &IdentityProviderRecord, looked: &Looked) -> Batch {
    let key = SamlMetadata::key(pool_id, &provider.name);
    match given(&provider.details, "MetadataURL") {
        None => Batch::new().delete(key, Expect::Any),
        Some(url) => {
            let record = SamlMetadata {
                provider_id: provider.id.clone(),
                url: url.to_owned(),
                document: looked.document.clone(),
                fetched: ctx.now,
            };
            Batch::new().record(key, Expect::Any, &record)
        }
    }
}

/// What a provider says of itself at this moment, for a sign-in. What was fetched is fetched anew after six hours.
///
/// # Errors
/// [`Unusable`]
pub async fn of(ctx: &Ctx, pool_id: &str, provider: &IdentityProviderRecord) -> Result<Metadata, Unusable> {
    let Some(url) = given(&provider.details, "MetadataURL") else {
        let file = given(&provider.details, "MetadataFile").unwrap_or_default();
        return read(file, ctx.now);
    };
    let held = ctx.load(&SamlMetadata::key(pool_id, &provider.name)).await;
    let held = held.map_err(ApiError::from)?;
    let held = held.filter(|held| held.value.provider_id == provider.id && held.value.url == url);
    let age = |held: &SamlMetadata| ctx.now.seconds() - held.fetched.seconds();
    if let Some(held) = held.as_ref().filter(|held| age(&held.value) < FRESH_SECONDS)
        && let Ok(metadata) = read(&held.value.document, ctx.now)
    {
        return Ok(metadata);
    }
    match look(ctx, &provider.details).await {
        Ok(looked) => {
            let written = ctx
                .app
                .platform
                .commit(row(ctx, pool_id, provider, &looked))
                .await;
            match written {
                // Another request has fetched it, too.
                Ok(_) | Err(CommitError::Conflict { .. }) => Ok(looked.metadata),
                Err(error) => Err(Unusable::Store(error.into())),
            }
        }
        Err(Unusable::Unfetched) => match held.filter(|held| age(&held.value) < STALE_SECONDS) {
            Some(held) => read(&held.value.document, ctx.now),
            None => Err(Unusable::Unfetched),
        },
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_outbound::guarded::Fetched;
    use poolhouse_saml::testing::Idp;
    use serde_json::json;

    use super::*;
    use crate::request::Asker;
    use crate::testing::TestPool;

    const URL: &str = "https://idp.example/metadata";

    fn ctx(server: &TestPool) -> Ctx {
        let app = server.app().clone();
        let now = app.platform.now();
        Ctx::new(
            app,
            "00000000-0000-4000-8000-000000000000".to_owned(),
            now,
            Asker::default(),
        )
    }

    /// A pool with a provider whose metadata is at an address.
    async fn campus() -> (TestPool, String, IdentityProviderRecord) {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        says(&server, &Idp::new());
        let provider = json!({
            "UserPoolId": pool,
            "ProviderName": "Campus",
            "ProviderType": "SAML",
            "ProviderDetails": { "MetadataURL": URL },
        });
        server.call("CreateIdentityProvider", provider).await.ok();
        let key = IdentityProviderRecord::key(&pool, "Campus");
        let provider = ctx(&server).load(&key).await.unwrap().unwrap().value;
        (server, pool, provider)
    }

    fn says(server: &TestPool, idp: &Idp) {
        let fetched = Fetched {
            status: 200,
            body: idp.metadata().into(),
            ..Fetched::default()
        };
        server.outside().answer(URL, fetched);
    }

    #[tokio::test]
    async fn a_new_key_of_a_provider_is_known_after_six_hours() {
        let (server, pool, provider) = campus().await;
        says(&server, &Idp::other());
        server.clock().advance_seconds(FRESH_SECONDS - 1);
        let before = of(&ctx(&server), &pool, &provider).await.unwrap();
        assert_eq!(before.keys, [Idp::new().key()]);
        assert_eq!(server.outside().asked().len(), 1);
        server.clock().advance_seconds(1);
        for _ in 0..2 {
            let after = of(&ctx(&server), &pool, &provider).await.unwrap();
            assert_eq!(after.keys, [Idp::other().key()]);
        }
        assert_eq!(server.outside().asked(), [URL, URL]);
    }

    #[tokio::test]
    async fn a_provider_whose_address_is_silent_is_known_for_a_day() {
        let (server, pool, provider) = campus().await;
        server.outside().forget(URL);
        server.clock().advance_seconds(STALE_SECONDS - 1);
        let kept = of(&ctx(&server), &pool, &provider).await.unwrap();
        assert_eq!(kept.keys, [Idp::new().key()]);
        server.clock().advance_seconds(1);
        let gone = of(&ctx(&server), &pool, &provider).await;
        assert!(matches!(gone, Err(Unusable::Unfetched)));
    }

    #[tokio::test]
    async fn metadata_that_has_become_something_else_signs_nobody_in() {
        let (server, pool, provider) = campus().await;
        let fetched = Fetched {
            status: 200,
            body: "<html/>".into(),
            ..Fetched::default()
        };
        server.outside().answer(URL, fetched);
        server.clock().advance_seconds(FRESH_SECONDS);
        let read = of(&ctx(&server), &pool, &provider).await;
        assert!(matches!(
            read,
            Err(Unusable::Fault(Fault::Shape("EntityDescriptor")))
        ));
    }

    #[tokio::test]
    async fn what_was_fetched_for_another_provider_or_from_elsewhere_is_not_read() {
        let (server, pool, provider) = campus().await;
        let renamed = IdentityProviderRecord {
            id: "another".to_owned(),
            ..provider.clone()
        };
        let mut moved = provider.clone();
        let elsewhere = "https://idp.example/elsewhere".to_owned();
        moved.details.insert("MetadataURL".to_owned(), elsewhere.clone());
        server.outside().forget(URL);
        for other in [renamed, moved] {
            let read = of(&ctx(&server), &pool, &other).await;
            assert!(matches!(read, Err(Unusable::Unfetched)));
        }
        assert_eq!(server.outside().asked(), [URL, URL, &elsewhere]);
    }
}
