//! The page that asks whether a client of strangers may have what it asks for.
//!
//! Whoever comes to it is signed in. What follows depends on that session and no other: the page is worth nothing in a browser that
//! has signed out, or in as somebody else.

use std::collections::BTreeMap;

use poolhouse_store::{Batch, Expect};
use serde_json::json;

use super::fields::Fields;
use super::refusal;
use super::taken::Taken;
use crate::base::error::ApiError;
use crate::oauth::browser::{self, SignedIn};
use crate::oauth::granting::{self, Granted};
use crate::oauth::leads::{Leads, leads};
use crate::oauth::site::Site;
use crate::oauth::transaction::Transaction;
use crate::oauth::{client_documents, consent};
use crate::records::{
    Authorization, ClientRecord, ConsentRecord, Led, PageStep, ResourceServerRecord, Stored, UserRecord,
};
use crate::request::{Ctx, hosted};

pub use crate::oauth::granting::CONSENT;

/// The parameters of the step, which the page shows: what the client calls itself, the host of its id, where its answer goes, that
/// this is a program on this machine, who is signed in, the scopes with their descriptions, and which API they are for.
pub const CLIENT: &str = "client";
/// The host that a client whose id is a URL is from.
pub const HOST: &str = "host";
/// The host or scheme of the redirect URI.
pub const TARGET: &str = "target";
/// Whether that is this machine.
pub const HERE: &str = "here";
/// Whether the client has registered itself.
pub const UNCHECKED: &str = "unchecked";
/// The scopes, as JSON: pairs of name and description.
pub const SCOPES: &str = "scopes";
/// The API that the access token is for.
pub const RESOURCE: &str = "resource";

/// What the page shows of a client and its request.
///
/// # Errors
/// A client that is gone; store failures.
pub async fn shown(
    ctx: &Ctx,
    pool_id: &str,
    authorization: &Authorization,
) -> Result<BTreeMap<String, String>, ApiError> {
    let client = ctx.client(pool_id, &authorization.client_id).await?;
    let mut described = Vec::new();
    for scope in &authorization.scopes {
        described.push(json!([scope, description(ctx, pool_id, scope).await?]));
    }
    let mut shown = BTreeMap::from([
        (CLIENT.to_owned(), name(&client.value, authorization)),
        (SCOPES.to_owned(), json!(described).to_string()),
    ]);
    let mut put = |name: &str, value: &str| shown.insert(name.to_owned(), value.to_owned());
    match leads(&authorization.redirect_uri) {
        Leads::Here => put(HERE, "true"),
        Leads::To(target) | Leads::App(target) => put(TARGET, &target),
    };
    if client.value.is_registered() {
        put(UNCHECKED, "true");
    }
    if let Some(url) = &authorization.client_url {
        put(HOST, client_documents::url::host(url));
    }
    if let Some(resource) = &authorization.resource {
        put(RESOURCE, resource);
    }
    Ok(shown)
}

fn name(client: &ClientRecord, authorization: &Authorization) -> String {
    let own = client.settings.client_name.as_deref().unwrap_or_default();
    match &authorization.client_url {
        // The app client's name is the operator's, and nothing that a stranger may go by.
        Some(_) => authorization.client_name.clone().unwrap_or_default(),
        None => own.to_owned(),
    }
}

/// What the resource server says of a scope.
async fn description(ctx: &Ctx, pool_id: &str, scope: &str) -> Result<String, ApiError> {
    let Some((identifier, name)) = scope.rsplit_once('/') else {
        return Ok(String::new());
    };
    let found: Option<Stored<ResourceServerRecord>> =
        hosted::resource_server(ctx, pool_id, identifier).await?;
    let scopes = found.map(|found| found.value.scopes).unwrap_or_default();
    let described = scopes.into_iter().find(|scope| scope.name == name);
    Ok(described.map(|scope| scope.description).unwrap_or_default())
}

/// The step for somebody who is signed in already.
///
/// # Errors
/// As [`shown`].
pub async fn step(
    ctx: &Ctx,
    pool_id: &str,
    authorization: &Authorization,
    found: &SignedIn,
) -> Result<PageStep, ApiError> {
    let shown = shown(ctx, pool_id, authorization).await?;
    let account = account(&found.user.value);
    Ok(granting::consent_step(ctx, shown, &account, &found.session.key))
}

/// What people know an account by: its name, or the address that signs it in where the name is made up.
fn account(user: &UserRecord) -> String {
    let address = ["email", "phone_number"]
        .into_iter()
        .find_map(|name| user.attribute(name));
    match user.username == user.sub {
        true => address.unwrap_or(&user.username).to_owned(),
        false => user.username.clone(),
    }
}

/// What the form of the page does.
///
/// # Errors
/// When the store fails, or a client is gone.
pub async fn answer(
    ctx: &Ctx,
    site: &Site,
    transaction: &Transaction,
    (authorization, at): (&Authorization, &PageStep),
    (handle, fields): (Option<&str>, &Fields),
) -> Result<Taken, ApiError> {
    let pool_id = site.pool.value.id();
    let action = fields.get("action").map(String::as_str).unwrap_or_default();
    let found = match handle {
        Some(handle) => browser::find(ctx, &site.pool.value, handle).await?,
        None => None,
    };
    let same = found.filter(|found| at.session.as_deref() == Some(&*found.session.key));
    let (Some(found), Some(handle), false) = (same, handle, action == "restart") else {
        return anew(ctx, site, transaction).await;
    };
    // What is allowed is what was shown.
    let due = shown(ctx, pool_id, authorization).await?;
    let is_shown = |(name, value): (&String, &String)| at.parameters.get(name) == Some(value);
    if !due.iter().all(is_shown) {
        let step = step(ctx, pool_id, authorization, &found).await?;
        transaction.settle(ctx, &step, (pool_id, None)).await?;
        return Ok(Taken::Next(Some(CONSENT.to_owned())));
    }
    match action {
        "allow" => {
            let rows = consent::remembered(
                ctx,
                pool_id,
                &found.user.value.sub,
                authorization,
                &found.session.value,
            );
            match grant(ctx, site, transaction, authorization, (&found, handle), rows).await? {
                Some(taken) => Ok(taken),
                // Signed out or deleted meanwhile: she begins anew.
                None => anew(ctx, site, transaction).await,
            }
        }
        "deny" => {
            let location = authorization.refused(site, "access_denied", "The user denied the request");
            let step = PageStep {
                asked: ctx.now,
                ended: Some(led(transaction, &location, handle)),
                ..PageStep::default()
            };
            transaction.settle(ctx, &step, (pool_id, None)).await?;
            Ok(Taken::Ended(Granted::back(location, handle)))
        }
        // A form with no button of the page's.
        _ => {
            transaction.settle(ctx, at, (pool_id, None)).await?;
            Ok(Taken::Next(Some(CONSENT.to_owned())))
        }
    }
}

/// Back to the beginning.
async fn anew(ctx: &Ctx, site: &Site, transaction: &Transaction) -> Result<Taken, ApiError> {
    let step = refusal::beginning(ctx, "", None);
    let settled = transaction.settle(ctx, &step, (site.pool.value.id(), None));
    settled.await.map(|()| Taken::Next(None))
}

/// Where a sign-in has just ended for a client of strangers: back to the client if its person has said yes before, or to the page.
///
/// # Errors
/// When the store fails.
pub async fn after_sign_in(
    ctx: &Ctx,
    site: &Site,
    transaction: &Transaction,
    authorization: &Authorization,
    granted: Granted,
) -> Result<Taken, ApiError> {
    let pool = &*site.pool.value;
    let Some(found) = browser::find(ctx, pool, &granted.session).await? else {
        return Ok(Taken::Ended(granted));
    };
    match consent::given(ctx, pool.id(), &found.user.value, authorization).await? {
        Some(given) => {
            let rows = unchanged(&given);
            let who = (&found, granted.session.as_str());
            let taken = grant(ctx, site, transaction, authorization, who, rows).await?;
            Ok(match taken {
                Some(Taken::Ended(ended)) => Taken::Ended(ended.with_place(granted.place)),
                _ => Taken::Ended(granted),
            })
        }
        None => Ok(Taken::Ended(granted)),
    }
}

/// That a consent is still what was read.
pub fn unchanged(given: &Stored<ConsentRecord>) -> Batch {
    Batch::new().check(given.key.clone(), given.unchanged())
}

fn led(transaction: &Transaction, location: &str, handle: &str) -> Led {
    Led {
        location: location.to_owned(),
        session: handle.to_owned(),
        transaction: transaction.digest.clone(),
    }
}

/// A code for the client, with these rows, in the commit that ends the transaction. `None`: something that it depends on has ended.
async fn grant(
    ctx: &Ctx,
    site: &Site,
    transaction: &Transaction,
    authorization: &Authorization,
    (found, handle): (&SignedIn, &str),
    rows: Batch,
) -> Result<Option<Taken>, ApiError> {
    let settled = |location: &str| {
        let step = PageStep {
            asked: ctx.now,
            ended: Some(led(transaction, location, handle)),
            ..PageStep::default()
        };
        rows.merge(transaction.settled(ctx, &step))
            .check(found.user.key.clone(), Expect::Present)
    };
    let location = granting::by_session(ctx, site, authorization, (found, handle), settled).await?;
    Ok(location.map(|location| Taken::Ended(Granted::back(location, handle))))
}
