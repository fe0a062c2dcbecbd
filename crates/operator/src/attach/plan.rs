//! What `attach` changes, decided by what was read alone.

use serde_json::{Value, json};

use super::functions::Function;
use super::refusal::Refusal;
use crate::change::{Permission, Plan};
use crate::pool::attribute::{self, Usual};
use crate::pool::flows::{self, Flow};
use crate::pool::policy::Access;
use crate::pool::{Client, State, Trigger, USUAL_SESSION_MINUTES, members};

/// What the operator asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    /// The custom attribute's name without `custom:`.
    pub(crate) attribute: String,
    /// Those that were named, or are needed.
    pub(crate) functions: Vec<Function>,
    /// A function for PostConfirmation that nobody named. It gives way to another that has the trigger.
    pub(crate) offered: Option<Function>,
    /// `AuthSessionValidity` in minutes.
    pub(crate) session_minutes: u64,
    /// The flows and permissions that the article gives the app client, beyond those that sign-in needs.
    pub(crate) article: bool,
    /// Whether the pool can have new addresses verified before they count. Poolhouse cannot.
    pub(crate) can_verify_email_first: bool,
    /// Whether other functions may lose the triggers.
    pub(crate) replace_triggers: bool,
}

/// The plan that attaches the functions to the pool and its app clients.
///
/// # Errors
/// The pool is such that attaching would break something, or would not work.
pub(crate) fn plan(state: State, wanted: &Wanted) -> Result<Plan, Refusal> {
    let mut plan = Plan::of(state);
    let wanted = &with_offered(&mut plan, wanted.clone());
    check_triggers(&plan.before.pool, wanted)?;
    check_configured(wanted)?;
    plan_attribute(&mut plan, wanted)?;
    plan_verification(&mut plan, wanted);
    for function in &wanted.functions {
        plan.pool["LambdaConfig"][function.trigger.member()] = json!(function.arn.to_string());
    }
    let clients = plan.before.clients.clone();
    plan.clients = clients
        .into_iter()
        .map(|client| planned_client(client, wanted, &mut plan))
        .collect();
    note_session(&mut plan, wanted);
    note_post_confirmation(&mut plan, wanted);
    plan_permissions(&mut plan, wanted);
    note_surroundings(&mut plan);
    Ok(plan)
}

/// Takes up the function that was offered, unless another has its trigger. A new password that the mailbox confirmed then
/// clears what wrong codes have locked; a function of somebody else's does work that these tools know nothing of.
fn with_offered(plan: &mut Plan, mut wanted: Wanted) -> Wanted {
    let Some(offered) = wanted.offered.take() else {
        return wanted;
    };
    let there = offered.trigger.of(&plan.before.pool);
    match there.filter(|there| *there != offered.arn.to_string()) {
        Some(there) => plan.notes.push(format!(
            "PostConfirmation leads to {there} and stays; with {} in its place (--post-confirmation, --replace-triggers), a \
             forgotten password that was replaced would clear what wrong codes have locked",
            offered.arn.name()
        )),
        None => wanted.functions.push(offered),
    }
    wanted
}

/// What a new password clears, and how the forms come to say so.
fn note_post_confirmation(plan: &mut Plan, wanted: &Wanted) {
    let is_new = |function: &Function| {
        function.trigger == Trigger::PostConfirmation && function.trigger.of(&plan.before.pool).is_none()
    };
    if wanted.functions.iter().any(is_new) {
        plan.notes.push(
            "replacing a forgotten password will clear what wrong codes have locked: set CLOSED_OPENS_BY=password in the \
             functions' environment, so that forms say so"
                .to_owned(),
        );
    }
}

/// What does not stand in the way, but should be known beforehand.
fn note_surroundings(plan: &mut Plan) {
    if let Some(stack) = members::stack(&plan.before.pool) {
        plan.notes.push(format!(
            "the pool belongs to the CloudFormation stack {stack}, which may take this change back when it is deployed; \
             put it into the stack's template too"
        ));
    }
    match plan.before.pool.get("MfaConfiguration").and_then(Value::as_str) {
        Some("ON") => plan.doubts.push(
            "The pool requires MFA of its own, which AWS says does not go together with custom authentication: it may be that \
             nobody can sign in afterwards. Attach all the same?"
                .to_owned(),
        ),
        Some("OPTIONAL") => plan.notes.push(
            "the pool offers MFA of its own: it is not established whether users who have set it up are asked for this code too"
                .to_owned(),
        ),
        _ => {}
    }
    if members::tracks_devices(&plan.before.pool) {
        plan.notes.push(
            "the pool remembers devices of its own: their two steps may stand before the code, and do not replace it".to_owned(),
        );
    }
}

/// Other functions keep their triggers unless the operator says that they may go.
fn check_triggers(pool: &Value, wanted: &Wanted) -> Result<(), Refusal> {
    if wanted.replace_triggers {
        return Ok(());
    }
    let others = wanted.functions.iter().filter_map(|function| {
        let there = function.trigger.of(pool)?;
        (there != function.arn.to_string()).then(|| (function.trigger, there.to_owned()))
    });
    match others.collect::<Vec<_>>() {
        others if others.is_empty() => Ok(()),
        others => Err(Refusal::OtherTriggers(others)),
    }
}

/// Functions that keep the ledger in another attribute would write to one that nobody added, or to one that means something
/// else; their environment belongs to those who deployed them.
fn check_configured(wanted: &Wanted) -> Result<(), Refusal> {
    let expected = format!("custom:{}", wanted.attribute);
    let others = wanted.functions.iter().filter_map(|function| {
        let told = function.on_lambda.as_ref()?.attribute.clone()?;
        (told != expected).then(|| (function.arn.name().to_owned(), told))
    });
    match others.collect::<Vec<_>>() {
        others if others.is_empty() => Ok(()),
        functions => Err(Refusal::OtherAttribute { expected, functions }),
    }
}

fn plan_attribute(plan: &mut Plan, wanted: &Wanted) -> Result<(), Refusal> {
    let name = &wanted.attribute;
    let Some(there) = attribute::find(&plan.before.pool, name) else {
        if attribute::count(&plan.before.pool) >= attribute::MOST_ATTRIBUTES {
            return Err(Refusal::NoRoom);
        }
        plan.attribute = Some(name.clone());
        return Ok(());
    };
    match attribute::flaw(there) {
        None => Ok(()),
        Some(flaw) => Err(Refusal::Attribute {
            name: name.clone(),
            flaw,
        }),
    }
}

/// Has a new address verified before it takes the place of the old one: otherwise it counts as unverified, no code goes
/// there, and its owner is locked out. The service takes that only of addresses that it verifies by itself.
fn plan_verification(plan: &mut Plan, wanted: &Wanted) {
    if members::verifies_email_first(&plan.before.pool) {
        return;
    }
    if !wanted.can_verify_email_first {
        plan.notes.push(
            "this pool is not on AWS, so AttributesRequireVerificationBeforeUpdate stays as it is; `poolhouse doctor` names \
             app clients whose people can change their address"
                .to_owned(),
        );
        return;
    }
    let pool = &mut plan.pool;
    let was_automatic = with_email(&mut pool["AutoVerifiedAttributes"]);
    with_email(&mut pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"]);
    if !was_automatic {
        plan.notes.push(
            "AutoVerifiedAttributes gets email, which AttributesRequireVerificationBeforeUpdate needs: Cognito then mails a \
             code of its own to people who sign up or change their address"
                .to_owned(),
        );
    }
}

/// Adds email to a list. Returns whether it was there.
fn with_email(list: &mut Value) -> bool {
    let mut names = list.as_array().cloned().unwrap_or_default();
    let was_there = names.iter().any(|name| name == "email");
    if !was_there {
        names.push(json!("email"));
        *list = Value::Array(names);
    }
    was_there
}

fn planned_client(mut client: Client, wanted: &Wanted, plan: &mut Plan) -> Client {
    let label = client.label();
    let minutes = client.session_minutes();
    let description = &mut client.description;
    let mut needed = vec![Flow::Custom];
    if !flows::rotates_refresh_tokens(description) {
        needed.push(Flow::Refresh);
    }
    if wanted.article {
        needed.push(Flow::Srp);
    }
    if let Some(list) = flows::with(description, &needed) {
        if flows::has_older_names(description) {
            plan.notes.push(format!(
                "{label}: the older names in ExplicitAuthFlows cannot stand beside today's, so they become what they mean"
            ));
        }
        description["ExplicitAuthFlows"] = list;
    }
    if minutes != wanted.session_minutes {
        description["AuthSessionValidity"] = json!(wanted.session_minutes);
    }
    plan_attribute_permissions(description, &label, wanted, plan);
    let open: Vec<&str> = open_doors(description).iter().map(|flow| flow.name()).collect();
    if !open.is_empty() {
        plan.notes.push(format!(
            "{label} also allows {}, which asks for no code; `poolhouse doctor` names such doors",
            open.join(", ")
        ));
    }
    client
}

/// The flows of a client that end in tokens without a code.
pub(crate) fn open_doors(client: &Value) -> Vec<Flow> {
    let mut open = flows::allowed(client);
    open.retain(|flow| !matches!(flow, Flow::Custom | Flow::Refresh));
    open
}

/// Whether sign-ins need a code after this plan that needed none before. On Poolhouse the pool's own door sees to that
/// whatever its clients allow; on AWS another flow of a client walks around it.
pub(crate) fn code_becomes_required(plan: &Plan, is_aws: bool) -> bool {
    let define = |pool: &Value| Trigger::Define.of(pool).map(str::to_owned);
    let allows = |clients: &[Client]| {
        let mut all = clients.iter();
        all.all(|client| flows::allowed(&client.description).contains(&Flow::Custom))
    };
    let is_new = define(&plan.before.pool) != define(&plan.pool) || !allows(&plan.before.clients);
    let is_shut = |client: &Client| open_doors(&client.description).is_empty();
    is_new && (!is_aws || plan.clients.iter().all(is_shut))
}

/// No event tells the functions how long the session is, and their environment belongs to those who deployed them.
fn note_session(plan: &mut Plan, wanted: &Wanted) {
    let minutes = wanted.session_minutes;
    let told = |function: &Function| match &function.on_lambda {
        Some(lambda) => {
            let told = lambda.session_minutes.filter(|told| *told != minutes)?;
            Some(format!("{} ({told} now)", function.arn.name()))
        }
        None if minutes == USUAL_SESSION_MINUTES => None,
        None => Some(function.arn.name().to_owned()),
    };
    let of_code = wanted.functions.iter();
    let of_code = of_code.filter(|function| Trigger::ALL.contains(&function.trigger));
    let others: Vec<String> = of_code.filter_map(told).collect();
    if !others.is_empty() {
        plan.notes.push(format!(
            "set SESSION_MINUTES={minutes}, the app client's AuthSessionValidity, in the environment of {}; a function \
             without it counts on {USUAL_SESSION_MINUTES}",
            others.join(", ")
        ));
    }
}

/// The functions read and write the attribute by the administrator's operations, so app clients need neither; whoever
/// may write it can wipe out what it counts. The article's set-up gives both.
fn plan_attribute_permissions(client: &mut Value, label: &str, wanted: &Wanted, plan: &mut Plan) {
    let full = format!("custom:{}", wanted.attribute);
    if !wanted.article {
        plan.notes.push(format!(
            "{label}: its permission to read and write {full} stays as it is; the functions need neither (--article gives both)"
        ));
        return;
    }
    for (member, usual) in Usual::LISTS {
        let list = client
            .get(member)
            .and_then(Value::as_array)
            .filter(|list| !list.is_empty());
        let mut list = match list {
            Some(list) => list.clone(),
            None => {
                plan.notes.push(format!(
                    "{label}: {member} is not set, which means every attribute; the list names them"
                ));
                attribute::usual(&plan.before.pool, usual)
            }
        };
        if !list.iter().any(|name| *name == full.as_str()) {
            list.push(json!(full));
        }
        if client.get(member) != Some(&json!(list)) {
            client[member] = json!(list);
        }
    }
}

fn plan_permissions(plan: &mut Plan, wanted: &Wanted) {
    let pool_id = plan
        .before
        .pool
        .get("Id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    for function in &wanted.functions {
        match &function.on_lambda {
            Some(lambda) if lambda.access == Access::Denied => {
                plan.grants.push(Permission::ours(function.arn.clone(), &pool_id));
            }
            _ => {}
        }
    }
    if wanted
        .functions
        .iter()
        .all(|function| function.on_lambda.is_none())
    {
        plan.notes.push(
            "no Lambda is around this pool, so neither the functions nor the permission to invoke them were looked at"
                .to_owned(),
        );
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "plan_functions_tests.rs"]
mod functions_tests;

#[cfg(test)]
#[path = "plan_verification_tests.rs"]
mod verification_tests;
