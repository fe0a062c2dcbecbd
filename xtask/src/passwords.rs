//! `cargo xtask passwords`: makes the set of common passwords from two public lists.
//!
//! Django's list (BSD-3-Clause) are the 20,000 most used of passwords in known breaches, zxcvbn's (MIT) the 30,000 most used of ten million that
//! leaked. docs/decisions/guessable-passwords.md says where to get them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;

use flate2::read::GzDecoder;
use poolhouse_text::word_set;
use zip::ZipArchive;

use crate::{Outcome, console, root};

const SET: &str = "crates/pool/src/users/guessable/common.bin";
/// The list in a wheel of Django.
const DJANGO: &str = "django/contrib/auth/common-passwords.txt.gz";
/// What comes before zxcvbn's list, and after it.
const ZXCVBN: (&str, &str) = ("passwords: \"", "\".split(\",\")");

/// Reads the wheel of Django and the `frequency_lists.js` of zxcvbn that the arguments name, and writes the set.
pub fn run(arguments: &[String]) -> Outcome {
    let [wheel, lists] = arguments else {
        return Err("usage: cargo xtask passwords DJANGO_WHEEL FREQUENCY_LISTS_JS".into());
    };
    let mut wheel = ZipArchive::new(File::open(wheel)?)?;
    let mut django = String::new();
    GzDecoder::new(wheel.by_name(DJANGO)?).read_to_string(&mut django)?;
    let lists = fs::read_to_string(lists)?;
    let zxcvbn = lists
        .split_once(ZXCVBN.0)
        .and_then(|(_, rest)| rest.split_once(ZXCVBN.1))
        .ok_or("the file has no list of passwords")?;
    let words = words(django.lines().chain(zxcvbn.0.split(',')));
    let set = word_set::build(words.iter().map(String::as_str));
    fs::write(root::path(SET), &set)?;
    console::say(format!("{} passwords in {} bytes", words.len(), set.len()))
}

/// The words in lower case, each once.
fn words<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let words = lines.map(|line| line.trim().to_lowercase());
    words.filter(|word| !word.is_empty()).collect()
}
