//! `cargo xtask pages`: puts the built pages into the program, as `crates/server/pages/archive`, which is committed.
//!
//! So a clone builds a server with its pages without Node.js. The archive names the sources that it was made from by their
//! digest: the house rules notice that they have changed, without building anything. What `crates/server` makes of the
//! format stands in its `http/pages/archive.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use flate2::read::GzDecoder;
use poolhouse_text::hex;
use sha2::{Digest, Sha256};

use crate::system::{process, server};
use crate::{Outcome, console, root};

const ARCHIVE: &str = "crates/server/pages/archive";
const TITLE: &str = "poolhouse pages of ";
const BUILT: &str = "web/dist/demo/browser";
/// The licences of others, which the pages hand out too.
const NOTICES: &str = "/third-party.txt";
/// What the pages are built from.
const SOURCES: [&str; 10] = [
    "web/angular.json",
    "web/package-lock.json",
    "web/packages/angular",
    "web/packages/auth",
    "web/packages/styles",
    "web/projects/demo",
    "web/scripts/build.mjs",
    "web/scripts/compress.mjs",
    "web/scripts/package.mjs",
    "web/tsconfig.json",
];
/// What lies among the sources and is no part of the pages, by the ends of the names.
const OTHERS: [&str; 4] = [".spec.ts", ".md", "tsconfig.spec.json", "vitest.config.ts"];

/// Files by their paths, which begin with `/`.
type Files = BTreeMap<String, Vec<u8>>;

/// Builds the pages and writes the archive; with `--check`, compares them with it.
///
/// # Errors
/// If they do not build, or are not those of the archive.
pub fn run(arguments: &[String]) -> Outcome {
    let is_check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err("usage: cargo xtask pages [--check]".into()),
    };
    console::step("building the pages (some minutes the first time)", || {
        server::build_pages().map(drop)
    })?;
    if is_check {
        return check();
    }
    let archive = pack(&digest()?, &packed(&built()?));
    let path = root::path(ARCHIVE);
    if fs::read(&path).is_ok_and(|present| present == archive) {
        return console::say(format!("{ARCHIVE} is up to date"));
    }
    fs::write(path, &archive)?;
    console::say(format!("wrote {ARCHIVE}, {} bytes", archive.len()))
}

/// Whether the archive was made from the sources as they are. Builds nothing.
///
/// # Errors
/// If Git does not answer or a file cannot be read.
pub fn is_of_these_sources() -> Outcome<bool> {
    Ok(title(&fs::read(root::path(ARCHIVE))?) == Some(digest()?))
}

/// Compares the pages that were just built with those in the archive.
///
/// # Errors
/// If they differ.
pub fn check() -> Outcome {
    let archive = fs::read(root::path(ARCHIVE))?;
    if title(&archive) != Some(digest()?) {
        return Err(format!("{ARCHIVE} is of other sources: run `cargo xtask pages`").into());
    }
    let (inside, built) = (plain(unpack(&archive)?)?, plain(built()?)?);
    let differs = |path: &&String| inside.get(*path) != built.get(*path);
    match inside.keys().chain(built.keys()).find(differs) {
        None => Ok(()),
        Some(path) => Err(format!("{path} in {ARCHIVE} is another: run `cargo xtask pages`").into()),
    }
}

/// The licences of what of others is in the pages, as the build of the committed ones collected them.
///
/// # Errors
/// If the archive has none.
pub fn notices() -> Outcome<String> {
    let mut inside = plain(unpack(&fs::read(root::path(ARCHIVE))?)?)?;
    let notices = inside
        .remove(NOTICES)
        .ok_or_else(|| format!("{ARCHIVE} has no {NOTICES}"))?;
    Ok(String::from_utf8(notices)?)
}

/// A digest over the names and contents of the sources.
fn digest() -> Outcome<String> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
    ]);
    let listed = process::capture(git.args(SOURCES).current_dir(root::path("")))?;
    let mut paths: Vec<&str> = listed
        .split_terminator('\0')
        .filter(|path| !OTHERS.iter().any(|end| path.ends_with(end)))
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let mut digest = Sha256::new();
    for path in paths {
        // A file that is deleted and not yet committed so is still listed.
        let Ok(content) = fs::read(root::path(path)) else {
            continue;
        };
        digest.update(format!("{path}\0{}\0", content.len()));
        digest.update(content);
    }
    Ok(hex::encode(&digest.finalize()))
}

/// The built pages, compressed forms included.
fn built() -> Outcome<Files> {
    let mut files = Files::new();
    read(&root::path(BUILT), "", &mut files)?;
    Ok(files)
}

fn read(folder: &Path, prefix: &str, files: &mut Files) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &path, files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Without the plain form of what is there compressed: the server unpacks that.
fn packed(files: &Files) -> Files {
    let is_needed = |path: &String| !files.contains_key(&format!("{path}.gz"));
    let needed = files.iter().filter(|(path, _)| is_needed(path));
    needed.map(|(path, file)| (path.clone(), file.clone())).collect()
}

fn pack(digest: &str, files: &Files) -> Vec<u8> {
    let mut head = format!("{TITLE}{digest}\n");
    for (path, file) in files {
        head.push_str(&format!("{path} {}\n", file.len()));
    }
    head.push('\n');
    let mut archive = head.into_bytes();
    archive.extend(files.values().flatten());
    archive
}

fn title(archive: &[u8]) -> Option<String> {
    let line = archive.split(|byte| *byte == b'\n').next()?;
    Some(str::from_utf8(line).ok()?.strip_prefix(TITLE)?.to_owned())
}

fn unpack(archive: &[u8]) -> Outcome<Files> {
    let damaged = || format!("{ARCHIVE} is damaged: run `cargo xtask pages`");
    let end = archive.windows(2).position(|pair| pair == b"\n\n");
    let (head, mut rest) = archive.split_at(end.ok_or_else(damaged)? + 2);
    let mut files = Files::new();
    for line in str::from_utf8(head)?.trim_end().lines().skip(1) {
        let (path, length) = line.rsplit_once(' ').ok_or_else(damaged)?;
        let (file, others) = rest.split_at_checked(length.parse()?).ok_or_else(damaged)?;
        rest = others;
        files.insert(path.to_owned(), file.to_vec());
    }
    Ok(files)
}

/// What a browser makes of the files: their plain forms. Another version of Node.js compresses to other bytes.
fn plain(files: Files) -> Outcome<Files> {
    let mut plain = Files::new();
    for (path, file) in files {
        if let Some(name) = path.strip_suffix(".gz") {
            let mut unpacked = Vec::new();
            GzDecoder::new(&*file).read_to_end(&mut unpacked)?;
            plain.insert(name.to_owned(), unpacked);
        } else if !path.ends_with(".br") {
            plain.insert(path, file);
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &[u8])]) -> Files {
        let owned = list
            .iter()
            .map(|(path, file)| ((*path).to_owned(), file.to_vec()));
        owned.collect()
    }

    #[test]
    fn the_archive_holds_what_the_server_cannot_make_of_the_rest() {
        let built = files(&[
            ("/a.js", b"plain"),
            ("/a.js.br", b"br"),
            ("/a.js.gz", b"gz"),
            ("/b.png", b"\n\npng"),
        ]);
        let packed = packed(&built);
        assert_eq!(
            packed.keys().collect::<Vec<_>>(),
            ["/a.js.br", "/a.js.gz", "/b.png"]
        );
        let archive = pack("00ff", &packed);
        assert_eq!(
            archive,
            b"poolhouse pages of 00ff\n/a.js.br 2\n/a.js.gz 2\n/b.png 5\n\nbrgz\n\npng"
        );
        assert_eq!(unpack(&archive).unwrap(), packed);
        assert_eq!(title(&archive).as_deref(), Some("00ff"));
    }

    #[test]
    fn the_committed_pages_unpack_to_a_page() {
        let inside = plain(unpack(&fs::read(root::path(ARCHIVE)).unwrap()).unwrap()).unwrap();
        assert!(inside["/index.html"].starts_with(b"<!doctype html>"));
    }
}
