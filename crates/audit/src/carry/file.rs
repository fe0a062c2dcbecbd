//! A file, a line of JSON for each entry.

use std::path::Path;

use tokio::fs::OpenOptions;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _, SeekFrom};

use super::carried::Carried;
use crate::error::StreamError;

/// Appends the lines, and returns when they are on disk. The file is opened anew each time, so that it may be moved away
/// (logrotate) whenever somebody likes.
pub(super) async fn append(path: &Path, lines: &[Carried]) -> Result<(), StreamError> {
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .await?;
    let mut text = String::new();
    if !ends_with_a_line(&mut file).await? {
        // What was cut off there comes again whole.
        text.push('\n');
    }
    for line in lines {
        text.push_str(&line.json.to_string());
        text.push('\n');
    }
    file.write_all(text.as_bytes()).await?;
    file.flush().await?;
    Ok(file.sync_data().await?)
}

async fn ends_with_a_line(file: &mut tokio::fs::File) -> Result<bool, StreamError> {
    if file.seek(SeekFrom::End(0)).await? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1)).await?;
    Ok(file.read_u8().await? == b'\n')
}
