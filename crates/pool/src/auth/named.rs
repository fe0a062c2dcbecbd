//! Requests of people who have not signed in: they name an app client and themselves, and bring the client's secret hash.

use std::sync::Arc;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::CodeDeliveryDetailsType;
use poolhouse_store::{Batch, CommitError, Expect};

use super::secret_hash;
use super::subject::{self, Subject};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::users::code_mail::{self, CodeMail, Leaves};
use crate::users::quota::Quota;

/// Who is named, in which pool, by which app client.
pub struct Named {
    /// The pool.
    pub pool: Stored<Arc<PoolRecord>>,
    /// The app client.
    pub client: Stored<Arc<ClientRecord>>,
    /// The user, or what is made up for a name that nobody has.
    pub subject: Subject,
    /// Whether whoever asks is not to know who exists.
    pub hides_unknown: bool,
    name: String,
}

impl Named {
    /// Finds out who is named, for a client that may ask.
    ///
    /// # Errors
    /// As [`asking`]; `InvalidParameterException` for a name that nobody can have.
    pub async fn find(
        ctx: &Ctx,
        client_id: &str,
        secret_hash: Option<&str>,
        name: &str,
    ) -> Result<Named, ApiError> {
        let (client, pool) = asking(ctx, client_id, secret_hash, name).await?;
        Named::of(ctx, client, pool, name).await
    }

    /// The same for a request that knows nothing of the client's secret and brings a proof of its own.
    ///
    /// # Errors
    /// As [`find`](Self::find), but for the secret hash.
    pub async fn without_proof(ctx: &Ctx, client_id: &str, name: &str) -> Result<Named, ApiError> {
        let (client, pool) = client_and_pool(ctx, client_id, name).await?;
        Named::of(ctx, client, pool, name).await
    }

    async fn of(
        ctx: &Ctx,
        client: Stored<Arc<ClientRecord>>,
        pool: Stored<Arc<PoolRecord>>,
        name: &str,
    ) -> Result<Named, ApiError> {
        let subject = Subject::named(ctx, &pool.value, name, |_| None).await?;
        Ok(Named {
            hides_unknown: client.value.hides_unknown_users() || ctx.asker.is_on_page,
            pool,
            client,
            subject,
            name: name.to_owned(),
        })
    }

    /// Checks that this is somebody, or that the client may not know who is.
    ///
    /// # Errors
    /// `UserNotFoundException` `Username/client id combination not found.` where the client is on `LEGACY`.
    pub fn hidden(&self) -> Result<(), ApiError> {
        match self.subject {
            Subject::Known(_) => Ok(()),
            Subject::Unknown(_) => self.is_gone(),
        }
    }

    /// There is no such user, which the client may know or not.
    fn is_gone(&self) -> Result<(), ApiError> {
        if self.hides_unknown {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::UserNotFoundException,
            "Username/client id combination not found.",
        ))
    }

    /// Counts the call, of a user and of a name that nobody has alike.
    ///
    /// # Errors
    /// `LimitExceededException`; as [`hidden`](Self::hidden), if the user was deleted meanwhile.
    pub async fn count(&self, ctx: &Ctx, quota: Quota) -> Result<(), ApiError> {
        let (pool_id, id) = (self.pool.value.id(), self.subject.id());
        let counted = match &self.subject {
            Subject::Known(_) => quota.count(ctx, pool_id, id).await,
            Subject::Unknown(_) => quota.count_nobody(ctx, pool_id, id).await,
        };
        match counted {
            Err(error) if error.code == ErrorCode::UserNotFoundException => self.is_gone(),
            counted => counted,
        }
    }

    /// Mails a code, and answers what the client may hear of it. `reach` says where a user gets it, and whether the mail
    /// leaves. A user whom it does not reach gets what a name that nobody has gets: a code that no mail carries.
    ///
    /// # Errors
    /// What `reach` refuses; as [`code_mail::write`]; as [`hidden`](Self::hidden), if the user was deleted meanwhile; store
    /// failures.
    pub async fn send<'a>(
        &'a self,
        ctx: &Ctx,
        mail: CodeMail<'_>,
        reach: impl FnOnce(&'a UserRecord) -> Result<Option<(&'a str, Leaves)>, ApiError>,
    ) -> Result<CodeDeliveryDetailsType, ApiError> {
        let pool = &*self.pool.value;
        let reached = match self.subject.user() {
            Some(user) => reach(user)?.map(|(address, leaves)| (user, address, leaves)),
            None => None,
        };
        let (code, details) = match reached {
            Some((user, address, leaves)) => (
                code_mail::write(ctx, pool, user, address, mail, leaves).await?,
                self.details(address),
            ),
            None => {
                let nobody = (self.subject.id(), self.subject.username());
                let code = code_mail::pretend(ctx, pool, nobody, mail).await?;
                (code, self.made_up_details(ctx)?)
            }
        };
        self.commit(ctx, code).await?;
        ctx.asker.noted.mail_afterwards(&ctx.app.mailer);
        Ok(details)
    }

    /// Commits a code and its mail, if the user is there still.
    async fn commit(&self, ctx: &Ctx, code: Batch) -> Result<(), ApiError> {
        let user = UserRecord::key(self.pool.value.id(), self.subject.id());
        let expected = match &self.subject {
            Subject::Known(_) => Expect::Present,
            Subject::Unknown(_) => Expect::Absent,
        };
        match ctx.platform().commit(code.check(user.clone(), expected)).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict { key }) if key == user.as_str() => self.is_gone(),
            Err(error) => Err(error.into()),
        }
    }

    /// What the client hears of a code to this address, as the pool compares it: capitals that were stored and not typed, or
    /// typed and not answered, would tell that there is such a user.
    fn details(&self, address: &str) -> CodeDeliveryDetailsType {
        code_mail::details(&self.pool.value.compared(address))
    }

    /// Where a code would have gone that was sent to nobody: the address that was typed, if it was one, else letters that stay
    /// the same for this name.
    fn made_up_details(&self, ctx: &Ctx) -> Result<CodeDeliveryDetailsType, ApiError> {
        let address = subject::made_up_address(ctx, &self.pool.value, &self.name)?;
        Ok(code_mail::details(&address))
    }
}

/// The app client and its pool, once it is known that the client itself asks.
///
/// # Errors
/// `ResourceNotFoundException` `User pool client <id> does not exist.`; `NotAuthorizedException` for a secret hash that is
/// missing or wrong.
pub async fn asking(
    ctx: &Ctx,
    client_id: &str,
    presented: Option<&str>,
    name: &str,
) -> Result<(Stored<Arc<ClientRecord>>, Stored<Arc<PoolRecord>>), ApiError> {
    let (client, pool) = client_and_pool(ctx, client_id, name).await?;
    secret_hash::check(ctx, &client.value, presented, name)?;
    Ok((client, pool))
}

async fn client_and_pool(
    ctx: &Ctx,
    client_id: &str,
    name: &str,
) -> Result<(Stored<Arc<ClientRecord>>, Stored<Arc<PoolRecord>>), ApiError> {
    // How names are compared is known from the pool as it was read last; should that be another by now, they are looked up
    // anew.
    let rows = |pool_id: &str| {
        let pool = ctx.app.pools.last(&PoolRecord::key(pool_id));
        pool.map(|pool| subject::names(&pool, name)).unwrap_or_default()
    };
    ctx.client_and_pool_beside(client_id, rows).await
}
