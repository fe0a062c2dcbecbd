//! How an app client proves who it is at the endpoints for machines: by the header `Authorization: Basic` or in the form.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use poolhouse_api::ErrorCode;
use poolhouse_crypto::{constant_time_eq, sha256};
use poolhouse_text::percent;

use super::client_documents;
use super::denied::Denied;
use super::form::{Form, decoded};
use super::site::Site;
use crate::auth::secret_hash;
use crate::records::{ClientRecord, Stored};
use crate::request::{Ctx, check_address};

/// Characters of the longest header that is looked at: ids and secrets of 128 characters fit however they are encoded.
const LONGEST_HEADER: usize = 4096;
const LONGEST_ID: usize = 128;
/// Clients pad their Base64, or do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a client says of itself.
#[derive(PartialEq, Eq)]
struct Said {
    /// Its id, as it may be meant.
    ids: BTreeSet<String>,
    /// Its secret, as it may be meant: raw, as forms encode, percent-encoded. Empty: it says none.
    secrets: Vec<String>,
    is_basic: bool,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said")
            .field("ids", &self.ids)
            .finish_non_exhaustive()
    }
}

/// Whether a text can be a client's id.
pub fn may_be_id(text: &str) -> bool {
    let is_of_id = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'+';
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(is_of_id)
}

/// A client that has said who it is.
pub struct Known {
    /// The app client.
    pub record: Stored<Arc<ClientRecord>>,
    /// The client's id, where it is a URL: the app client is then the one that stands behind it.
    pub url: Option<String>,
}

/// The client that a request comes from, proven by its secret if it has one. One whose id is a URL has none: what it is given was
/// bound to a code challenge.
///
/// # Errors
/// `invalid_client`, whatever of it was wrong; `invalid_request` where header and form disagree; 429 after too many failures.
pub async fn authenticate(ctx: &Ctx, site: &Site, headers: &[&str], form: &Form) -> Result<Known, Denied> {
    let url = form
        .get("client_id")
        .filter(|id| client_documents::url::is_one(id));
    if let (Some(url), [], None) = (url, headers, form.get("client_secret")) {
        return by_url(ctx, site, url).await;
    }
    let record = by_secret(ctx, site, headers, form).await?;
    Ok(Known { record, url: None })
}

/// The app client behind a URL, as long as a policy of the pool means it. Nothing is fetched here.
async fn by_url(ctx: &Ctx, site: &Site, url: &str) -> Result<Known, Denied> {
    let found = client_documents::stands_for(ctx, site.pool.value.id(), url).await?;
    let Some((_, record)) = found else {
        return Err(Denied::invalid_client());
    };
    check_address(&site.pool.value, &record.value, ctx.asker.address)
        .map_err(|_| Denied::new("unauthorized_client"))?;
    Ok(Known {
        record,
        url: Some(url.to_owned()),
    })
}

async fn by_secret(
    ctx: &Ctx,
    site: &Site,
    headers: &[&str],
    form: &Form,
) -> Result<Stored<Arc<ClientRecord>>, Denied> {
    let said = said(headers, form)?;
    let refused = || {
        let denied = Denied::invalid_client();
        match said.is_basic && ctx.app.settings.hosted.invalid_client_is_401 {
            true => denied
                .with_status(401)
                .challenging("Basic realm=\"oauth2\"".to_owned()),
            false => denied,
        }
    };
    let Some(id) = said.ids.iter().find(|id| may_be_id(id)) else {
        return Err(refused());
    };
    let address = ctx.asker.address;
    let failed = &ctx.app.failed_clients;
    if let Some(seconds) = failed.wait(id, address, ctx.now) {
        return Err(Denied::invalid_client().with_status(429).after(seconds));
    }
    let client = match ctx.client(site.pool.value.id(), id).await {
        Ok(client) => Some(client),
        Err(error) if error.code == ErrorCode::ResourceNotFoundException => None,
        Err(error) => return Err(error.into()),
    };
    let secrets = match &client {
        Some(client) => secret_hash::client_secrets(ctx, &client.value)?,
        // Work like that for a client, which is compared and never right.
        None => vec![String::new()],
    };
    let is_right = is_right(&secrets, &said.secrets);
    match client.filter(|_| is_right) {
        Some(client) => {
            check_address(&site.pool.value, &client.value, address)
                .map_err(|_| Denied::new("unauthorized_client"))?;
            Ok(client)
        }
        None => {
            failed.note(id, address, ctx.now);
            Err(refused())
        }
    }
}

/// Whether one of the secrets was said; a client without secrets must say none. All are compared with all that was said.
fn is_right(secrets: &[String], said: &[String]) -> bool {
    let said: Vec<&String> = said.iter().filter(|said| !said.is_empty()).collect();
    let mut found = false;
    for secret in secrets {
        let held = sha256(&[secret.as_bytes()]);
        for said in &said {
            found |= constant_time_eq(&held, &sha256(&[said.as_bytes()]));
        }
    }
    match secrets.is_empty() {
        true => said.is_empty(),
        false => found,
    }
}

/// Reads what a client says of itself.
fn said(headers: &[&str], form: &Form) -> Result<Said, Denied> {
    let (form_id, form_secret) = (form.get("client_id"), form.get("client_secret"));
    let basic = match headers {
        [] => None,
        [header] => Some(basic(header).ok_or_else(Denied::invalid_client)?),
        _ => return Err(Denied::invalid_request()),
    };
    let Some((id, secret)) = basic else {
        return Ok(Said {
            ids: form_id.map(str::to_owned).into_iter().collect(),
            secrets: form_secret.map(str::to_owned).into_iter().collect(),
            is_basic: false,
        });
    };
    let said = Said {
        ids: variants(&id).into_iter().collect(),
        secrets: variants(&secret),
        is_basic: true,
    };
    let agrees = form_id.is_none_or(|id| said.ids.contains(id))
        && form_secret.is_none_or(|secret| said.secrets.iter().any(|held| held == secret));
    if !agrees {
        return Err(Denied::invalid_request());
    }
    let ids = match form_id {
        Some(id) => [id.to_owned()].into(),
        None => said.ids,
    };
    Ok(Said { ids, ..said })
}

/// Id and secret of the header; `None` for one that is no `Basic`.
fn basic(header: &str) -> Option<(String, String)> {
    if header.len() > LONGEST_HEADER {
        return None;
    }
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = BASE64.decode(credentials.trim_start_matches(' ')).ok()?;
    let plain = String::from_utf8(plain).ok()?;
    let (id, secret) = plain.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// What a half of the header may mean. The standard has both halves encoded as forms are; many clients send them as they are, and
/// some encode a space in another way. There are always three.
fn variants(text: &str) -> Vec<String> {
    let or_raw = |decoded: Option<String>| decoded.unwrap_or_else(|| text.to_owned());
    vec![
        text.to_owned(),
        or_raw(decoded(text)),
        or_raw(percent::decode(text)),
    ]
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

    use super::*;

    fn header(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    fn form(text: &str) -> Form {
        Form::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_secret_is_found_however_a_library_encodes_it() {
        let secrets = ["a_b+c".to_owned(), "second+secret".to_owned()];
        for (pair, expected) in [
            ("c:a_b+c", true),
            ("c:a%5Fb%2Bc", true),
            ("c:a%5Fb+c", true),
            ("c:second%2bsecret", true),
            ("c:a_b c", false),
            ("c:a_b%20c", false),
            ("c:a_b", false),
            ("c:", false),
            ("c:a_b+c:", false),
            ("c::a_b+c", false),
            ("c:%", false),
        ] {
            let said = said(&[&header(pair)], &Form::default()).unwrap();
            assert_eq!(is_right(&secrets, &said.secrets), expected, "{pair}");
        }
    }

    #[test]
    fn a_public_client_says_no_secret() {
        for (headers, text, expected) in [
            (vec![], "client_id=c", true),
            (vec![header("c:")], "", true),
            (vec![header("c:x")], "", false),
            (vec![], "client_id=c&client_secret=x", false),
        ] {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            let said = said(&headers, &form(text)).unwrap();
            assert_eq!(is_right(&[], &said.secrets), expected, "{headers:?} {text}");
        }
    }

    #[test]
    fn an_unknown_client_is_never_right() {
        for secret in ["", "x"] {
            assert!(!is_right(&[String::new()], &[secret.to_owned()]));
        }
        assert!(!is_right(&[String::new()], &[]));
    }

    #[test]
    fn headers_that_are_no_basic_are_no_client() {
        let long = format!("Basic {}", "A".repeat(1 << 20));
        for header in [
            "",
            "Basic",
            "Basic ",
            "Basic !!!!",
            "Basic Yw==",
            "Basic /w==",
            "Basic\tYzpz",
            "Bearer Yzpz",
            "Basic,Yzpz",
            "Basic Yzpz, Basic Yzpz",
            long.as_str(),
        ] {
            let denied = said(&[header], &Form::default()).unwrap_err();
            assert_eq!(
                (denied.status, denied.error),
                (400, "invalid_client"),
                "{header:.40}"
            );
        }
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_base64_with_padding_or_without() {
        let padded = format!("bAsIc  {}", STANDARD.encode("cc:s"));
        let bare = format!("BASIC {}", STANDARD_NO_PAD.encode("cc:s"));
        for header in [padded, bare] {
            assert_eq!(
                basic(&header),
                Some(("cc".to_owned(), "s".to_owned())),
                "{header}"
            );
        }
    }

    #[test]
    fn header_and_form_must_agree() {
        let basic = header("c:s");
        for (text, agrees) in [
            ("client_id=c", true),
            ("client_id=c&client_secret=s", true),
            ("client_secret=s", true),
            ("client_id=d", false),
            ("client_id=c&client_secret=t", false),
            ("client_secret=t", false),
        ] {
            let said = said(&[&basic], &form(text));
            assert_eq!(said.is_ok(), agrees, "{text}");
        }
        let denied = said(&[&basic, &basic], &Form::default()).unwrap_err();
        assert_eq!(denied.error, "invalid_request");
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read_or_refused(header: String, secret: String) {
            let _ = basic(&header);
            let encoded = self::header(&format!("c:{}", poolhouse_text::percent::encode(&secret)));
            let said = said(&[&encoded], &Form::default()).unwrap();
            proptest::prop_assert!(said.secrets.contains(&secret));
        }
    }
}
