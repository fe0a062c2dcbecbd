//! The built app: its files by their paths, and the headers of its pages.

use std::collections::HashMap;
use std::io;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::file::{self, File};
use super::policy;
use crate::http::problem::problem;
use crate::settings::WebSettings;

/// The page that every path without a file stands for: the app finds out by itself what to show.
const INDEX: &str = "/index.html";
/// The page that shows mail.
const INBOX: &str = "/inbox";
/// What is served while there is no built app.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Poolhouse</title>\
    <h1>The sign-in page is not built</h1>\
    <p>The API works. For the page, run <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code> and start \
    the server again, or run <code>cargo xtask demo</code>, which does both.</p>";

/// The built app.
pub struct Pages {
    pub(super) settings: WebSettings,
    files: HashMap<String, File>,
    policy: HeaderValue,
    inbox_policy: HeaderValue,
}

impl Pages {
    /// Reads the built app, or makes the page that says how to build it if there is no such directory.
    ///
    /// # Errors
    /// When the directory is there and cannot be read, or is something else than a built app.
    pub fn load(settings: &WebSettings) -> io::Result<Pages> {
        let files = match settings
            .directory
            .as_deref()
            .filter(|directory| directory.is_dir())
        {
            Some(directory) => file::load(directory)?,
            None => HashMap::new(),
        };
        let policy = policy::of_pages(settings.endpoint.as_deref());
        let header = |policy: &str| {
            HeaderValue::from_str(policy).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
        };
        Ok(Pages {
            settings: settings.clone(),
            files,
            policy: header(&policy)?,
            inbox_policy: header(&policy::of_inbox(&policy))?,
        })
    }

    pub(super) fn answer(&self, path: &str, asked: &HeaderMap) -> Response {
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
