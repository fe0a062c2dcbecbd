//! A copy of the sources, in which they are changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::system::process;
use crate::{Outcome, root};

/// Makes `tree` hold what the repository holds, with other contents for some files. Files that are the same are left
/// alone, so that Cargo sees no change.
///
/// # Errors
/// If a file cannot be read or written.
pub fn mirror(tree: &Path, changed: &BTreeMap<String, String>) -> Outcome {
    fs::create_dir_all(tree)?;
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let files = process::capture(Command::new("git").args(list).current_dir(root::path("")))?;
    let files: BTreeSet<&str> = files.split('\0').filter(|file| !file.is_empty()).collect();
    for file in &files {
        // A file that was deleted and is not committed yet is listed still.
        let Ok(original) = fs::read(root::path(file)) else {
            continue;
        };
        let content = changed.get(*file).map_or(&original[..], |text| text.as_bytes());
        write(&tree.join(file), content)?;
    }
    remove_others(tree, tree, &|file| {
        files.contains(file) && root::path(file).exists()
    })
}

fn write(file: &Path, content: &[u8]) -> Outcome {
    if fs::read(file).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(file, content)?)
}

/// Removes the files below `folder` that are not to be kept; paths are asked for as they are from `tree`.
fn remove_others(tree: &Path, folder: &Path, keep: &dyn Fn(&str) -> bool) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_others(tree, &path, keep)?;
        } else if !path.strip_prefix(tree)?.to_str().is_some_and(keep) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
