//! `ListUsers`

use poolhouse_api::shapes;
use poolhouse_store::Scan;

use super::filter::{Comparison, Filter};
use super::search::search;
use super::view;
use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::records::{PoolRecord, UserRecord, user_index};
use crate::request::Ctx;
use crate::users::schema;

/// Answers users: all in the order of their usernames, those of a filter in the order of the values that it is about.
///
/// # Errors
/// `InvalidParameterException` for a filter or token that cannot be read, or an attribute that the pool does not have;
/// `ResourceNotFoundException`.
pub async fn run(ctx: &Ctx, input: shapes::ListUsersRequest) -> Result<shapes::ListUsersResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let text = input.filter.unwrap_or_default();
    let filter = Filter::parse(&text)?;
    let wanted = input.attributes_to_get;
    if wanted.iter().flatten().any(|name| !schema::has(&pool, name)) {
        return Err(ApiError::invalid_parameter(
            "One or more requested attributes do not exist in user pool.",
        ));
    }
    let subject = format!("{} {text}", pool.id());
    let listing = Listing {
        operation: "ListUsers",
        subject: &subject,
    };
    let after = listing.after(&ctx.request_id, input.pagination_token.as_deref())?;

    let rows = Scan {
        prefix: prefix(&pool, filter.as_ref()),
        after,
        limit: paging::limit(input.limit),
    };
    let admits = |user: &UserRecord| filter.as_ref().is_none_or(|filter| filter.admits(&pool, user));
    let found = search(ctx, pool.id(), rows, admits).await?;
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

/// What the index rows begin with among which all matches are.
fn prefix(pool: &PoolRecord, filter: Option<&Filter>) -> String {
    match filter {
        None => user_index::name_prefix(pool, ""),
        Some(filter) if filter.attribute == "username" => user_index::name_prefix(pool, &filter.value),
        Some(filter) if filter.comparison == Comparison::Equals => {
            user_index::listed_exactly(pool, filter.attribute, &filter.value)
        }
        Some(filter) => user_index::listed_prefix(pool, filter.attribute, &filter.value),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
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
        let marker = format!(
            "Paging marker {} is invalid for request 00000000-0000-4000-8000-000000000013",
            token.as_str().unwrap(),
        );
        server
            .call("ListUsers", other_filter)
            .await
            .assert_error("InvalidParameterException", &marker);
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
            let mut listed = names(&server, json!({ "UserPoolId": pool, "Filter": filter })).await;
            listed.sort();
            assert_eq!(listed, found, "{filter}");
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
    async fn pages_of_a_filter_are_full_up_to_the_last_and_miss_nobody() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let mut expected = Vec::new();
        for n in 0..24 {
            let name = format!("user{n:02}");
            let body = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
            server.call("AdminCreateUser", body).await.ok();
            if n % 3 == 0 {
                expected.push(name);
            } else {
                let body = json!({ "UserPoolId": pool, "Username": name });
                server.call("AdminDisableUser", body).await.ok();
            }
        }
        let mut request = json!({ "UserPoolId": pool, "Filter": "status = \"Enabled\"", "Limit": 3 });
        let (mut found, mut sizes) = (Vec::new(), Vec::new());
        loop {
            let page = server.call("ListUsers", request.clone()).await.ok();
            let users = page["Users"].as_array().cloned().unwrap_or_default();
            sizes.push(users.len());
            found.extend(
                users
                    .iter()
                    .map(|user| user["Username"].as_str().unwrap_or_default().to_owned()),
            );
            if page["PaginationToken"].is_null() {
                break;
            }
            request["PaginationToken"] = page["PaginationToken"].clone();
        }
        found.sort();
        assert_eq!((found, sizes), (expected, vec![3, 3, 2]));
    }

    #[tokio::test]
    async fn a_value_too_long_for_its_index_row_is_told_from_another_that_begins_alike() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let long = "ö".repeat(140);
        for (name, value) in [("one", format!("{long}1")), ("two", format!("{long}2"))] {
            let attributes = json!([{ "Name": "name", "Value": value }]);
            let body = json!({
                "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes,
            });
            server.call("AdminCreateUser", body).await.ok();
        }
        let by = |filter: String| json!({ "UserPoolId": pool, "Filter": filter });
        assert_eq!(names(&server, by(format!("name = \"{long}2\""))).await, ["two"]);
        assert_eq!(names(&server, by(format!("name ^= \"{long}\""))).await.len(), 2);
        assert_eq!(names(&server, by(format!("name = \"{long}\""))).await.len(), 0);
    }

    #[tokio::test]
    async fn an_invalid_filter_is_refused() {
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
