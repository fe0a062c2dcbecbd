//! The page on which an authenticator app is set up.

use std::fmt::Write;

use askama::Template;
use qrcode::{Color, QrCode};

use crate::pages::{Failed, Form, Frame, written};

/// Modules that stay light around a code, as its standard asks.
const QUIET: usize = 4;

/// The page, with the app's seed in groups of four, and the URI that says the same to an app as a code that it can scan.
///
/// # Errors
/// As all pages.
pub fn set_up(frame: &Frame, form: &Form, (seed, uri): (&str, &str), error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "set_up.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        seed: String,
        size: usize,
        path: String,
        error: &'a str,
    }
    let title = frame.texts.get("setUpTitle");
    let characters: Vec<char> = seed.chars().collect();
    let groups = characters.chunks(4).map(|group| group.iter().collect::<String>());
    let (size, path) = scannable(uri);
    written(&Page {
        frame,
        form,
        title,
        seed: groups.collect::<Vec<_>>().join(" "),
        size,
        path,
        error,
    })
}

/// A QR code as the size of its square and the path of its dark modules: a run in a row is one rectangle. Nothing for a text that is too
/// long for one; then there is the key still.
fn scannable(text: &str) -> (usize, String) {
    let Ok(code) = QrCode::new(text) else {
        return (0, String::new());
    };
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a text cannot fail.
                let _ = write!(
                    path,
                    "M{} {}h{}v1h-{}z",
                    column + QUIET,
                    row + QUIET,
                    run.len(),
                    run.len()
                );
            }
            column += run.len();
        }
    }
    (width + 2 * QUIET, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::choose;

    #[test]
    fn the_key_can_be_scanned_and_is_there_as_text() {
        let frame = Frame::of(choose(["en"].into_iter()), "Acme");
        let uri = "otpauth://totp/Acme:mara?secret=JBSWY3DPEHPK3PXP&issuer=Acme";
        let page = set_up(&frame, &Form::default(), ("JBSWY3DPEHPK3PXP", uri), "").unwrap();
        assert!(page.contains("JBSW Y3DP EHPK 3PXP"), "{page}");
        assert!(
            page.contains("role=\"img\" aria-label=\"QR code of the key below\""),
            "{page}"
        );
        let (size, path) = scannable(uri);
        assert!(page.contains(&path));
        // The three corners by which a scanner finds it.
        for (row, column) in [(4, 4), (4, size - 11), (size - 11, 4)] {
            assert!(
                path.contains(&format!("M{column} {row}h7v1h-7z")),
                "{row} {column}"
            );
        }
    }

    #[test]
    fn a_uri_that_is_too_long_for_a_code_leaves_the_key() {
        let frame = Frame::of(choose(["en"].into_iter()), "Acme");
        let page = set_up(&frame, &Form::default(), ("JBSWY3DP", &"a".repeat(4000)), "").unwrap();
        assert!(page.contains("JBSW Y3DP") && !page.contains("<svg"), "{page}");
    }
}
