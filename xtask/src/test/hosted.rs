//! Every page of hosted login in Chromium, in every state, and pictures of them.

use super::tally::Tally;
use super::web::against_a_server;
use crate::system::server::toml_text;
use crate::{Outcome, root};

/// What the functions of the tests do, which go through all that a page can be told of a code.
const DOES: [&str; 3] = ["Define", "Create", "Verify"];

/// The pages' states, and people in a hurry. The tests make their own pools, so one server serves them all.
pub fn pages() -> Outcome<Tally> {
    against_a_server("hosted", &["hosted"], &settings())
}

/// Takes the pictures of the guide anew.
pub fn pictures() -> Outcome<Tally> {
    against_a_server("hosted-pictures", &["hosted-pictures"], &settings())
}

/// All tests have one address, so it may send more forms than an address may elsewhere.
fn settings() -> String {
    let mut text = "[hosted]\nforms_per_second = 100\n\n[hosted.registration]\nper_hour = 1000\n".to_owned();
    let folder = root::path("web/hosted/functions").display().to_string();
    for does in DOES {
        let function = does.to_ascii_lowercase();
        text.push_str(&format!(
            "\n[functions.states{does}]\nruntime = \"nodejs\"\ndirectory = {}\nhandler = \"states.{function}\"\n",
            toml_text(&folder),
        ));
    }
    text
}
