//! botocore's description of the service: out of a wheel, a compressed file or a plain one, or from the package index.

use std::borrow::Cow;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use serde_json::Value;
use zip::ZipArchive;

use crate::system::process;
use crate::{Outcome, root};

/// Where a wheel holds the descriptions of this service, one folder for each version of the API.
const FOLDER: &str = "botocore/data/cognito-idp/";
const FILE: &str = "/service-2.json.gz";

/// Reads a wheel of botocore, or the description in it, compressed or plain.
///
/// # Errors
/// If the file cannot be read or is none of these.
pub fn read(path: &Path) -> Outcome<Value> {
    let bytes = fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    description(bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn description(bytes: Vec<u8>) -> Outcome<Value> {
    let text = match bytes.as_slice() {
        [b'P', b'K', ..] => unpacked(&in_wheel(bytes)?)?,
        [0x1f, 0x8b, ..] => unpacked(&bytes)?,
        _ => bytes,
    };
    let service = serde_json::from_slice(&text);
    Ok(service.map_err(|error| format!("is neither a wheel of botocore nor a description: {error}"))?)
}

/// The newest description in a wheel, still compressed.
fn in_wheel(bytes: Vec<u8>) -> Outcome<Vec<u8>> {
    let mut wheel = ZipArchive::new(Cursor::new(bytes))?;
    let newest = wheel
        .file_names()
        .filter_map(Result::ok)
        .filter(|name| name.starts_with(FOLDER) && name.ends_with(FILE))
        .max()
        .map(Cow::into_owned)
        .ok_or_else(|| format!("the wheel has no {FOLDER}…{FILE}"))?;
    let mut packed = Vec::new();
    wheel.by_name(&newest)?.read_to_end(&mut packed)?;
    Ok(packed)
}

fn unpacked(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut text = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut text)?;
    Ok(text)
}

/// Has pip fetch the newest wheel; returns its path.
///
/// # Errors
/// If it cannot be had: there is no Python, no pip or no way to the index.
pub fn newest() -> Outcome<PathBuf> {
    fetch("python3", &root::target().join("botocore"))
}

fn fetch(python: &str, folder: &Path) -> Outcome<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--no-deps", "--only-binary=:all:", "--retries=1", "--timeout=20"]);
    pip.arg("--dest").arg(folder).arg("botocore");
    let unavailable = |why: String| {
        format!(
            "the newest botocore cannot be had, so nothing was compared: {why}\n\
             Give a wheel of it, or its service-2.json: cargo xtask codegen --check-drift FILE"
        )
    };
    process::capture(&mut pip).map_err(|error| unavailable(error.to_string()))?;
    let mut files = fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let wheel = files.find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    Ok(wheel.ok_or_else(|| unavailable("pip left no wheel".into()))?)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::json;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn wheel(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn a_description_is_found_plain_compressed_and_in_a_wheel() {
        let text = r#"{"metadata": {}}"#;
        let of = |year: &str| format!("botocore/data/cognito-idp/{year}-01-01/service-2.json.gz");
        let in_wheel = wheel(&[
            (&of("2016"), packed(r#"{"metadata": "older"}"#)),
            (&of("2031"), packed(text)),
            ("botocore/data/s3/2032-01-01/service-2.json.gz", packed("{}")),
        ]);
        for bytes in [text.into(), packed(text), in_wheel] {
            assert_eq!(description(bytes).unwrap(), json!({ "metadata": {} }));
        }
    }

    #[test]
    fn what_holds_no_description_is_told() {
        let other = description(wheel(&[("six.py", Vec::new())])).unwrap_err();
        assert_eq!(
            other.to_string(),
            "the wheel has no botocore/data/cognito-idp/…/service-2.json.gz"
        );
        let text = description("name: x".into()).unwrap_err().to_string();
        assert!(
            text.starts_with("is neither a wheel of botocore nor a description: "),
            "{text}"
        );
    }

    #[test]
    fn without_pip_it_is_said_that_nothing_was_compared() {
        let folder = root::target().join("tests/xtask-fetch");
        let text = fetch("no-such-python", &folder).unwrap_err().to_string();
        assert!(
            text.starts_with(
                "the newest botocore cannot be had, so nothing was compared: no-such-python -m "
            ),
            "{text}"
        );
        assert!(text.ends_with("cargo xtask codegen --check-drift FILE"), "{text}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
