//! Where the repository is.

use std::path::{Path, PathBuf};

/// A path inside the repository, wherever `cargo xtask` was called from.
pub fn path(relative: &str) -> PathBuf {
    // The crate sits directly below the root, so the manifest's parent always exists.
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).join(relative)
}
