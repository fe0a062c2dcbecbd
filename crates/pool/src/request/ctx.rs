//! One request: the shared server, when and under which id it came in, and the lookups that most operations begin with.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_store::Row;

use super::audit::Audit;
use super::noted::Noted;
use super::{Ahead, App};
use crate::base::clock::Millis;
use crate::base::envelope;
use crate::base::error::ApiError;
use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::records::document::decode;
use crate::records::user_index::{self, alias_kind, signs_in_by};
use crate::records::{
    ClientRecord, Document, EntryId, GroupCount, Key, PoolRecord, Reference, Stored, UserRecord, load,
};

/// Bytes of the longest name that a user can have: 128 characters, or an address of 254 bytes. Longer ones are not
/// looked up, for they may exceed what a key of the store can hold.
pub const LONGEST_NAME: usize = 512;

use crate::triggers::{Asking, Functions, Trigger};

const DAY_SECONDS: i64 = 24 * 3600;

/// The request that an operation serves. Time stands still within it.
#[derive(Clone)]
pub struct Ctx {
    /// The server.
    pub app: Arc<App>,
    /// `x-amzn-RequestId`, a UUID.
    pub request_id: String,
    /// When the request was taken up.
    pub now: Millis,
    /// Who asks, as far as the request tells.
    pub asker: Asker,
    /// What was read and not used yet.
    pub ahead: Ahead,
    /// What the audit log is told of it.
    pub audit: Audit,
    /// What the pool stands on, with commits that tell the audit log.
    platform: Platform,
}

/// Who asks: what the request's headers say, for the mail that tells a person of it, and what the lookups found, for the log.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// The address that the request comes from.
    pub address: Option<IpAddr>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The place that a trusted proxy names in the header of `mail.place_header`.
    pub place: Option<String>,
    /// The pools that the request's access key is kept to, if it is to some.
    pub pools: Option<BTreeSet<String>>,
    /// The user and app client of the request.
    pub noted: Noted,
    /// Whether a page of this server asks, for a person who is told of nobody else's account whatever the app client may know.
    pub is_on_page: bool,
}

impl Asker {
    /// The same as the confirm-code functions have it.
    pub fn as_facts(&self) -> poolhouse_confirm::Asker<'_> {
        poolhouse_confirm::Asker {
            user_agent: self.user_agent.as_deref(),
            place: self.place.as_deref(),
        }
    }
}

/// Functions are asked in the name of a request, which tells the audit log.
impl Asking for Ctx {
    fn functions(&self) -> &Functions {
        &self.app.functions
    }

    fn request_id(&self) -> &str {
        &self.request_id
    }

    fn heard(&self, trigger: Trigger, took: Duration, outcome: &'static str) {
        self.audit.heard(trigger.name(), took, outcome);
    }
}

impl Ctx {
    /// A request with this id, taken up at `now`.
    pub fn new(app: Arc<App>, request_id: String, now: Millis, asker: Asker) -> Ctx {
        let id = EntryId {
            at: now,
            request_id: request_id.clone(),
        };
        let expires = now.plus_seconds(i64::from(app.settings.audit_days) * DAY_SECONDS);
        let noted = asker.noted.clone();
        let audit = Audit::new(id, expires, &app, noted);
        audit.comes_from(asker.address, asker.as_facts().device());
        Ctx {
            platform: app.platform.taking_along(Arc::new(audit.clone())),
            app,
            request_id,
            now,
            asker,
            ahead: Ahead::default(),
            audit,
        }
    }

    /// What the pool stands on. What is committed by way of it tells the audit log.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Reads rows that the request is going to need, in one round trip.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read_ahead(&self, keys: impl IntoIterator<Item = String>) -> Result<(), LoadError> {
        let mut wanted: Vec<String> = keys.into_iter().filter(|key| !self.ahead.holds(key)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(());
        }
        let keys: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let rows = self.platform().store.get_many(&keys).await?;
        for (key, row) in wanted.into_iter().zip(rows) {
            self.ahead.keep(key, row);
        }
        Ok(())
    }

    /// Reads rows as [`read_ahead`](Self::read_ahead) does, over what was read before: for a step that may have changed them
    /// in the meantime, or waited for somebody who may have.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read_anew(&self, keys: impl IntoIterator<Item = String>) -> Result<(), LoadError> {
        let keys: Vec<String> = keys.into_iter().collect();
        for key in &keys {
            self.ahead.take(key);
        }
        self.read_ahead(keys).await
    }

    /// The state that the pool's groups are in: another one after every change of one. `None` if there never was a group.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn state_of_groups(&self, pool_id: &str) -> Result<Option<String>, LoadError> {
        let Some(row) = self.row(GroupCount::key(pool_id).as_str()).await? else {
            return Ok(None);
        };
        // The head of a row is another one for every document, and for every key that it is sealed with.
        let state = envelope::head(&row.body).to_owned();
        self.platform().open_row(row)?;
        Ok(Some(state))
    }

    /// The row at a key as the store has it: as it was read ahead, or is now.
    async fn row(&self, key: &str) -> Result<Option<Row>, LoadError> {
        match self.ahead.take(key) {
            Some(row) => Ok(row),
            None => Ok(self.platform().store.get(key).await?),
        }
    }

    /// The record at a key: as it was [read ahead](Self::read_ahead), or is now.
    ///
    /// # Errors
    /// When the store fails or the row is not such a record; a missing row is `Ok(None)`.
    pub async fn load<T: Document>(&self, key: &Key<T>) -> Result<Option<Stored<T>>, LoadError> {
        let row = self.row(key.as_str()).await?;
        row.map(|row| decode(self.platform().open_row(row)?)).transpose()
    }

    /// The pool with this id.
    ///
    /// # Errors
    /// `ResourceNotFoundException` `User pool <id> does not exist.`
    pub async fn pool(&self, pool_id: &str) -> Result<Stored<Arc<PoolRecord>>, ApiError> {
        let row = self.row(PoolRecord::key(pool_id).as_str()).await?;
        let row = row.ok_or_else(|| ApiError::pool_not_found(pool_id))?;
        self.asker.noted.found_pool(pool_id);
        Ok(self.app.pools.decode(self.platform(), row)?)
    }

    /// The app client with this id in this pool.
    ///
    /// # Errors
    /// `ResourceNotFoundException` `User pool client <id> does not exist.`
    pub async fn client(
        &self,
        pool_id: &str,
        client_id: &str,
    ) -> Result<Stored<Arc<ClientRecord>>, ApiError> {
        let row = self.row(ClientRecord::key(pool_id, client_id).as_str()).await?;
        let row = row.ok_or_else(|| ApiError::client_not_found(client_id))?;
        self.asker.noted.found_client(client_id);
        Ok(self.app.clients.decode(self.platform(), row)?)
    }

    /// The app client and its pool, for the unsigned calls that name only the client, from an address that they take calls
    /// from.
    ///
    /// # Errors
    /// `ResourceNotFoundException` `User pool client <id> does not exist.`; as [`check_address`].
    pub async fn client_and_pool(
        &self,
        client_id: &str,
    ) -> Result<(Stored<Arc<ClientRecord>>, Stored<Arc<PoolRecord>>), ApiError> {
        self.client_and_pool_beside(client_id, |_| Vec::new()).await
    }

    /// As [`client_and_pool`](Self::client_and_pool), with other rows read in the same round trip: `beside` says which, for
    /// the pool of this id.
    ///
    /// # Errors
    /// As [`client_and_pool`](Self::client_and_pool).
    pub async fn client_and_pool_beside(
        &self,
        client_id: &str,
        beside: impl FnOnce(&str) -> Vec<String>,
    ) -> Result<(Stored<Arc<ClientRecord>>, Stored<Arc<PoolRecord>>), ApiError> {
        let pool_id = self.pool_of_client(client_id).await?;
        self.read_client_and_pool(&pool_id, client_id, beside(&pool_id))
            .await?;
        let client = self.client(&pool_id, client_id).await?;
        let pool = self.pool(&pool_id).await?;
        check_address(&pool.value, &client.value, self.asker.address)?;
        Ok((client, pool))
    }

    /// The pool and its app client, for the signed calls that name both, with other rows read in the same round trip.
    ///
    /// # Errors
    /// `ResourceNotFoundException` for the pool or, if that is there, the client.
    pub async fn pool_and_client_beside(
        &self,
        pool_id: &str,
        client_id: &str,
        beside: Vec<String>,
    ) -> Result<(Stored<Arc<PoolRecord>>, Stored<Arc<ClientRecord>>), ApiError> {
        self.read_client_and_pool(pool_id, client_id, beside).await?;
        let pool = self.pool(pool_id).await?;
        let client = self.client(pool_id, client_id).await?;
        Ok((pool, client))
    }

    async fn read_client_and_pool(
        &self,
        pool_id: &str,
        client_id: &str,
        beside: Vec<String>,
    ) -> Result<(), LoadError> {
        let client = ClientRecord::key(pool_id, client_id).into();
        let pool = PoolRecord::key(pool_id).into();
        self.read_ahead([client, pool].into_iter().chain(beside)).await
    }

    /// The id of the pool that an app client belongs to. A client never changes its pool and its id is never given
    /// again, so what was read once stays true; whether the client is still there shows when it is read.
    async fn pool_of_client(&self, client_id: &str) -> Result<String, ApiError> {
        if let Some(pool_id) = self.app.pools_of_clients.get(client_id) {
            return Ok(pool_id);
        }
        let found = self.load(&ClientRecord::pool_key(client_id)).await?;
        let Reference(pool_id) = found.ok_or_else(|| ApiError::client_not_found(client_id))?.value;
        self.app
            .pools_of_clients
            .keep(client_id.to_owned(), pool_id.clone());
        Ok(pool_id)
    }

    /// The user that a `Username` means: the real username, the `sub`, or an address or preferred username that signs
    /// this user in. Who signs in by a `USERNAME` is a question for `auth::subject`.
    async fn find_user(&self, pool: &PoolRecord, name: &str) -> Result<Option<Stored<UserRecord>>, ApiError> {
        let found = find_user(self.platform(), pool, name).await?;
        if let Some(user) = &found {
            self.asker.noted.found_user(&user.value.sub);
        }
        Ok(found)
    }

    /// The user that an administrator's request names.
    ///
    /// # Errors
    /// `UserNotFoundException` `User does not exist.`
    pub async fn user(&self, pool: &PoolRecord, name: &str) -> Result<Stored<UserRecord>, ApiError> {
        self.find_user(pool, name)
            .await?
            .ok_or_else(ApiError::user_not_found)
    }

    /// The user with this `sub`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user_by_sub(
        &self,
        pool: &PoolRecord,
        sub: &str,
    ) -> Result<Option<Stored<UserRecord>>, ApiError> {
        let user = self.load(&UserRecord::key(pool.id(), sub)).await?;
        if user.is_some() {
            self.asker.noted.found_user(sub);
        }
        Ok(user)
    }

    /// What the row at `key` refers to, if it is there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn referenced(&self, key: &Key<Reference>) -> Result<Option<Reference>, ApiError> {
        Ok(self.load(key).await?.map(|stored| stored.value))
    }
}

/// Checks that the risk configuration does not block the address that somebody signs in from.
///
/// # Errors
/// `NotAuthorizedException` `Unable to login because of security reasons.`
pub fn check_address(
    pool: &PoolRecord,
    client: &ClientRecord,
    address: Option<IpAddr>,
) -> Result<(), ApiError> {
    let risk = client.risk.as_ref().or(pool.risk.as_ref());
    if risk.is_some_and(|risk| risk.blocks(address)) {
        return Err(ApiError::not_authorized(
            "Unable to login because of security reasons.",
        ));
    }
    Ok(())
}

/// The user that a name means, for commands beside the server too.
///
/// # Errors
/// When the store fails.
pub async fn find_user(
    platform: &Platform,
    pool: &PoolRecord,
    name: &str,
) -> Result<Option<Stored<UserRecord>>, ApiError> {
    if name.len() > LONGEST_NAME || name.contains('\0') {
        return Ok(None);
    }
    let user = async |sub: &str| load(platform, &UserRecord::key(pool.id(), sub)).await;
    if let Some(named) = load(platform, &user_index::name_key(pool, name)).await? {
        return Ok(user(&named.value.0).await?);
    }
    if let Some(sub) = as_sub(name)
        && let Some(found) = user(&sub).await?
    {
        return Ok(Some(found));
    }
    let kind = alias_kind(name);
    if !signs_in_by(pool, kind) {
        return Ok(None);
    }
    match load(platform, &user_index::alias_key(pool, kind, name)).await? {
        Some(named) => Ok(user(&named.value.0).await?),
        None => Ok(None),
    }
}

/// The `sub` that a name may be, in the form in which it is stored.
pub fn as_sub(name: &str) -> Option<String> {
    let is_sub = name.len() == 36 && name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_sub.then(|| name.to_lowercase())
}
