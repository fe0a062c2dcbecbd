//! What a request of a page does: the way in, a page, a form.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use poolhouse_api::Operation;
use poolhouse_hosted::{known_as, said};
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::oauth::door::{self, Browser, Entered};
use poolhouse_pool::oauth::steps::consent::CONSENT;
use poolhouse_pool::oauth::steps::{Brought, Fields, OUT_OF_DATE, Operations, PLACE, Taken};
use poolhouse_pool::oauth::transaction::{self, Transaction};
use poolhouse_pool::oauth::{Refused, authorize, steps, terms};
use poolhouse_pool::ops;
use poolhouse_pool::records::Authorization;
use poolhouse_pool::request::Ctx;
use poolhouse_store::BoxFuture;
use poolhouse_text::percent;
use serde_json::Value;
use tokio::time::sleep;

use super::faults::{broken, wrong};
use super::visit::Visit;
use super::{answer, federation, guard, leave, saml, view};

/// Bytes of the longest query that a client sends.
const LONGEST_QUERY: usize = 8 * 1024;
/// How long a page waits for a step that its person has asked for twice.
const WAITS: u32 = 20;
const WAIT: Duration = Duration::from_millis(100);
/// The field that the script adds where the browser can make passkeys for this site.
const TAKES_PASSKEYS: &str = "passkeys";
/// The mark of a page that a form brought here which was out of date.
const STALE: &str = "stale=1";

/// The API's operations, for people who are not signed in.
struct Called;

impl Operations for Called {
    fn call<'a>(
        &'a self,
        ctx: &'a Ctx,
        operation: Operation,
        body: Value,
    ) -> BoxFuture<'a, Result<Value, ApiError>> {
        Box::pin(async move {
            operation.validate(&body)?;
            ops::dispatch(operation, ctx, body).await
        })
    }
}

/// `GET`
pub(super) async fn show(ctx: &Ctx, visit: &Visit) -> Response {
    if visit.asked.len() > LONGEST_QUERY {
        return wrong(ctx, visit, "invalid_request", "The request is too long.");
    }
    match visit.path.as_str() {
        "/oauth2/authorize" | "/authorize" => enter(ctx, visit, false).await,
        "/logout" => leave::leave(ctx, visit, false).await,
        federation::PATH => federation::back(ctx, visit).await,
        "/error" => {
            let error = visit.query.get("error").unwrap_or("invalid_request");
            wrong(ctx, visit, error, "")
        }
        _ => match find(ctx, visit).await {
            Ok(Some(transaction)) => page(ctx, visit, &transaction).await,
            Ok(None) => match known(ctx, visit).await {
                Ok(Some(page)) => page,
                Ok(None) => again(ctx, visit, false),
                Err(error) => broken(ctx, visit, &error),
            },
            Err(error) => broken(ctx, visit, &error),
        },
    }
}

/// `POST`
pub(super) async fn take(ctx: &Ctx, visit: &Visit, body: &[u8]) -> Response {
    let content_type = visit
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|held| held.to_str().ok());
    let is_form = content_type.is_some_and(|held| {
        let essence = held.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    });
    let Some(mut fields) = steps::read(body).filter(|_| is_form) else {
        return wrong(ctx, visit, "invalid_request", "The body is not a form.");
    };
    fields.insert(PLACE.to_owned(), visit.cookies.place.clone().unwrap_or_default());
    match visit.path.as_str() {
        // OpenID Connect has clients send their request by a form, too, from their own pages: it changes nothing.
        "/oauth2/authorize" | "/authorize" => {
            let asked = String::from_utf8_lossy(body);
            let target = format!("{}/oauth2/authorize?{asked}", visit.prefix);
            return answer::redirect(true, &target, &[]);
        }
        federation::PATH => return federation::again(ctx, visit, body),
        saml::PATH => return saml::back(ctx, visit, &fields).await,
        saml::SIGNED_OUT => return saml::signed_out(ctx, visit, &fields).await,
        "/error" => return wrong(ctx, visit, "invalid_request", ""),
        _ => {}
    }
    let field = |name: &str| fields.get(name).map(String::as_str);
    let is_ours = guard::is_ours(
        &visit.headers,
        &visit.site.base,
        visit.cookies.csrf.as_deref(),
        field("_csrf"),
    );
    if !is_ours {
        let words = [visit.texts.get("foreignForm").to_owned()];
        let html = said(&visit.frame(ctx), visit.texts.get("errorTitle"), &words);
        return answer::page(visit, StatusCode::FORBIDDEN, html, None);
    }
    if visit.path == "/logout" {
        return leave::leave(ctx, visit, field("confirmed").is_some()).await;
    }
    match field("tx").or(visit.query.get("tx")) {
        Some(handle) => {
            let taken = taken(ctx, visit, handle, &visit.browser(), &fields).await;
            led(ctx, visit, handle, taken, (None, &fields))
        }
        None => at_once(ctx, visit, fields).await,
    }
}

/// What a client asks for, checked: back to the client, or to a page.
async fn enter(ctx: &Ctx, visit: &Visit, is_form: bool) -> Response {
    let authorization = match authorize::check(ctx, &visit.site, &visit.query).await {
        Ok(authorization) => authorization,
        Err(refused) => return refuse(visit, is_form, refused),
    };
    match door::enter(ctx, &visit.site, &authorization, &visit.browser()).await {
        Ok(Entered::Back(location)) => answer::redirect(is_form, &location, &[]),
        Ok(Entered::Away {
            location,
            name,
            is_posted,
        }) => away(visit, is_form, (&location, name, is_posted)),
        Ok(Entered::Refused(error)) => {
            answer::redirect(is_form, &format!("{}/error?error={error}", visit.prefix), &[])
        }
        Ok(Entered::Page { transaction, name }) => {
            let again = if visit.is_again() { "&again=1" } else { "" };
            let stale = if visit.is_stale() { "&stale=1" } else { "" };
            let target = visit.to("/login", &format!("tx={transaction}{again}{stale}"));
            let cookie = name.as_deref().and_then(|name| visit.names.browser(name));
            answer::redirect(is_form, &target, &cookie.into_iter().collect::<Vec<_>>())
        }
        Err(error) => broken(ctx, visit, &error),
    }
}

/// To an identity provider.
fn away(visit: &Visit, is_form: bool, (location, name, is_posted): (&str, Option<String>, bool)) -> Response {
    answer::redirect(is_form, location, &visit.crossing(name.as_deref(), is_posted))
}

fn refuse(visit: &Visit, is_form: bool, refused: Refused) -> Response {
    match refused {
        Refused::Redirect(location) => answer::redirect(is_form, &location, &[]),
        Refused::Page { error, client_id, .. } => {
            let client = client_id
                .map(|id| format!("&client_id={}", percent::encode(id)))
                .unwrap_or_default();
            let target = format!("{}/error?error={error}{client}", visit.prefix);
            answer::redirect(is_form, &target, &[])
        }
    }
}

/// Name and password without a page before them, as scripts send them that were written for the service: the client's request
/// stands in the query.
async fn at_once(ctx: &Ctx, visit: &Visit, mut fields: Fields) -> Response {
    let authorization = match authorize::check(ctx, &visit.site, &visit.query).await {
        Ok(authorization) => authorization,
        Err(refused) => return refuse(visit, true, refused),
    };
    let afresh = Authorization {
        prompt: vec!["login".to_owned()],
        ..authorization
    };
    let (transaction, name) = match door::enter(ctx, &visit.site, &afresh, &visit.browser()).await {
        Ok(Entered::Page { transaction, name }) => (transaction, name),
        Ok(Entered::Back(location)) => return answer::redirect(true, &location, &[]),
        Ok(Entered::Away {
            location,
            name,
            is_posted,
        }) => return away(visit, true, (&location, name, is_posted)),
        Ok(Entered::Refused(error)) => return wrong(ctx, visit, error, ""),
        Err(error) => return broken(ctx, visit, &error),
    };
    let browser = Browser {
        name: name.clone().or(visit.cookies.browser.clone()),
        session: visit.cookies.session.clone(),
    };
    fields.insert("seq".to_owned(), "0".to_owned());
    let taken = taken(ctx, visit, &transaction, &browser, &fields).await;
    led(ctx, visit, &transaction, taken, (name.as_deref(), &fields))
}

async fn taken(
    ctx: &Ctx,
    visit: &Visit,
    handle: &str,
    browser: &Browser,
    fields: &Fields,
) -> Result<Taken, ApiError> {
    let brought = Brought {
        cookies: browser,
        takes_passkeys: fields.contains_key(TAKES_PASSKEYS) && !visit.cookies.is_later,
    };
    steps::take(ctx, &visit.site, handle, brought, (fields, &Called)).await
}

/// The page for somebody who comes to it without a client's request before, and is signed in: to go on, or as somebody else.
async fn known(ctx: &Ctx, visit: &Visit) -> Result<Option<Response>, ApiError> {
    let is_direct = visit.path == "/login" && visit.query.get("tx").is_none() && !visit.is_again();
    if !is_direct || visit.cookies.session.is_none() {
        return Ok(None);
    }
    let Ok(authorization) = authorize::check(ctx, &visit.site, &visit.query).await else {
        return Ok(None);
    };
    let holder = door::holder(ctx, &visit.site, &authorization, &visit.browser()).await?;
    Ok(holder.map(|name| {
        let links = (visit.to("/oauth2/authorize", ""), visit.to_another());
        let html = known_as(&visit.frame(ctx), &name, (&links.0, &links.1));
        answer::page(visit, StatusCode::OK, html, None)
    }))
}

/// Where a form leads: on to the page that is due, or back to the client.
fn led(
    ctx: &Ctx,
    visit: &Visit,
    handle: &str,
    taken: Result<Taken, ApiError>,
    (name, fields): (Option<&str>, &Fields),
) -> Response {
    let mut cookies: Vec<HeaderValue> = name
        .and_then(|name| visit.names.browser(name))
        .into_iter()
        .collect();
    match taken {
        Ok(Taken::Ended(granted)) => {
            cookies.extend(visit.names.session(&granted.session));
            cookies.extend(
                granted
                    .place
                    .as_deref()
                    .and_then(|token| visit.names.place(token)),
            );
            if fields.get("action").is_some_and(|action| action == "later") {
                cookies.extend(visit.names.later());
            }
            match &granted.location {
                Some(location) => answer::redirect(true, location, &cookies),
                None => {
                    let page = match granted.is_asked {
                        true => view::path_of(Some(CONSENT)),
                        false => "/passkeys/add",
                    };
                    answer::redirect(true, &visit.to(page, &format!("tx={handle}")), &cookies)
                }
            }
        }
        Ok(Taken::Forgets) => {
            cookies.extend(visit.names.no_place());
            answer::redirect(true, &visit.to("/login", &format!("tx={handle}")), &cookies)
        }
        Ok(Taken::Refused(error)) => wrong(ctx, visit, error, ""),
        Ok(Taken::Next(challenge)) => {
            let path = view::path_of(challenge.as_deref());
            answer::redirect(true, &visit.to(path, &format!("tx={handle}")), &cookies)
        }
        Ok(Taken::OutOfDate) => {
            let target = visit.to("/login", &format!("tx={handle}&{STALE}"));
            answer::redirect(true, &target, &cookies)
        }
        Ok(Taken::Unknown) => again(ctx, visit, true),
        Err(error) => broken(ctx, visit, &error),
    }
}

/// The transaction of a page, once nobody is taking a step of it.
async fn find(ctx: &Ctx, visit: &Visit) -> Result<Option<Transaction>, ApiError> {
    let named = visit
        .cookies
        .browser
        .as_deref()
        .and_then(|name| transaction::browser(ctx, name));
    let (Some(handle), Some(named)) = (visit.query.get("tx"), named) else {
        return Ok(None);
    };
    let pool_id = visit.site.pool.value.id();
    let mut found = transaction::find(ctx, pool_id, handle, &named).await?;
    for _ in 0..WAITS {
        if !found.as_ref().is_some_and(|found| found.is_busy(ctx.now)) {
            break;
        }
        sleep(WAIT).await;
        found = transaction::find(ctx, pool_id, handle, &named).await?;
    }
    // One that has ended is begun anew: the browser is signed in by now.
    Ok(found.filter(|found| found.step.ended.is_none()))
}

/// A page without a transaction: begun anew from what the client asked, once, and if there was one that has ended, the new page says
/// so. A browser that comes back the same way takes no cookies.
fn again(ctx: &Ctx, visit: &Visit, is_form: bool) -> Response {
    if visit.query.get("client_id").is_none() {
        return wrong(
            ctx,
            visit,
            "invalid_request",
            "Missing required parameter client_id in request URL",
        );
    }
    if visit.is_again() && visit.cookies.browser.is_none() {
        let words = [visit.texts.get("cookies").to_owned()];
        let html = said(&visit.frame(ctx), visit.texts.get("errorTitle"), &words);
        return answer::page(visit, StatusCode::BAD_REQUEST, html, None);
    }
    let stale = match is_form || visit.query.get("tx").is_some() {
        true => "&stale=1",
        false => "",
    };
    let target = visit.to("/oauth2/authorize", &format!("again=1{stale}"));
    answer::redirect(is_form, &target, &[])
}

async fn page(ctx: &Ctx, visit: &Visit, found: &Transaction) -> Response {
    let mut step = found.step.clone();
    if visit.is_stale() && step.said.is_none() {
        step.said = Some(OUT_OF_DATE.to_owned());
    }
    let leads_to = Authorization::from_json(&found.asked.authorization).map(|held| held.redirect_uri);
    let pool_id = visit.site.pool.value.id();
    let html = match terms::links(ctx, pool_id, found, visit.texts.tag()).await {
        Ok(links) => view::page(ctx, visit, found, (&step, links)),
        Err(error) => return broken(ctx, visit, &error),
    };
    answer::page(visit, StatusCode::OK, html, leads_to.as_deref())
}
