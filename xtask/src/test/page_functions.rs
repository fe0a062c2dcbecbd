//! The functions that the pages are also tested with, as processes: ours, and handlers as articles write them. The names tell
//! them from those in process, so that one server serves pools of all three kinds.

use std::path::Path;

use crate::system::random;
use crate::system::server::toml_text;
use crate::{Outcome, root};

/// What the functions do, and the programs that do it.
const FUNCTIONS: [(&str, &str); 3] = [
    ("Define", "2fa-define"),
    ("Create", "2fa-create"),
    ("Verify", "2fa-verify"),
];

/// The part of poolhouse.toml that maps `processDefine`, … to our programs and `articleDefine`, … to Node.js handlers.
///
/// # Errors
/// If the system has no randomness.
pub fn settings(programs: &Path) -> Outcome<String> {
    let key = random::hex::<32>()?;
    let handlers = root::path("tests/functions/node").display().to_string();
    let mut text = String::new();
    for (does, program) in FUNCTIONS {
        let program = programs.join(program).display().to_string();
        text.push_str(&format!(
            "[functions.process{does}]\nprogram = {}\n\
             environment = {{ CUSTOM_ATTRIBUTES = \"custom:authChallenge\", OTP_KEY = {} }}\n",
            toml_text(&program),
            toml_text(&key),
        ));
        text.push_str(&format!(
            "[functions.article{does}]\nruntime = \"nodejs\"\ndirectory = {}\nhandler = \"2fa{does}.handler\"\n\
             environment = {{ CUSTOM_ATTRIBUTES = \"custom:authChallenge\" }}\n",
            toml_text(&handlers),
        ));
    }
    Ok(text)
}
