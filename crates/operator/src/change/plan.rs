//! What shall change.

use serde_json::Value;

use crate::arn::FunctionArn;
use crate::pool::{Client, State, attribute, members};

/// Permission for a pool to invoke a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    pub(crate) function: FunctionArn,
    pub(crate) statement_id: String,
}

impl Permission {
    /// The statement that these tools add for a pool. Its id says whose it is.
    pub(crate) fn ours(function: FunctionArn, pool_id: &str) -> Permission {
        Permission {
            function,
            statement_id: format!("poolhouse-{pool_id}"),
        }
    }
}

/// What was read, and what it shall be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// Everything as it is.
    pub(crate) before: State,
    /// The pool's description as it shall be.
    pub(crate) pool: Value,
    /// The app clients' descriptions as they shall be.
    pub(crate) clients: Vec<Client>,
    /// A custom attribute to add, by its name without `custom:`.
    pub(crate) attribute: Option<String>,
    pub(crate) grants: Vec<Permission>,
    pub(crate) revokes: Vec<Permission>,
    /// What a person should know before they agree.
    pub(crate) notes: Vec<String>,
    /// What they are asked first, each by itself: it may be that nobody can sign in afterwards.
    pub(crate) doubts: Vec<String>,
}

impl Plan {
    /// The plan that changes nothing.
    pub(crate) fn of(before: State) -> Plan {
        Plan {
            pool: before.pool.clone(),
            clients: before.clients.clone(),
            before,
            attribute: None,
            grants: Vec::new(),
            revokes: Vec::new(),
            notes: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// Everything as it shall be, but for the attribute.
    pub(crate) fn after(&self) -> State {
        State {
            pool: self.pool.clone(),
            clients: self.clients.clone(),
            mfa: self.before.mfa.clone(),
        }
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.attribute.is_none()
            && self.grants.is_empty()
            && self.revokes.is_empty()
            && self.before.differences(&self.after()).is_empty()
    }

    /// The plan as text: a heading for each part, a line for each difference below it.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut parts = self.before.differences(&self.after());
        let mut lines = Vec::new();
        if let Some(name) = &self.attribute {
            lines.push("user pool".to_owned());
            lines.push(format!(
                "  + custom attribute custom:{name} (String) -- cannot be undone: Cognito never removes a custom attribute"
            ));
            if let Some((_, differences)) = parts.first().filter(|(part, _)| part == "user pool") {
                lines.extend(differences.iter().map(|difference| format!("  {difference}")));
                parts.remove(0);
            }
        }
        for (part, differences) in &parts {
            lines.push(part.clone());
            lines.extend(differences.iter().map(|difference| format!("  {difference}")));
        }
        let permissions = self.grants.iter().map(|grant| ('+', grant));
        for (sign, permission) in permissions.chain(self.revokes.iter().map(|revoke| ('-', revoke))) {
            lines.push(format!("function {}", permission.function));
            lines.push(format!(
                "  {sign} permission for cognito-idp.amazonaws.com to invoke it for this pool (statement {})",
                permission.statement_id
            ));
        }
        lines
    }

    /// What is sent back although this version does not know it, for a note.
    pub(crate) fn unknown_members(&self) -> Vec<String> {
        let pool = members::unknown_in_pool(&members::pool_update(&self.before.pool));
        let clients = self.before.clients.iter();
        let clients = clients
            .flat_map(|client| members::unknown_in_client(&members::client_update(&client.description)));
        let mut all: Vec<String> = pool.into_iter().chain(clients).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What differs between the plan and what the service says afterwards; empty if everything is as planned.
    pub(crate) fn unplanned(&self, found: &State) -> Vec<String> {
        let mut found = found.clone();
        let mut lines = Vec::new();
        if let Some(name) = &self.attribute {
            if attribute::find(&found.pool, name).is_none() {
                lines.push(format!("user pool: custom:{name} is not there"));
            }
            found.pool = attribute::without(&found.pool, name);
        }
        for (part, differences) in self.after().differences(&found) {
            lines.extend(
                differences
                    .iter()
                    .map(|difference| format!("{part}: {difference}")),
            );
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state() -> State {
        State {
            pool: json!({ "Id": "a_b", "LambdaConfig": { "PreSignUp": "arn:x" }, "LastModifiedDate": 1 }),
            clients: vec![Client {
                id: "c1".to_owned(),
                description: json!({ "ClientId": "c1", "ClientName": "web", "ExplicitAuthFlows": ["A"], "AuthSessionValidity": 3 }),
            }],
            mfa: Some(json!({ "MfaConfiguration": "OFF" })),
        }
    }

    fn plan() -> Plan {
        let mut plan = Plan::of(state());
        plan.pool["LambdaConfig"]["DefineAuthChallenge"] = json!("arn:d");
        plan.clients[0].description["ExplicitAuthFlows"] = json!(["A", "ALLOW_CUSTOM_AUTH"]);
        plan.clients[0].description["AuthSessionValidity"] = json!(5);
        plan.attribute = Some("authChallenge".to_owned());
        let arn = FunctionArn::parse("arn:aws:lambda:eu-central-1:1:function:2faDefine").unwrap();
        plan.grants = vec![Permission::ours(arn, "a_b")];
        plan
    }

    #[test]
    fn a_plan_is_read_as_a_difference() {
        assert_eq!(
            plan().lines(),
            [
                "user pool",
                "  + custom attribute custom:authChallenge (String) -- cannot be undone: Cognito never removes a custom attribute",
                "  + LambdaConfig.DefineAuthChallenge: arn:d",
                "app client web (c1)",
                "  ~ ExplicitAuthFlows: +ALLOW_CUSTOM_AUTH",
                "  ~ AuthSessionValidity: 3 → 5",
                "function arn:aws:lambda:eu-central-1:1:function:2faDefine",
                "  + permission for cognito-idp.amazonaws.com to invoke it for this pool (statement poolhouse-a_b)",
            ]
        );
        assert!(!plan().is_empty());
        assert!(Plan::of(state()).is_empty());
    }

    #[test]
    fn what_comes_out_as_planned_has_nothing_unplanned() {
        let plan = plan();
        let mut found = plan.after();
        found.pool["LastModifiedDate"] = json!(2);
        assert_eq!(
            plan.unplanned(&found),
            ["user pool: custom:authChallenge is not there"]
        );
        found.pool["SchemaAttributes"] = json!([{ "Name": "custom:authChallenge" }]);
        assert_eq!(plan.unplanned(&found), [""; 0]);
    }

    #[test]
    fn what_changed_beside_the_plan_is_told_wherever_it_is() {
        let plan = plan();
        let mut found = plan.after();
        found.pool["SchemaAttributes"] = json!([{ "Name": "custom:authChallenge" }]);
        found.pool["LambdaConfig"]["PreSignUp"] = Value::Null;
        found.clients[0].description["PreventUserExistenceErrors"] = json!("LEGACY");
        found.mfa = Some(json!({ "MfaConfiguration": "ON" }));
        assert_eq!(
            plan.unplanned(&found),
            [
                "user pool: - LambdaConfig.PreSignUp: arn:x",
                "app client web (c1): + PreventUserExistenceErrors: LEGACY",
                "MFA: ~ MfaConfiguration: OFF → ON",
            ]
        );
        found.clients.clear();
        assert!(
            plan.unplanned(&found)
                .iter()
                .any(|line| line.starts_with("app client web (c1): - ClientId"))
        );
    }
}
