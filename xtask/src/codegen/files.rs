//! Committed files and what would be written in their place.

use std::fs;
use std::path::Path;

use similar::TextDiff;

use crate::{Outcome, console};

/// Lines of a difference that are shown; a changed generator changes thousands.
const SHOWN: usize = 60;

/// One generated file: its path below the root and its whole text.
pub struct Output {
    pub path: String,
    pub text: String,
}

impl Output {
    /// Writes the file unless it holds that text. An unchanged one keeps its time stamp, and with it everything that was
    /// built from it.
    pub fn write(&self, root: &Path) -> Outcome {
        let path = root.join(&self.path);
        if fs::read_to_string(&path).is_ok_and(|current| current == self.text) {
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, &self.text)?;
        console::say(format!("wrote {}", self.path))
    }

    /// What of the committed file would change, as a difference; nothing if it is fresh.
    fn difference(&self, root: &Path) -> Option<String> {
        // A file that is missing or no text is all of it to be written.
        let current = fs::read_to_string(root.join(&self.path)).unwrap_or_default();
        (current != self.text).then(|| difference(&self.path, &current, &self.text))
    }
}

/// Compares committed files with what would be written.
///
/// # Errors
/// If one is stale; the error shows the differences.
pub fn check(root: &Path, files: &[Output]) -> Outcome {
    let stale: Vec<String> = files.iter().filter_map(|file| file.difference(root)).collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "generated files are stale: run `cargo xtask codegen`\n\n{}",
        stale.join("\n")
    )
    .into())
}

/// A unified difference with three lines around each change, or the beginning of one that is long.
fn difference(path: &str, committed: &str, generated: &str) -> String {
    let whole = TextDiff::from_lines(committed, generated)
        .unified_diff()
        .context_radius(3)
        .header(&format!("{path} (committed)"), &format!("{path} (generated)"))
        .to_string();
    let lines = whole.lines().count();
    if lines <= SHOWN {
        return whole;
    }
    let shown: String = whole.split_inclusive('\n').take(SHOWN).collect();
    format!("{shown}… and {} lines more\n", lines - SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root;

    const COMMITTED: &str = "xtask/requirements-zig.txt";

    fn output(text: String) -> [Output; 1] {
        [Output {
            path: COMMITTED.into(),
            text,
        }]
    }

    #[test]
    fn a_fresh_file_passes_and_a_stale_one_is_shown_by_its_difference() {
        let root = root::path("");
        let committed = fs::read_to_string(root.join(COMMITTED)).unwrap();
        check(&root, &output(committed.clone())).unwrap();
        let refused = check(&root, &output(format!("{committed}one line more\n"))).unwrap_err();
        let text = refused.to_string();
        assert!(
            text.starts_with(&format!(
                "generated files are stale: run `cargo xtask codegen`\n\n--- {COMMITTED} (committed)\n\
                 +++ {COMMITTED} (generated)\n@@ "
            )),
            "{text}"
        );
        assert!(text.ends_with("\n+one line more\n"), "{text}");
    }

    #[test]
    fn a_difference_has_three_lines_around_each_change() {
        let committed = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let generated = committed.replace("e\n", "E\n");
        let expected =
            "--- x (committed)\n+++ x (generated)\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n";
        assert_eq!(difference("x", committed, &generated), expected);
    }

    #[test]
    fn of_a_long_difference_the_beginning_is_shown() {
        let generated = "line\n".repeat(100);
        let shown = difference("x", "", &generated);
        assert_eq!(shown.lines().count(), SHOWN + 1);
        assert!(shown.ends_with("+line\n… and 43 lines more\n"), "{shown}");
    }
}
