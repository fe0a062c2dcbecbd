//! What becomes of somebody whom an identity provider has vouched for.

use poolhouse_api::{ErrorCode, Operation};
use poolhouse_store::Batch;
use poolhouse_text::with_causes;

use super::found::{self, Found};
use super::identity::Identity;
use super::round::Round;
use super::{code, finish, mapped, profile};
use crate::auth::outside::{self, FLOW};
use crate::auth::tally;
use crate::base::error::ApiError;
use crate::oauth::flow;
use crate::oauth::granting::Granted;
use crate::records::linked_identity::SUBJECT;
use crate::records::{ClientRecord, LinkedIdentity, PoolRecord, Stored, UserRecord};
use crate::request::{Ctx, check_address};
use crate::triggers::events::{Metadata, PostAuthentication, PostConfirmationSource, PreAuthentication};
use crate::triggers::{self, About};
use crate::users::{change, confirmation};

/// How often it is looked again who it is when somebody else makes or links the user at the same moment.
const RACES: usize = 8;

/// Where the browser goes.
pub enum Arrived {
    /// Back to the client, signed in, or to the page that asks whether the client may have what it asks for.
    Granted(Granted, Page),
    /// Back to the client, which is told that it came to nothing.
    Refused(String),
    /// To the page that asks for a code by mail.
    Code(Page),
}

/// A page of the round's transaction.
pub struct Page {
    /// The transaction's handle.
    pub transaction: String,
    /// What the client has asked for, as a query.
    pub asked: String,
}

/// Finds the user whom a provider means, or makes a profile for somebody who is new; writes the attributes that are mapped; asks the
/// functions; ends the sign-in. `also` is part of the commit that ends it, or asks for a code: an answer that is good once, say.
///
/// # Errors
/// When the store fails while the client is to be told. Everything else the client is told.
pub async fn arrive(
    ctx: &Ctx,
    mut round: Round,
    identity: Identity,
    also: Batch,
) -> Result<Arrived, ApiError> {
    ctx.audit.serves(Operation::InitiateAuth);
    ctx.audit.begins(FLOW);
    let came = come(ctx, &mut round, &identity, &also).await;
    let came_to = came.as_ref().map(|arrived| match arrived {
        Arrived::Code(_) => tally::BEGUN,
        Arrived::Granted(..) | Arrived::Refused(_) => tally::TOKENS,
    });
    tally::arrival(ctx, came_to);
    match came {
        Ok(arrived) => Ok(arrived),
        Err(error) => {
            let (word, why) = told(&error);
            match ctx.asker.noted.user() {
                Some(_) => ctx.audit.denies(&error),
                None => ctx.audit.is_undecided(),
            }
            let location = round.refuse(ctx, word, &why).await?;
            ctx.audit.refused(&error);
            if error.status() >= 500 {
                let request_id = &ctx.request_id;
                tracing::error!(
                    request_id,
                    error = with_causes(&error),
                    "a sign-in by an identity provider failed"
                );
            }
            Ok(Arrived::Refused(location))
        }
    }
}

/// What the client is told. A function's own words are repeated, as they are on every other road.
fn told(error: &ApiError) -> (&'static str, String) {
    match error.code {
        _ if error.status() >= 500 => ("server_error", String::new()),
        ErrorCode::TooManyRequestsException | ErrorCode::LimitExceededException => {
            ("temporarily_unavailable", String::new())
        }
        ErrorCode::UserLambdaValidationException
        | ErrorCode::UnexpectedLambdaException
        | ErrorCode::InvalidLambdaResponseException => ("invalid_request", format!("{} ", error.message)),
        _ => ("invalid_request", error.message.replace('\n', " ")),
    }
}

async fn come(ctx: &Ctx, round: &mut Round, identity: &Identity, also: &Batch) -> Result<Arrived, ApiError> {
    ctx.app.admission.admit(Operation::InitiateAuth, ctx.now)?;
    let pool_id = round.site.pool.value.id().to_owned();
    let pool = ctx.pool(&pool_id).await?;
    let client = ctx.client(&pool_id, &round.authorization.client_id).await?;
    let (pool, client) = (&*pool.value, &*client.value);
    check_address(pool, client, ctx.asker.address)?;
    let user = welcomed(ctx, (pool, client), round, identity).await?;
    let page = Page {
        transaction: round.state.clone(),
        asked: round.authorization.as_query(),
    };
    if flow::asks_code_after(pool, client.id(), &round.provider.value.name) {
        code::ask(ctx, round, (&user, identity), also).await?;
        return Ok(Arrived::Code(page));
    }
    let granted = finish::finish(ctx, round, (&user, identity), also).await?;
    Ok(Arrived::Granted(granted, page))
}

/// The user as the provider describes it now, whom the pool's functions have let in.
async fn welcomed(
    ctx: &Ctx,
    (pool, client): (&PoolRecord, &ClientRecord),
    round: &Round,
    identity: &Identity,
) -> Result<UserRecord, ApiError> {
    let provider = &round.provider;
    for _ in 0..RACES {
        if let Some(found) = found::find(ctx, pool, &provider.value, identity).await? {
            return again(ctx, (pool, client), round, (found, identity)).await;
        }
        if let Some(made) = profile::make(ctx, pool, client, provider, identity).await? {
            let source = PostConfirmationSource::ConfirmSignUp;
            confirmation::tell(ctx, pool, &made.value, Some(client), source, None).await?;
            return Ok(made.value);
        }
    }
    Err(ApiError::too_many_requests())
}

/// Somebody who is a user already.
async fn again(
    ctx: &Ctx,
    (pool, client): (&PoolRecord, &ClientRecord),
    round: &Round,
    (found, identity): (Found, &Identity),
) -> Result<UserRecord, ApiError> {
    outside::check_user(&found.user.value)?;
    let user = updated(ctx, (pool, client), round, (found, identity)).await?;
    let metadata = Metadata::new();
    let about = About {
        pool,
        username: &user.username,
        user: Some(&user),
        client: Some(client),
    };
    triggers::call(ctx, &about, &PreAuthentication { metadata: &metadata }).await?;
    // Where a code is asked for, it comes once that is right.
    if !flow::asks_code_after(pool, client.id(), &round.provider.value.name) {
        let event = PostAuthentication {
            metadata: &metadata,
            is_on_new_device: false,
        };
        triggers::call(ctx, &about, &event).await?;
    }
    Ok(user)
}

/// Writes what the provider says of the user. A link that goes by something else than the provider's own name for somebody goes by
/// that from now on: it is the one thing that never becomes another's.
async fn updated(
    ctx: &Ctx,
    (pool, client): (&PoolRecord, &ClientRecord),
    round: &Round,
    (found, identity): (Found, &Identity),
) -> Result<UserRecord, ApiError> {
    let provider = &round.provider.value;
    let mapped = mapped::change(ctx, pool, client, provider, identity)?;
    let bound = LinkedIdentity {
        attribute: SUBJECT.to_owned(),
        value: identity.subject.clone(),
        issuer: identity.issuer.clone(),
        ..found.by.clone()
    };
    let changed = apply(pool, &found.user.value, &mapped, (&found.by, &bound))?;
    if is_same(&found.user.value, &changed) {
        return Ok(found.user.value);
    }
    let stored: Stored<UserRecord> = found.user;
    change::change(ctx, pool, stored, |user| {
        outside::check_user(user)?;
        *user = UserRecord {
            modified: ctx.now,
            ..apply(pool, user, &mapped, (&found.by, &bound))?
        };
        Ok(())
    })
    .await
}

fn apply(
    pool: &PoolRecord,
    user: &UserRecord,
    mapped: &crate::users::attributes::Change,
    (by, bound): (&LinkedIdentity, &LinkedIdentity),
) -> Result<UserRecord, ApiError> {
    mapped.check_change(pool, user)?;
    let mut user = user.clone();
    mapped.apply(pool, &mut user);
    let held = user
        .identities
        .iter_mut()
        .find(|held| held.is(&by.provider_id, &by.attribute, &by.value));
    match held {
        Some(held) => bound.clone_into(held),
        // Unlinked meanwhile.
        None => return Err(crate::auth::handle::invalid()),
    }
    Ok(user)
}

fn is_same(before: &UserRecord, after: &UserRecord) -> bool {
    before.attributes == after.attributes && before.identities == after.identities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_told_a_functions_words_and_nothing_of_a_fault_of_ours() {
        let function = ApiError::new(
            ErrorCode::UserLambdaValidationException,
            "PreSignUp failed with error no.",
        );
        assert_eq!(
            told(&function),
            ("invalid_request", "PreSignUp failed with error no. ".to_owned())
        );
        let fault = ApiError::internal("the disk is full");
        assert_eq!(told(&fault), ("server_error", String::new()));
        assert_eq!(
            told(&ApiError::too_many_requests()),
            ("temporarily_unavailable", String::new())
        );
        let fixed = ApiError::invalid_parameter("user.email: Attribute cannot be updated.\n");
        assert_eq!(
            told(&fixed),
            (
                "invalid_request",
                "user.email: Attribute cannot be updated. ".to_owned()
            )
        );
    }
}
