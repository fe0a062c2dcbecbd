//! `ListUsers`

use poolhouse_api::shapes;
use poolhouse_store::Scan;

use super::filter::{Comparison, Filter};
use super::view;
use crate::auth::{aliases, attributes};
use crate::ctx::{Ctx, referenced};
use crate::error::ApiError;
use crate::ops::paging::Listing;
use crate::records::document::decode;
use crate::records::{PoolRecord, UserRecord, keys};

/// Users per answer where `Limit` does not say, and at most.
const LIMIT: usize = 60;
/// Rows read at a time.
const PAGE: usize = 250;
/// Rows read for one request. A filter that admits few users then answers fewer than `Limit` of them and a token, as
/// the service does.
const ROWS: usize = 5_000;

/// Answers users in the order of their usernames, those of a filter or all.
///
/// # Errors
/// `InvalidParameterException` for a filter or token that cannot be read, or an attribute that the pool does not have;
/// `ResourceNotFoundException`.
pub async fn run(ctx: &Ctx, input: shapes::ListUsersRequest) -> Result<shapes::ListUsersResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?.value;
    let text = input.filter.unwrap_or_default();
    let filter = Filter::parse(&text)?;
    let wanted = input.attributes_to_get;
    if wanted
        .iter()
        .flatten()
        .any(|name| attributes::schema(&pool, name).is_none())
    {
        return Err(ApiError::invalid_parameter(
            "One or more requested attributes do not exist in user pool.",
        ));
    }
    let limit = input
        .limit
        .and_then(|limit| usize::try_from(limit).ok())
        .filter(|limit| *limit > 0);
    let subject = format!("{} {text}", pool.id());
    let listing = Listing {
        operation: "ListUsers",
        subject: &subject,
    };
    let after = listing.after(input.pagination_token.as_deref())?;

    let found = match filter.as_ref().and_then(|filter| only_row(&pool, filter)) {
        Some(row) => Found {
            users: exactly(ctx, &pool, row, filter.as_ref()).await?,
            last: None,
        },
        None => {
            search(
                ctx,
                &pool,
                filter.as_ref(),
                after,
                limit.unwrap_or(LIMIT).min(LIMIT),
            )
            .await?
        }
    };
    let users = found.users.iter().map(|user| {
        let mut shown = view::user_type(user);
        if let Some(wanted) = &wanted {
            shown.attributes = Some(view::attributes(user, |name| {
                wanted.iter().any(|wanted| wanted == name)
            }));
        }
        shown
    });
    Ok(shapes::ListUsersResponse {
        users: Some(users.collect()),
        pagination_token: found.last.map(|key| listing.token(&key)),
    })
}

/// A page of users.
struct Found {
    users: Vec<UserRecord>,
    /// The last key looked at, if there may be more behind it.
    last: Option<String>,
}

/// The one row at which a filter's only user can be, or be referred to.
enum OnlyRow {
    User(String),
    Reference(String),
}

/// A filter for a unique value needs no search.
fn only_row(pool: &PoolRecord, filter: &Filter) -> Option<OnlyRow> {
    if filter.comparison != Comparison::Equals {
        return None;
    }
    let by_address = pool
        .settings
        .username_attributes
        .iter()
        .flatten()
        .any(|a| a.as_str() == filter.attribute);
    match filter.attribute {
        "username" => Some(OnlyRow::User(keys::user(
            pool.id(),
            &pool.compared(&filter.value),
        ))),
        "sub" => Some(OnlyRow::Reference(keys::sub(pool.id(), &filter.value))),
        kind if by_address => Some(OnlyRow::Reference(aliases::key(pool, kind, &filter.value))),
        _ => None,
    }
}

async fn exactly(
    ctx: &Ctx,
    pool: &PoolRecord,
    row: OnlyRow,
    filter: Option<&Filter>,
) -> Result<Vec<UserRecord>, ApiError> {
    let key = match row {
        OnlyRow::User(key) => Some(key),
        OnlyRow::Reference(key) => {
            let username = ctx.app.store.get(&key).await?.and_then(referenced);
            username.map(|username| keys::user(pool.id(), &pool.compared(&username)))
        }
    };
    let Some(key) = key else { return Ok(Vec::new()) };
    let Some(row) = ctx.app.store.get(&key).await? else {
        return Ok(Vec::new());
    };
    let user = decode::<UserRecord>(row)?.value;
    Ok(if filter.is_none_or(|filter| filter.admits(pool, &user)) {
        vec![user]
    } else {
        Vec::new()
    })
}

async fn search(
    ctx: &Ctx,
    pool: &PoolRecord,
    filter: Option<&Filter>,
    mut after: Option<String>,
    limit: usize,
) -> Result<Found, ApiError> {
    // Usernames are the order of the rows, so their beginning is a prefix of the keys.
    let beginning = filter.filter(|filter| filter.attribute == "username");
    let beginning = beginning
        .map(|filter| pool.compared(&filter.value))
        .unwrap_or_default();
    let prefix = keys::users(pool.id()) + &beginning;
    let rows = if filter.is_none() { limit + 1 } else { PAGE };
    let mut users = Vec::new();
    let mut read = 0;
    while read < ROWS {
        let scan = Scan {
            prefix: prefix.clone(),
            after: after.clone(),
            limit: rows,
        };
        let page = ctx.app.store.scan(scan).await?;
        let is_last = page.len() < rows;
        read += page.len();
        for row in page {
            let stored = decode::<UserRecord>(row)?;
            if filter.is_none_or(|filter| filter.admits(pool, &stored.value)) {
                // One more than was asked for is looked for, so that the last page has no token.
                if users.len() == limit {
                    return Ok(Found { users, last: after });
                }
                users.push(stored.value);
            }
            after = Some(stored.key);
        }
        if is_last {
            return Ok(Found { users, last: None });
        }
    }
    Ok(Found { users, last: after })
}
