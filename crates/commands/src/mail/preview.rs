//! `poolhouse mail preview`: the page, made anew at every request from what the files say by then.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use poolhouse_confirm::{CodeMail, Locale, Settings};
use tokio::net::TcpListener;

use super::PreviewArgs;
use super::page::{self, Sample, Scheme};
use crate::configure::from_file;
use crate::error::CliError;
use crate::output::print;
use poolhouse_pool::base::clock::{Clock, SystemClock};
use poolhouse_text::with_causes;

/// Whom the mails on the page are to.
const RECIPIENT: &str = "ada@example.com";
/// Nothing is fetched from elsewhere and nothing runs.
const PAGE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'");
const MAIL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox",
);

/// Where the settings are read from, each time.
type File = Arc<Option<PathBuf>>;

pub(super) async fn run(arguments: PreviewArgs) -> Result<(), CliError> {
    let PreviewArgs { listen, config } = arguments;
    if !listen.ip().is_loopback() {
        return Err(CliError::new(
            "the preview is for this machine: give --listen a loopback address",
        ));
    }
    let listener = TcpListener::bind(listen).await;
    let listener = listener
        .map_err(|error| CliError::new(format!("{listen} cannot be listened on")).caused_by(error))?;
    let address = listener.local_addr().unwrap_or(listen);
    print(&format!("The mail is shown at http://{address}"))?;
    let served = axum::serve(listener, routes(config)).await;
    served.map_err(|error| CliError::new("the page can no longer be served").caused_by(error))
}

fn routes(config: Option<PathBuf>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/mail/{kind}/{locale}/{scheme}", get(mail))
        .with_state(Arc::new(config))
}

async fn index(State(file): State<File>) -> Response {
    let page = samples(&file).map(|(settings, samples)| page::index(&settings, &samples));
    answer(page, PAGE_POLICY)
}

async fn mail(
    State(file): State<File>,
    Path((kind, locale, scheme)): Path<(String, String, String)>,
) -> Response {
    let Some(scheme) = Scheme::named(&scheme) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let html = samples(&file).map(|(_, samples)| {
        let sample = samples
            .into_iter()
            .find(|sample| sample.kind == kind && sample.mail.locale.tag() == locale);
        sample.map(|sample| page::as_if(&sample.shown(), scheme))
    });
    match html.transpose() {
        Some(html) => answer(html, MAIL_POLICY),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The settings by now, and every mail in every language.
fn samples(file: &Option<PathBuf>) -> Result<(Settings, Vec<Sample>), CliError> {
    let settings = from_file(file.clone())?.settings.confirm;
    let now = SystemClock.now().seconds();
    let mut samples = Vec::new();
    for locale in Locale::all().chain(settings.templates.added()) {
        let code = CodeMail::sample(&settings, locale, RECIPIENT, now);
        let code = code.map_err(|error| CliError::new("the mail cannot be made").caused_by(error))?;
        let of_language = Sample::of_language(&settings, code, now).into_iter();
        // Mails in the built-in words of another language are among that one's.
        samples.extend(of_language.filter(|sample| sample.mail.locale == locale));
    }
    Ok((settings, samples))
}

/// The page, or what is wrong with the files in its place.
fn answer(page: Result<String, CliError>, policy: HeaderValue) -> Response {
    let (status, page) = match page {
        Ok(page) => (StatusCode::OK, page),
        Err(error) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            page::problem(&with_causes(&error)),
        ),
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (status, headers, page).into_response()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use http_body_util::BodyExt;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;

    use super::*;

    async fn fetch(config: &std::path::Path, path: &str) -> (StatusCode, String) {
        let service = TowerToHyperService::new(routes(Some(config.to_owned())));
        let request = axum::http::Request::get(path)
            .body(axum::body::Body::empty())
            .unwrap();
        let response = service.call(request).await.unwrap();
        let status = response.status();
        let policy = &response.headers()[header::CONTENT_SECURITY_POLICY];
        assert!(policy.to_str().unwrap().starts_with("default-src 'none'"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_reload_shows_what_the_files_say_by_then() {
        let folder = std::env::temp_dir().join(format!("poolhouse-preview-{}", std::process::id()));
        fs::create_dir_all(folder.join("mail/en")).unwrap();
        let config = folder.join("poolhouse.toml");
        fs::write(&config, "[mail]\ntemplates = 'mail'\n").unwrap();
        let template = folder.join("mail/en/mail.html");

        fs::write(&template, "<h1>One: {{code}}</h1>").unwrap();
        let (status, mail) = fetch(&config, "/mail/code/en/light").await;
        assert_eq!(status, StatusCode::OK);
        assert!(mail.starts_with("<h1>One: "), "{mail}");

        fs::write(&template, "<h1>Two: {{code}}</h1>").unwrap();
        let (_, mail) = fetch(&config, "/mail/code/en/dark").await;
        assert!(mail.starts_with("<h1>Two: "), "{mail}");

        fs::write(&template, "<h1>{{cod}}</h1>").unwrap();
        let (status, page) = fetch(&config, "/").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            page.contains("the mail template en/mail.html line 1: {{cod}} is no placeholder"),
            "{page}"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn every_language_is_shown_in_light_in_dark_and_as_text() {
        let folder = std::env::temp_dir().join(format!("poolhouse-preview-all-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let config = folder.join("poolhouse.toml");
        fs::write(&config, "[confirm]\nAPP_NAME = 'Tom & Jerry'\n").unwrap();
        let (status, page) = fetch(&config, "/").await;
        assert_eq!(status, StatusCode::OK);
        for locale in Locale::all().map(Locale::tag) {
            for (kind, scheme) in ["code", "notice", "invitation"]
                .into_iter()
                .flat_map(|kind| [(kind, "light"), (kind, "dark")])
            {
                assert!(
                    page.contains(&format!("src=\"/mail/{kind}/{locale}/{scheme}\"")),
                    "{kind} {locale}"
                );
            }
        }
        assert!(page.contains("Your Tom &amp; Jerry sign-in code"));
        let (_, dark) = fetch(&config, "/mail/notice/de/dark").await;
        assert!(dark.contains("@media (min-width:0)"), "{dark}");
        fs::remove_dir_all(folder).unwrap();
    }
}
