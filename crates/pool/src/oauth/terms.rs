//! What the page of a sign-up links to: the terms of use and the privacy policy of its client.

use super::steps::account::SIGN_UP;
use super::transaction::Transaction;
use crate::base::error::ApiError;
use crate::records::TermsRecord;
use crate::request::Ctx;

/// The documents, by their names, in the order in which they are shown.
const NAMES: [&str; 2] = ["terms-of-use", "privacy-policy"];
/// The language of whoever has no link of their own.
const DEFAULT: &str = "cognito:default";
/// How a link is a secure one.
const SECURE: &str = "https://";

/// Where terms of use and privacy policy can be read in the language of the page with this tag, or else in the client's default. `None`
/// where the page is another one, or where the client has not got both: the service shows both or none.
///
/// # Errors
/// When the store fails.
pub async fn links(
    ctx: &Ctx,
    pool_id: &str,
    at: &Transaction,
    tag: &str,
) -> Result<Option<[String; 2]>, ApiError> {
    if at.step.challenge.as_deref() != Some(SIGN_UP) {
        return Ok(None);
    }
    let [of_use, privacy] = NAMES;
    let client_id = &at.asked.client_id;
    let Some(of_use) = link(ctx, (pool_id, client_id), of_use, tag).await? else {
        return Ok(None);
    };
    let privacy = link(ctx, (pool_id, client_id), privacy, tag).await?;
    Ok(privacy.map(|privacy| [of_use, privacy]))
}

async fn link(
    ctx: &Ctx,
    (pool_id, client_id): (&str, &str),
    name: &str,
    tag: &str,
) -> Result<Option<String>, ApiError> {
    let row = TermsRecord::of_client(pool_id, client_id, name);
    let Some(id) = ctx.referenced(&row).await? else {
        return Ok(None);
    };
    let found = ctx.load(&TermsRecord::key(pool_id, &id.0)).await?;
    Ok(found.and_then(|found| in_language(&found.value, tag)))
}

fn in_language(terms: &TermsRecord, tag: &str) -> Option<String> {
    let own = language(tag).and_then(|name| terms.links.get(name));
    let link = own.or_else(|| terms.links.get(DEFAULT));
    link.filter(|link| link.starts_with(SECURE)).cloned()
}

/// What the API calls a language of the pages; nothing for one that it has no name for.
fn language(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "de" => "cognito:german",
        "en" => "cognito:english",
        "es" => "cognito:spanish",
        "fr" => "cognito:french",
        "it" => "cognito:italian",
        "ja" => "cognito:japanese",
        "ko" => "cognito:korean",
        "nl" => "cognito:dutch",
        "pt-BR" => "cognito:portuguese-brazil",
        "zh-CN" => "cognito:chinese-simplified",
        "zh-TW" => "cognito:chinese-traditional",
        _ => return None,
    })
}
