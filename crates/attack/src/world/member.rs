//! Programs of a database's world that refuse to run as root, and folders that they may write to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::attack::Outcome;

/// Debian's package makes this user; PostgreSQL refuses to run as root.
pub const USER: &str = "postgres";

/// Who such programs run as.
#[derive(Clone, Copy)]
pub struct Member {
    is_root: bool,
}

impl Member {
    /// Whoever this is, or PostgreSQL's own user if this is root.
    pub async fn find() -> Outcome<Member> {
        let is_root = said(Command::new("id").arg("-u")).await?.trim() == "0";
        Ok(Member { is_root })
    }

    /// A new folder of theirs. The folder of the build may lie out of their reach.
    pub async fn folder(self, name: &str) -> Outcome<PathBuf> {
        let folder = std::env::temp_dir().join(format!("poolhouse-fault-{}-{name}", std::process::id()));
        fs::create_dir(&folder)?;
        if self.is_root {
            said(Command::new("chown").arg(USER).arg(&folder)).await?;
        }
        Ok(folder)
    }

    /// A program that runs as one of them.
    pub fn program(self, program: &Path) -> Command {
        if !self.is_root {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        let (user, group) = (format!("--reuid={USER}"), format!("--regid={USER}"));
        command
            .args([&user, &group, "--clear-groups"])
            .arg(program)
            .current_dir("/");
        command
    }
}

/// What a program prints, if it succeeds.
pub async fn said(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().await?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}
