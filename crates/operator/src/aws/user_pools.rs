//! The user pool service, on generic JSON: what this version of the program does not know must survive it.

use poolhouse_outbound::aws::Effect;
use serde_json::{Value, json};

use super::client::Aws;
use super::error::AwsError;
use super::service::Service;

const TARGET: &str = "AWSCognitoIdentityProviderService";
/// What a page of users has at most.
const USERS_PER_PAGE: u64 = 60;
/// What a page of app clients or identity providers has at most.
const PAGE: u64 = 60;
/// Pages that are read before a service that never stops is given up.
const MOST_PAGES: usize = 1000;

/// One user pool.
#[derive(Clone, Copy)]
pub(crate) struct UserPools<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) pool_id: &'a str,
}

/// The first page of some users.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Users {
    pub(crate) users: Vec<Value>,
    /// Whether there are others.
    pub(crate) more: bool,
}

impl UserPools<'_> {
    /// `DescribeUserPool`
    pub(crate) async fn describe_pool(&self) -> Result<Value, AwsError> {
        let answer = self.read("DescribeUserPool", json!({})).await?;
        self.member(answer, "UserPool")
    }

    /// `DescribeUserPoolClient`, without the client's secret: nothing here has a use for it.
    pub(crate) async fn describe_client(&self, client_id: &str) -> Result<Value, AwsError> {
        let answer = self
            .read("DescribeUserPoolClient", json!({ "ClientId": client_id }))
            .await?;
        let mut client = self.member(answer, "UserPoolClient")?;
        if let Some(members) = client.as_object_mut() {
            members.shift_remove("ClientSecret");
        }
        Ok(client)
    }

    /// `ListUserPoolClients`: the ids of all app clients.
    pub(crate) async fn client_ids(&self) -> Result<Vec<String>, AwsError> {
        self.all("ListUserPoolClients", "UserPoolClients", "ClientId")
            .await
    }

    /// `ListIdentityProviders`: the names of all identity providers.
    pub(crate) async fn identity_providers(&self) -> Result<Vec<String>, AwsError> {
        self.all("ListIdentityProviders", "Providers", "ProviderName")
            .await
    }

    /// `GetUserPoolMfaConfig`; `None` from a server that has no such operation.
    pub(crate) async fn mfa(&self) -> Result<Option<Value>, AwsError> {
        match self.read("GetUserPoolMfaConfig", json!({})).await {
            Ok(mfa) => Ok(Some(mfa)),
            Err(error) if is_unavailable(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a Poolhouse server answers: it says in words of its own that it will never have replicas, which only AWS can
    /// have, and every other service that speaks this API says something else.
    pub(crate) async fn is_poolhouse(&self) -> bool {
        if self.aws.endpoints.is_aws() {
            return false;
        }
        let asked = self.read("ListUserPoolReplicas", json!({})).await;
        asked.is_err_and(|error| is_unavailable(&error))
    }

    /// `ListUsers`: the first page of those that the filter lets through, or of all.
    pub(crate) async fn users(&self, filter: Option<&str>) -> Result<Users, AwsError> {
        let mut body = json!({ "Limit": USERS_PER_PAGE });
        if let Some(filter) = filter {
            body["Filter"] = json!(filter);
        }
        let answer = self.read("ListUsers", body).await?;
        Ok(Users {
            users: answer
                .get("Users")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default(),
            more: answer.get("PaginationToken").is_some_and(Value::is_string),
        })
    }

    /// `ListUsers`: a page of all users, and where the next one begins.
    pub(crate) async fn page_of_users(
        &self,
        from: Option<Value>,
    ) -> Result<(Vec<Value>, Option<Value>), AwsError> {
        let mut body = json!({ "Limit": USERS_PER_PAGE });
        if let Some(from) = from {
            body["PaginationToken"] = from;
        }
        let answer = self.read("ListUsers", body).await?;
        let users = answer
            .get("Users")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        Ok((
            users,
            answer
                .get("PaginationToken")
                .filter(|token| token.is_string())
                .cloned(),
        ))
    }

    /// `AdminUserGlobalSignOut`. That the user is gone already is as good.
    pub(crate) async fn sign_out(&self, user: &str) -> Result<(), AwsError> {
        match self
            .write("AdminUserGlobalSignOut", json!({ "Username": user }))
            .await
        {
            Err(error) if error.code() == "UserNotFoundException" => Ok(()),
            other => other,
        }
    }

    /// `AdminGetUser`
    pub(crate) async fn user(&self, name: &str) -> Result<Value, AwsError> {
        self.read("AdminGetUser", json!({ "Username": name })).await
    }

    /// `AdminUpdateUserAttributes` of one attribute.
    pub(crate) async fn set_attribute(&self, user: &str, name: &str, value: &str) -> Result<(), AwsError> {
        let attributes = json!([{ "Name": name, "Value": value }]);
        let body = json!({ "Username": user, "UserAttributes": attributes });
        self.write("AdminUpdateUserAttributes", body).await
    }

    /// `AddCustomAttributes`, which cannot be undone.
    pub(crate) async fn add_attribute(&self, attribute: &Value) -> Result<(), AwsError> {
        self.write("AddCustomAttributes", json!({ "CustomAttributes": [attribute] }))
            .await
    }

    /// `UpdateUserPool`. What `members` leaves out is reset.
    pub(crate) async fn update_pool(&self, members: Value) -> Result<(), AwsError> {
        self.write("UpdateUserPool", members).await
    }

    /// `UpdateUserPoolClient`. What `members` leaves out is reset.
    pub(crate) async fn update_client(&self, members: Value) -> Result<(), AwsError> {
        self.write("UpdateUserPoolClient", members).await
    }

    async fn read(&self, operation: &'static str, body: Value) -> Result<Value, AwsError> {
        self.call(operation, Effect::Reads, body).await
    }

    async fn write(&self, operation: &'static str, body: Value) -> Result<(), AwsError> {
        self.call(operation, Effect::Writes, body).await.map(drop)
    }

    async fn call(
        &self,
        operation: &'static str,
        effect: Effect,
        mut body: Value,
    ) -> Result<Value, AwsError> {
        body["UserPoolId"] = json!(self.pool_id);
        self.aws
            .json(Service::UserPools, TARGET, operation, effect, &body)
            .await
    }

    async fn all(&self, operation: &'static str, list: &str, name: &str) -> Result<Vec<String>, AwsError> {
        let mut names = Vec::new();
        let mut body = json!({ "MaxResults": PAGE });
        for _ in 0..MOST_PAGES {
            let answer = self.read(operation, body.clone()).await?;
            let page = answer.get(list).and_then(Value::as_array).into_iter().flatten();
            names.extend(
                page.filter_map(|entry| entry.get(name)?.as_str())
                    .map(str::to_owned),
            );
            match answer.get("NextToken") {
                Some(Value::String(token)) => body["NextToken"] = json!(token),
                _ => break,
            }
        }
        Ok(names)
    }

    /// The one member of an answer that carries everything.
    fn member(&self, mut answer: Value, name: &str) -> Result<Value, AwsError> {
        match answer.get_mut(name).map(Value::take) {
            Some(value @ Value::Object(_)) => Ok(value),
            _ => Err(self.aws.not_the_service(Service::UserPools, 200)),
        }
    }
}

/// Whether a Poolhouse server said that it does not have the operation.
pub(crate) fn is_unavailable(error: &AwsError) -> bool {
    error.message().contains("is not available on this server")
}
