//! The files of the pages, with the forms in which they are sent.

use std::collections::HashMap;
use std::path::Path;
use std::{fs, io};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use poolhouse_crypto::sha256;
use poolhouse_text::hex;

use super::super::tags;
use super::archive;
use super::encoding::Encoding;

/// More bytes than this in the directory and it is not the built pages.
const LARGEST: u64 = 64 << 20;

/// One file in the encodings that the build made.
pub(super) struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    /// What it is.
    pub content_type: &'static str,
    /// The name changes with the content, so that browsers need never ask again.
    hashed: bool,
    digest: String,
}

impl File {
    /// The file, or word that the client has it already.
    pub fn answer(&self, asked: &HeaderMap) -> Response {
        let offered = [
            self.brotli.is_some().then_some(Encoding::Brotli),
            self.gzip.is_some().then_some(Encoding::Gzip),
            Some(Encoding::Plain),
        ];
        let encoding = Encoding::choose(asked, offered.into_iter().flatten());
        let tag = self.tag(encoding);
        let mut response = if tags::is_known(asked, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.whole(encoding)
        };
        let headers = response.headers_mut();
        let cache = if self.hashed {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }

    fn whole(&self, encoding: Encoding) -> Response {
        let body = match encoding {
            Encoding::Brotli => self.brotli.as_ref(),
            Encoding::Gzip => self.gzip.as_ref(),
            Encoding::Plain => None,
        };
        let mut response = body.unwrap_or(&self.plain).clone().into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(name) = encoding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }

    /// A tag for each form: they are not the same bytes, and a strong tag promises that.
    fn tag(&self, encoding: Encoding) -> String {
        match encoding.name() {
            Some(name) => format!("\"{}-{name}\"", self.digest),
            None => format!("\"{}\"", self.digest),
        }
    }
}

/// The pages inside the program.
///
/// # Errors
/// When they are damaged.
pub(super) fn built_in() -> io::Result<HashMap<String, File>> {
    Ok(assemble(archive::built_in()?))
}

/// Every file below `directory` by its path from there, which begins with `/`.
pub(super) fn load(directory: &Path) -> io::Result<HashMap<String, File>> {
    let mut raw = HashMap::new();
    read_all(directory, "", &mut 0, &mut raw)?;
    Ok(assemble(raw))
}

/// Reads every file below `directory`.
fn read_all(
    directory: &Path,
    prefix: &str,
    bytes: &mut u64,
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
            read_all(&entry.path(), &path, bytes, files)?;
        } else if kind.is_file() {
            *bytes += kind.len();
            if *bytes > LARGEST {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    "holds more than 64 MiB: not the built pages",
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
        let digest = hex::encode(&sha256(&[&plain])[..12]);
        let file = File {
            plain,
            brotli,
            gzip,
            content_type: content_type(&path),
            hashed: is_hashed(&path),
            digest,
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
