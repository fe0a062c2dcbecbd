//! `ListUsers`

use poolhouse_api::shapes;
use poolhouse_store::Scan;

use super::filter::{Comparison, Filter};
use super::view;
use crate::base::error::ApiError;
use crate::ops::paging::Listing;
use crate::records::document::decode;
use crate::records::reference::referenced;
use crate::records::{PoolRecord, UserRecord, keys};
use crate::request::Ctx;
use crate::users::{aliases, attributes};

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
        .username_attributes()
        .any(|attribute| attribute == filter.attribute);
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
            let username = ctx.platform().store.get(&key).await?.and_then(referenced);
            username.map(|username| keys::user(pool.id(), &pool.compared(&username)))
        }
    };
    let Some(key) = key else { return Ok(Vec::new()) };
    let Some(row) = ctx.platform().store.get(&key).await? else {
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
        let page = ctx.platform().store.scan(scan).await?;
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

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use poolhouse_store::{Batch, Expect};
    use serde_json::{Value, json};

    async fn names(server: &TestPool, request: Value) -> Vec<String> {
        let answer = server.call("ListUsers", request).await.ok();
        let users = answer["Users"].as_array().cloned().unwrap_or_default();
        users
            .iter()
            .map(|user| user["Username"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    #[tokio::test]
    async fn users_are_listed_with_their_attributes() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        assert_eq!(
            server.call("ListUsers", json!({ "UserPoolId": pool })).await.ok(),
            json!({ "Users": [] })
        );
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        assert_eq!(
            server.call("ListUsers", json!({ "UserPoolId": pool })).await.ok(),
            json!({ "Users": [{
                "Username": "mara",
                "Attributes": [
                    { "Name": "sub", "Value": sub },
                    { "Name": "email", "Value": "mara@example.com" },
                    { "Name": "email_verified", "Value": "true" },
                ],
                "UserCreateDate": 1_767_323_045,
                "UserLastModifiedDate": 1_767_323_045,
                "Enabled": true,
                "UserStatus": "CONFIRMED",
            }] })
        );
        let some = json!({ "UserPoolId": pool, "AttributesToGet": ["email", "name"] });
        let listed = server.call("ListUsers", some).await.ok();
        assert_eq!(
            listed["Users"][0]["Attributes"],
            json!([{ "Name": "email", "Value": "mara@example.com" }])
        );
        server
            .call(
                "ListUsers",
                json!({ "UserPoolId": pool, "AttributesToGet": ["custom:x"] }),
            )
            .await
            .assert_error(
                "InvalidParameterException",
                "One or more requested attributes do not exist in user pool.",
            );
    }

    #[tokio::test]
    async fn pages_cover_every_user_once_and_the_last_has_no_token() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for name in ["a", "b", "c", "d"] {
            server.user(&pool, name, "Correct-Horse-9!").await;
        }
        let first = server
            .call("ListUsers", json!({ "UserPoolId": pool, "Limit": 2 }))
            .await
            .ok();
        let token = &first["PaginationToken"];
        let next = json!({ "UserPoolId": pool, "Limit": 2, "PaginationToken": token });
        let last = server.call("ListUsers", next.clone()).await.ok();
        assert_eq!(last.get("PaginationToken"), None);
        assert_eq!(
            names(&server, json!({ "UserPoolId": pool, "Limit": 2 })).await,
            ["a", "b"]
        );
        assert_eq!(names(&server, next.clone()).await, ["c", "d"]);
        let mut other_filter = next;
        other_filter["Filter"] = json!("status = \"Enabled\"");
        server
            .call("ListUsers", other_filter)
            .await
            .assert_error("InvalidParameterException", "Invalid pagination token given.");
    }

    #[tokio::test]
    async fn a_filter_finds_by_name_address_sub_and_state() {
        let server = TestPool::new().await;
        let pool = server
            .pool_with(json!({ "UsernameConfiguration": { "CaseSensitive": false } }))
            .await;
        for name in ["mara", "marius", "noel"] {
            server.user(&pool, name, "Correct-Horse-9!").await;
        }
        server
            .call(
                "AdminDisableUser",
                json!({ "UserPoolId": pool, "Username": "noel" }),
            )
            .await
            .ok();
        let noel = server
            .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "noel" }))
            .await
            .ok();
        let by_sub = format!(
            "sub = \"{}\"",
            noel["UserAttributes"][0]["Value"].as_str().unwrap_or_default()
        );
        let cases: [(&str, &[&str]); 8] = [
            ("username = \"MARA\"", &["mara"]),
            ("username ^= \"Mar\"", &["mara", "marius"]),
            ("username = \"x\"", &[]),
            ("email = \"noel@example.com\"", &["noel"]),
            ("email ^= \"m\"", &["mara", "marius"]),
            ("status = \"Disabled\"", &["noel"]),
            ("cognito:user_status = \"confirmed\"", &["mara", "marius", "noel"]),
            (&by_sub, &["noel"]),
        ];
        for (filter, found) in cases {
            assert_eq!(
                names(&server, json!({ "UserPoolId": pool, "Filter": filter })).await,
                found,
                "{filter}"
            );
        }
    }

    #[tokio::test]
    async fn an_address_that_is_the_username_is_found_at_once() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
        let body = json!({ "UserPoolId": pool, "Username": "mara@example.com", "MessageAction": "SUPPRESS" });
        let user = server.call("AdminCreateUser", body).await.ok()["User"].clone();
        let filter = json!({ "UserPoolId": pool, "Filter": "email = \"mara@example.com\"" });
        assert_eq!(
            server.call("ListUsers", filter).await.ok()["Users"],
            json!([user])
        );
    }

    #[tokio::test]
    async fn a_search_that_finds_little_stops_and_goes_on_with_its_token() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "zoe", "Correct-Horse-9!").await;
        let row = server
            .store()
            .get(&format!("user/{pool}/zoe"))
            .await
            .unwrap()
            .unwrap();
        let disabled = row.body.replace("\"enabled\":true", "\"enabled\":false");
        let users = (0..5_200).map(|n| format!("user/{pool}/a{n:04}"));
        let batch = users.fold(Batch::new(), |batch, key| {
            batch.put(key, Expect::Any, disabled.clone())
        });
        server.store().commit(batch).await.unwrap();
        let mut request = json!({ "UserPoolId": pool, "Filter": "status = \"Enabled\"" });
        let first = server.call("ListUsers", request.clone()).await.ok();
        assert_eq!(first["Users"], json!([]));
        request["PaginationToken"] = first["PaginationToken"].clone();
        assert_eq!(names(&server, request).await, ["zoe"]);
    }

    #[tokio::test]
    async fn a_filter_that_is_none_is_refused() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for (filter, sentence) in [
            ("username is mara", "Error while parsing filter."),
            ("custom:plan = \"pro\"", "Invalid search attribute: custom:plan"),
        ] {
            server
                .call("ListUsers", json!({ "UserPoolId": pool, "Filter": filter }))
                .await
                .assert_error("InvalidParameterException", sentence);
        }
    }
}
