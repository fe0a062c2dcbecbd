//! Writing a backup.

use std::io::Write;

use poolhouse_crypto::Entropy;
use poolhouse_crypto::stream::Stream;
use poolhouse_store::{Row, Store};
use serde_json::json;

use crate::head::Head;
use crate::seal::piece_key;
use crate::{BackupError, Digest, Sealing, Summary};

/// Bytes of a piece before it is sealed.
pub(crate) const PIECE: usize = 64 * 1024;
/// Rows that are read at a time.
const PAGE: usize = 500;

/// Writes one state of the store, and returns what is in it. `created` is the present moment, in milliseconds since 1970.
///
/// # Errors
/// When the store fails, the file cannot be written, or the recipient's key is none; what was written by then is worth nothing.
pub async fn write(
    store: &dyn Store,
    sealing: &Sealing,
    entropy: &dyn Entropy,
    created: i64,
    out: &mut (impl Write + Send),
) -> Result<Summary, BackupError> {
    let (sealed_for, secret) = sealing.begin(entropy)?;
    let head = Head { created, sealed_for };
    let head = head.write(out)?;
    let mut pieces = Pieces {
        stream: Stream::new(&piece_key(&secret, &head)),
        held: Vec::with_capacity(2 * PIECE),
        out,
    };
    let mut snapshot = store.snapshot().await?;
    let mut digest = Digest::new();
    loop {
        let page = snapshot.next(PAGE).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            digest.add(&row);
            pieces.line(&line(&row))?;
        }
    }
    let summary = digest.summary();
    pieces.line(&json!({ "rows": summary.rows, "digest": summary.hex() }).to_string())?;
    pieces.end()?;
    Ok(summary)
}

fn line(row: &Row) -> String {
    json!([row.key, row.expires, row.body]).to_string()
}

/// The content, cut into pieces.
struct Pieces<'a, W> {
    stream: Stream,
    held: Vec<u8>,
    out: &'a mut W,
}

impl<W: Write> Pieces<'_, W> {
    fn line(&mut self, line: &str) -> Result<(), BackupError> {
        self.held.extend_from_slice(line.as_bytes());
        self.held.push(b'\n');
        // One piece is kept back: only at the end is it known which is the last.
        while self.held.len() > PIECE {
            let rest = self.held.split_off(PIECE);
            let piece = std::mem::replace(&mut self.held, rest);
            self.piece(piece, false)?;
        }
        Ok(())
    }

    fn end(mut self) -> Result<(), BackupError> {
        let piece = std::mem::take(&mut self.held);
        self.piece(piece, true)
    }

    fn piece(&mut self, mut piece: Vec<u8>, is_last: bool) -> Result<(), BackupError> {
        self.stream.seal(&mut piece, is_last);
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        self.out.write_all(&length.to_be_bytes())?;
        Ok(self.out.write_all(&piece)?)
    }
}
