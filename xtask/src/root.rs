//! Where the repository is.

use std::path::{Path, PathBuf};

/// A path inside the repository, wherever `cargo xtask` was called from.
pub fn path(relative: &str) -> PathBuf {
    // The crate sits directly below the root, so the manifest's parent always exists.
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).join(relative)
}

/// Cargo's target folder, where everything is put that can be made again.
#[expect(
    clippy::disallowed_methods,
    reason = "Cargo itself is told by this variable where to build"
)]
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => path("").join(folder),
        None => path("target"),
    }
}
