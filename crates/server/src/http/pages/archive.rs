//! The pages inside the program: `crates/server/pages/archive`, which `cargo xtask pages` writes.
//!
//! A line that names the sources, a line with path and length for each file, an empty line, and the files one after
//! another. What is compressed is there as `.br` and `.gz` alone: the plain form is what the second unpacks to.

use std::collections::HashMap;
use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::GzDecoder;

/// How the first line begins; the digest of the sources follows.
const TITLE: &str = "poolhouse pages of ";

static BUILT: &[u8] = include_bytes!("../../../pages/archive");

/// Every file of the pages inside the program by its path, which begins with `/`, compressed forms beside the plain one.
///
/// # Errors
/// When the archive was damaged before it was compiled in.
pub(super) fn built_in() -> io::Result<HashMap<String, Bytes>> {
    unpack(BUILT)
}

fn unpack(archive: &'static [u8]) -> io::Result<HashMap<String, Bytes>> {
    let damaged = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "the pages inside the program are damaged",
        )
    };
    let end = archive.windows(2).position(|pair| pair == b"\n\n");
    let (head, mut rest) = archive
        .split_at_checked(end.ok_or_else(damaged)? + 2)
        .ok_or_else(damaged)?;
    let mut lines = str::from_utf8(head).map_err(|_| damaged())?.trim_end().lines();
    lines
        .next()
        .filter(|title| title.starts_with(TITLE))
        .ok_or_else(damaged)?;
    let mut files = HashMap::new();
    for line in lines {
        let (path, length) = line.rsplit_once(' ').ok_or_else(damaged)?;
        let length = length.parse().map_err(|_| damaged())?;
        let (file, others) = rest.split_at_checked(length).ok_or_else(damaged)?;
        rest = others;
        files.insert(path.to_owned(), Bytes::from_static(file));
        if let Some(plain) = path.strip_suffix(".gz") {
            files.insert(plain.to_owned(), unzip(file)?);
        }
    }
    if rest.is_empty() {
        Ok(files)
    } else {
        Err(damaged())
    }
}

fn unzip(file: &[u8]) -> io::Result<Bytes> {
    let mut plain = Vec::new();
    GzDecoder::new(file).read_to_end(&mut plain)?;
    Ok(plain.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_inside_the_program_are_whole() {
        let files = built_in().unwrap();
        let index = str::from_utf8(&files["/index.html"]).unwrap();
        assert!(index.starts_with("<!doctype html>"), "{index}");
        let scripts = index
            .split("src=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let scripts: Vec<&str> = scripts.collect();
        assert!(!scripts.is_empty(), "{index}");
        for script in scripts {
            for form in ["", ".br", ".gz"] {
                assert!(files.contains_key(&format!("/{script}{form}")), "{script}{form}");
            }
        }
    }

    #[test]
    fn a_damaged_archive_is_noticed() {
        for archive in [
            "",
            "other pages of 00\n\n",
            "poolhouse pages of 00\n/index.html\n\n",
            "poolhouse pages of 00\n/index.html many\n\n",
            "poolhouse pages of 00\n/index.html 3\n\nab",
            "poolhouse pages of 00\n/index.html 1\n\nab",
            "poolhouse pages of 00\n/index.html.gz 2\n\nab",
        ] {
            assert!(unpack(archive.as_bytes()).is_err(), "{archive:?}");
        }
        let whole = unpack(b"poolhouse pages of 00\n/logo.png 2\n/empty.txt 0\n\nab").unwrap();
        assert_eq!(
            (&*whole["/logo.png"], &*whole["/empty.txt"]),
            (&b"ab"[..], &b""[..])
        );
    }
}
