//! Reading a backup.

use std::collections::VecDeque;
use std::io::{self, Read};

use poolhouse_crypto::stream::{Stream, TAG_BYTES};
use poolhouse_store::{Row, Version};
use poolhouse_text::hex;
use serde_json::Value;

use crate::head::{Head, SealedFor};
use crate::seal::piece_key;
use crate::write::PIECE;
use crate::{BackupError, Digest, Opening, Summary};

/// A backup that is being read. What it answers is authenticated; that nothing is missing is known once [`end`](Self::end) has said so.
pub struct Reader<R> {
    input: R,
    created: i64,
    sealed_for: SealedFor,
    stream: Stream,
    /// The next piece, sealed: whether another follows it says whether it is the last.
    ahead: Option<Vec<u8>>,
    held: Vec<u8>,
    rows: VecDeque<Row>,
    digest: Digest,
    end: Option<Summary>,
}

impl<R: Read> Reader<R> {
    /// Opens a backup.
    ///
    /// # Errors
    /// When it is no backup, is sealed in another way, or for somebody else.
    pub fn open(mut input: R, opening: &Opening) -> Result<Reader<R>, BackupError> {
        let (head, bytes) = Head::read(&mut input)?;
        let secret = opening.open(&head.sealed_for)?;
        let stream = Stream::new(&piece_key(&secret, &bytes));
        let ahead = piece(&mut input)?;
        Ok(Reader {
            input,
            created: head.created,
            sealed_for: head.sealed_for,
            stream,
            ahead,
            held: Vec::new(),
            rows: VecDeque::new(),
            digest: Digest::new(),
            end: None,
        })
    }

    /// When it was made, in milliseconds since 1970.
    pub fn created(&self) -> i64 {
        self.created
    }

    /// For whom it is sealed.
    pub fn sealed_for(&self) -> SealedFor {
        self.sealed_for
    }

    /// The next row; `None` after the last, when all of them are known to be there.
    ///
    /// # Errors
    /// [`BackupError::Sealed`] for what was changed, left out or cut off.
    pub fn next_row(&mut self) -> Result<Option<Row>, BackupError> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                self.digest.add(&row);
                return Ok(Some(row));
            }
            let Some(sealed) = self.ahead.take() else {
                return self.end().map(|_| None);
            };
            self.ahead = piece(&mut self.input)?;
            let opened = self.stream.open(sealed, self.ahead.is_none());
            self.held.extend(opened.map_err(|_| BackupError::Sealed)?);
            self.lines()?;
        }
    }

    /// What was read, which is what the backup's end says.
    ///
    /// # Errors
    /// [`BackupError::Content`] where it is not.
    pub fn end(&self) -> Result<Summary, BackupError> {
        let read = self.digest.summary();
        match self.end {
            Some(end) if end == read && self.held.is_empty() && self.rows.is_empty() => Ok(read),
            _ => Err(BackupError::Content),
        }
    }

    /// Takes the whole lines of what is held.
    fn lines(&mut self) -> Result<(), BackupError> {
        let Some(last) = self.held.iter().rposition(|byte| *byte == b'\n') else {
            return Ok(());
        };
        let rest = self.held.split_off(last + 1);
        let lines = std::mem::replace(&mut self.held, rest);
        for line in lines[..last].split(|byte| *byte == b'\n') {
            if self.end.is_some() {
                return Err(BackupError::Content);
            }
            let value: Value = serde_json::from_slice(line).map_err(|_| BackupError::Content)?;
            match row(&value) {
                Some(row) => self.rows.push_back(row),
                None => self.end = Some(summary(&value).ok_or(BackupError::Content)?),
            }
        }
        Ok(())
    }
}

fn row(line: &Value) -> Option<Row> {
    let [key, expires, body] = line.as_array()?.as_slice() else {
        return None;
    };
    let expires = match expires {
        Value::Null => None,
        expires => Some(expires.as_i64()?),
    };
    Some(Row {
        key: key.as_str()?.to_owned(),
        // Whoever writes the row draws a new one.
        version: Version::from_bytes([0; 8]),
        expires,
        body: body.as_str()?.to_owned(),
    })
}

fn summary(line: &Value) -> Option<Summary> {
    let mut digest = [0; 32];
    hex::decode_into(line.get("digest")?.as_str()?, &mut digest)?;
    Some(Summary {
        rows: line.get("rows")?.as_u64()?,
        digest,
    })
}

/// The next piece, sealed; `None` at the end of the file.
fn piece(input: &mut impl Read) -> Result<Option<Vec<u8>>, BackupError> {
    let mut length = [0; 4];
    if !read_or_end(input, &mut length)? {
        return Ok(None);
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > PIECE + TAG_BYTES {
        return Err(BackupError::Sealed);
    }
    let mut piece = vec![0; length];
    input.read_exact(&mut piece)?;
    Ok(Some(piece))
}

/// Fills `bytes`, or finds the end of the file before the first of them.
fn read_or_end(input: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    let first = loop {
        match input.read(bytes) {
            Ok(count) => break count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    if first == 0 {
        return Ok(false);
    }
    input.read_exact(&mut bytes[first..]).map(|()| true)
}
