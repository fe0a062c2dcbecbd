//! The pages in the program.

use super::tree::Tree;
use crate::{Outcome, pages};

pub fn fresh(_: &Tree) -> Outcome<Vec<String>> {
    if pages::is_of_these_sources()? {
        return Ok(Vec::new());
    }
    Ok(vec![
        "their sources have changed: run `cargo xtask pages` (needs Node.js) and commit what it writes"
            .to_owned(),
    ])
}
