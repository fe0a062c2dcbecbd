//! A directory of its own for each test, removed at its end.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

pub struct Scratch(PathBuf);

impl Scratch {
    /// Names the directory, without making it: the store does.
    pub fn new() -> Self {
        let name = format!(
            "store-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    pub fn directory(&self) -> &Path {
        &self.0
    }

    pub fn file(&self) -> PathBuf {
        self.directory().join("pool.db")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A test may have failed before it made the directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
