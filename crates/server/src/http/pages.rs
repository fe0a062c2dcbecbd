//! The built sign-in page, served from memory.
//!
//! The files are read once at the start and found by their exact path, so a request can reach nothing else, whatever
//! its path says. They are small: the whole app is a few hundred kilobytes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use poolhouse_crypto::sha256;
use poolhouse_store::Scan;
use serde_json::{Value, json};

use super::{method_not_allowed, problem};
use crate::app::App;
use crate::error::ApiError;
use crate::records::{ClientRecord, document, keys};
use crate::settings::WebSettings;

/// The page that every path without a file stands for: the app finds out by itself what to show.
const INDEX: &str = "/index.html";
/// The page that shows mail.
const INBOX: &str = "/inbox";
/// More than this in the directory and it is not the built app.
const MAX_OCTETS: u64 = 64 << 20;
/// What is served while there is no built app.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Poolhouse</title>\
    <h1>The sign-in page is not built</h1>\
    <p>The API works. For the page, run <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code> and start \
    the server again, or run <code>cargo xtask demo</code>, which does both.</p>";

/// The built app.
pub struct Pages {
    files: HashMap<String, File>,
    policy: HeaderValue,
    inbox_policy: HeaderValue,
}

/// One file in the encodings that the build made.
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    content_type: &'static str,
    /// The name changes with the content, so that browsers need never ask again.
    hashed: bool,
    tag: String,
}

impl Pages {
    /// Reads the built app, or makes the page that says how to build it if there is no such directory.
    ///
    /// # Errors
    /// When the directory is there and cannot be read, or is something else than a built app.
    pub fn load(settings: &WebSettings) -> io::Result<Pages> {
        let mut files = HashMap::new();
        if let Some(directory) = settings
            .directory
            .as_deref()
            .filter(|directory| directory.is_dir())
        {
            let mut raw = HashMap::new();
            read_all(directory, "", &mut 0, &mut raw)?;
            files = assemble(raw);
        }
        let policy = content_policy(settings.endpoint.as_deref());
        let header = |policy: &str| {
            HeaderValue::from_str(policy).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
        };
        Ok(Pages {
            files,
            policy: header(&policy)?,
            inbox_policy: header(&inbox_policy(&policy))?,
        })
    }

    /// Whether there is an app to show.
    pub fn is_built(&self) -> bool {
        self.files.contains_key(INDEX)
    }

    fn answer(&self, path: &str, asked: &HeaderMap) -> Response {
        let name = path.rsplit('/').next().unwrap_or_default();
        match self.files.get(path) {
            Some(file) => self.complete(path, file, asked),
            None if name.contains('.') => problem(StatusCode::NOT_FOUND, "There is no such file."),
            None => match self.files.get(INDEX) {
                Some(index) => self.complete(path, index, asked),
                None => {
                    let headers = [
                        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                        (header::CACHE_CONTROL, "no-store"),
                    ];
                    self.protect(
                        path,
                        (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response(),
                    )
                }
            },
        }
    }

    fn complete(&self, path: &str, file: &File, asked: &HeaderMap) -> Response {
        let response = file.answer(asked);
        if file.content_type.starts_with("text/html") {
            self.protect(path, response)
        } else {
            response
        }
    }

    /// The headers of a page: nothing runs or loads but what came with it, nobody frames it, nobody learns where its
    /// visitors came from.
    fn protect(&self, path: &str, mut response: Response) -> Response {
        let policy = if path.trim_end_matches('/') == INBOX {
            &self.inbox_policy
        } else {
            &self.policy
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(
            "cross-origin-opener-policy",
            HeaderValue::from_static("same-origin"),
        );
        headers.insert(
            "permissions-policy",
            HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
        );
        response
    }
}

impl File {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let (body, encoding) = match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts(asked, "br") => (brotli, Some("br")),
            (_, Some(gzip)) if accepts(asked, "gzip") => (gzip, Some("gzip")),
            _ => (&self.plain, None),
        };
        let known = asked
            .get(header::IF_NONE_MATCH)
            .and_then(|tags| tags.to_str().ok());
        let mut response = match known {
            Some(tags)
                if tags
                    .split(',')
                    .any(|tag| tag.trim().trim_start_matches("W/") == self.tag) =>
            {
                StatusCode::NOT_MODIFIED.into_response()
            }
            _ => body.clone().into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        let cache = if self.hashed {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// The pages' routes. Whatever no other route answers is a file or the app itself.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/config.json", get(config)).fallback(page)
}

/// `GET /` and every path that has no route of its own.
pub(super) async fn page(
    Extension(pages): Extension<Arc<Pages>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match method {
        Method::GET | Method::HEAD => pages.answer(uri.path(), &headers),
        method => method_not_allowed(method).await,
    }
}

/// `GET /config.json`: `{userPoolId, clientId, endpoint?}`, what the sign-in page needs to know.
///
/// Where the settings do not say, and the server has exactly one app client that a page can use, it is that one: so the
/// page works on a server whose pool was made a minute ago.
async fn config(State(app): State<Arc<App>>) -> Response {
    let web = &app.settings.web;
    let found = match (&web.user_pool_id, &web.client_id) {
        (Some(pool), Some(client)) => Ok(Some((pool.clone(), client.clone()))),
        _ => only_client(&app).await,
    };
    let (pool, client) = match found {
        Ok(Some(found)) => found,
        Ok(None) => {
            return problem(
                StatusCode::NOT_FOUND,
                "Which app client is the page for? Set user_pool_id and client_id under [web] in poolhouse.toml.",
            );
        }
        Err(error) => {
            tracing::error!(
                error = crate::error::with_causes(&error),
                "app clients cannot be read"
            );
            return problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The app clients cannot be read at the moment.",
            );
        }
    };
    let mut config = json!({ "userPoolId": pool, "clientId": client });
    if let Some(endpoint) = &web.endpoint {
        config["endpoint"] = Value::from(endpoint.as_str());
    }
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, config.to_string()).into_response()
}

/// The one app client of the server, if there is one, it is the only one, and it has no secret.
async fn only_client(app: &App) -> Result<Option<(String, String)>, ApiError> {
    let mut rows = app.store.scan(Scan::prefix(keys::ALL_CLIENTS, 2)).await?;
    let Some(row) = rows.pop().filter(|_| rows.is_empty()) else {
        return Ok(None);
    };
    let client = document::decode::<ClientRecord>(row)?.value;
    let usable = client.sealed_secret.is_none();
    Ok(usable.then(|| (client.pool_id().to_owned(), client.id().to_owned())))
}

/// Reads every file below `directory` under its path from there, which begins with `/`.
fn read_all(
    directory: &Path,
    prefix: &str,
    octets: &mut u64,
    files: &mut HashMap<String, Bytes>,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{prefix}/{name}");
        let kind = entry.metadata()?;
        if kind.is_dir() {
            read_all(&entry.path(), &path, octets, files)?;
        } else if kind.is_file() {
            *octets += kind.len();
            if *octets > MAX_OCTETS {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    "holds more than 64 MiB: not the built app",
                ));
            }
            files.insert(path, fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

/// Joins each file with its compressed forms.
fn assemble(mut raw: HashMap<String, Bytes>) -> HashMap<String, File> {
    let plain: Vec<String> = raw
        .keys()
        .filter(|path| !path.ends_with(".br") && !path.ends_with(".gz"))
        .cloned()
        .collect();
    let mut files = HashMap::new();
    for path in plain {
        let (brotli, gzip) = (
            raw.remove(&format!("{path}.br")),
            raw.remove(&format!("{path}.gz")),
        );
        let Some(plain) = raw.remove(&path) else { continue };
        let digest: String = sha256(&[&plain])
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let file = File {
            plain,
            brotli,
            gzip,
            content_type: content_type(&path),
            hashed: is_hashed(&path),
            tag: format!("\"{digest}\""),
        };
        files.insert(path, file);
    }
    files
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether the build put a digest into the name: `main-5QJ3Z7KD.js`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.rsplit_once('-').is_some_and(|(_, digest)| {
        digest.len() == 8
            && digest
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

/// Whether the client takes an encoding: named, and not with a weight of zero.
fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let offers = asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    offers.flat_map(|list| list.split(',')).any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
        name.trim().eq_ignore_ascii_case(encoding) && weight.parse::<f32>().is_ok_and(|weight| weight > 0.0)
    })
}

/// What a page may load and do: its own files, and calls to the API.
fn content_policy(endpoint: Option<&str>) -> String {
    let endpoint = endpoint
        .map(|endpoint| format!(" {endpoint}"))
        .unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{endpoint}; \
         font-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types angular"
    )
}

/// As `policy`, for the page that shows mail: a sandboxed frame inherits its page's policy, and mail has styles in it.
/// The page hands the mail to that frame through a policy of its own name, and to nothing else.
fn inbox_policy(policy: &str) -> String {
    policy
        .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
        .replace("trusted-types angular", "trusted-types angular inbox-mail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_inbox_lets_mail_have_its_styles() {
        let pages = Pages::load(&WebSettings::default()).unwrap();
        for (path, is_inbox) in [
            ("/", false),
            ("/inbox", true),
            ("/inbox/", true),
            ("/inboxes", false),
            ("/inbox/api", false),
        ] {
            let response = pages.answer(path, &HeaderMap::new());
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap();
            assert_eq!(
                policy.contains("style-src 'self' 'unsafe-inline';"),
                is_inbox,
                "{path}"
            );
            assert_eq!(
                policy.ends_with("trusted-types angular inbox-mail"),
                is_inbox,
                "{path}"
            );
            assert!(policy.contains("script-src 'self';"), "{path}");
        }
    }
}
