//! The tokens that are shown: of a user whose sign-in holds still, in this pool.

use serde_json::Value;

use super::refusal::Refusal;
use crate::auth::claims::OPENID;
use crate::auth::scopes::OF_ATTRIBUTES;
use crate::auth::verified::{self, Kind, Verified};
use crate::auth::{access_token, subject};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{PoolRecord, RefreshRecord, Stored, UserRecord};
use crate::request::Ctx;

/// A token as a client shows it.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The token.
    pub token: &'a str,
    /// What the client says that it is.
    pub kind: Kind,
}

/// The token of a user, found to be good.
pub struct Presented {
    /// The user.
    pub user: Stored<UserRecord>,
    /// The family of its sign-in.
    pub family: Stored<RefreshRecord>,
    /// The family's id.
    pub origin_jti: String,
    /// When it ends.
    pub until: Millis,
    kind: Kind,
    verified: Verified,
}

impl Presented {
    /// The token of the one whom the new token is about.
    ///
    /// # Errors
    /// [`Refusal::Subject`]; what the store says.
    pub async fn subject(ctx: &Ctx, pool: &PoolRecord, shown: Shown<'_>) -> Result<Presented, Refusal> {
        let presented = Presented::find(ctx, pool, shown).await;
        let presented = presented.map_err(Refusal::of_subject)?;
        ctx.asker.noted.found_user(&presented.user.value.sub);
        Ok(presented)
    }

    async fn find(ctx: &Ctx, pool: &PoolRecord, shown: Shown<'_>) -> Result<Presented, ApiError> {
        let verified = verified::verify(ctx, shown.token, shown.kind).await?;
        Presented::of(ctx, pool, shown.kind, verified).await
    }

    async fn of(ctx: &Ctx, pool: &PoolRecord, kind: Kind, verified: Verified) -> Result<Presented, ApiError> {
        let username = match kind {
            Kind::Access => "username",
            Kind::Id => "cognito:username",
        };
        let (sub, username) = (verified.text("sub"), verified.text(username));
        let ((Some(sub), Some(username)), true) = ((sub, username), verified.pool.value.id() == pool.id())
        else {
            return Err(kind.invalid());
        };
        let user = ctx.user_by_sub(pool, sub).await?;
        let user = user.filter(|user| user.value.username == username);
        let user = user.ok_or_else(ApiError::user_not_found)?;
        subject::check_enabled(&user.value)?;
        let family = verified.family(ctx, &user.value).await?;
        let origin_jti = family.key.rsplit('/').next().unwrap_or_default().to_owned();
        let until = Millis(0).plus_seconds(verified.number("exp")?);
        Ok(Presented {
            user,
            family,
            origin_jti,
            until,
            kind,
            verified,
        })
    }

    /// What it says.
    pub fn claims(&self) -> &Value {
        &self.verified.claims
    }

    /// Who issued it.
    pub fn issuer(&self) -> &str {
        self.verified.text("iss").unwrap_or_default()
    }

    /// The scopes that it stands for. An ID token opens no API: it stands for what it says of the user, and where it followed from
    /// another one for no more than it had of that.
    pub fn scopes(&self) -> Vec<String> {
        let own = self.verified.text("scope");
        let own: Option<Vec<String>> = own.map(|scopes| scopes.split(' ').map(str::to_owned).collect());
        if self.kind == Kind::Access {
            return own.unwrap_or_default();
        }
        let granted = self.family.value.granted.as_ref();
        let mut scopes = match granted {
            Some(granted) => granted.scopes.clone(),
            None => vec![OPENID.to_owned()],
        };
        let says_who = |scope: &String| scope == OPENID || OF_ATTRIBUTES.contains(&scope.as_str());
        scopes.retain(|scope| says_who(scope) && own.as_ref().is_none_or(|own| own.contains(scope)));
        scopes
    }
}

/// Who acts for the user: a user of the pool, or an app client that has a token for itself.
///
/// # Errors
/// [`Refusal::Actor`]; what the store says.
pub async fn actor(ctx: &Ctx, pool: &PoolRecord, shown: Shown<'_>) -> Result<String, Refusal> {
    let find = async {
        let verified = verified::verify(ctx, shown.token, shown.kind).await?;
        if shown.kind == Kind::Access
            && verified.pool.value.id() == pool.id()
            && let Some(client) = access_token::own_client(ctx, &verified).await?
        {
            return Ok(client.value.id().to_owned());
        }
        let presented = Presented::of(ctx, pool, shown.kind, verified).await?;
        Ok(presented.user.value.sub.clone())
    };
    find.await.map_err(Refusal::of_actor)
}
