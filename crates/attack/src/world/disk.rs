//! What a program did to its files, as strace tells it, and what a power cut leaves of that.
//!
//! What was synced stays. Of what was written to a file since its last sync, a cut leaves anything: sectors of 512 bytes come to the
//! disk whole, in any order or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use poolhouse_store::Sqlite;

use super::strace::{Call, bytes};
use crate::attack::Outcome;
use crate::seed::Seeded;

/// What comes to the disk whole.
const SECTOR: usize = 512;
/// The files of a database that count: SQLite makes its shared memory anew.
pub const FILES: [&str; 2] = ["poolhouse.db", "poolhouse.db-wal"];
/// What happened to one of the files.
enum Act {
    Write {
        offset: usize,
        bytes: Vec<u8>,
    },
    Cut {
        length: usize,
    },
    /// It covers what was written before it began, once it has ended.
    Sync {
        began: u64,
    },
}

/// The acts, each with its place in the recording.
pub struct Recording(Vec<(u64, usize, Act)>);

/// What a cut leaves of what was not synced.
#[derive(Clone, Copy, Debug)]
pub enum Kept {
    Nothing,
    Everything,
    /// What was written first, up to a write.
    Prefix,
    /// The same, and some first sectors of the next write.
    TornPrefix,
    /// Any sectors of all writes.
    AnySectors,
    /// What was written last, without what came before it.
    Suffix,
}

impl Kept {
    pub const ALL: [Kept; 6] = [
        Kept::Nothing,
        Kept::Everything,
        Kept::Prefix,
        Kept::TornPrefix,
        Kept::AnySectors,
        Kept::Suffix,
    ];
}

impl Recording {
    /// Reads what strace has written about these files.
    pub fn read(text: &str) -> Outcome<Recording> {
        let mut acts = Vec::new();
        let mut unfinished: BTreeMap<&str, (u64, String)> = BTreeMap::new();
        let mut offsets: BTreeMap<String, usize> = BTreeMap::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let place = at;
            at += line.len() as u64;
            let Some((pid, call)) = line.trim_end().split_once(' ') else {
                continue;
            };
            let call = call.trim_start();
            if let Some(begun) = call.strip_suffix(" <unfinished ...>") {
                unfinished.insert(pid, (place, begun.to_owned()));
                continue;
            }
            let (begun, whole) = match (call.split_once(" resumed>"), unfinished.remove(pid)) {
                (Some((_, rest)), Some((begun, first))) => (begun, first + rest),
                _ => (place, call.to_owned()),
            };
            match act(&whole, &mut offsets)? {
                Some((file, Act::Sync { .. })) => acts.push((place, file, Act::Sync { began: begun })),
                Some((file, act)) => acts.push((begun, file, act)),
                None => {}
            }
        }
        acts.sort_by_key(|(place, ..)| *place);
        Ok(Recording(acts))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Where an act is in the recording.
    pub fn place(&self, act: usize) -> u64 {
        self.0.get(act).map_or(u64::MAX, |(place, ..)| *place)
    }

    /// How many syncs there are.
    pub fn syncs(&self) -> usize {
        self.0
            .iter()
            .filter(|(.., act)| matches!(act, Act::Sync { .. }))
            .count()
    }

    /// The files after a cut behind so many acts; `base` are they before the first.
    pub fn cut(&self, base: &[Vec<u8>; 2], acts: usize, kept: Kept, random: &mut Seeded) -> [Vec<u8>; 2] {
        let mut files = base.clone();
        for (number, file) in files.iter_mut().enumerate() {
            let own = self.0[..acts].iter().filter(|(_, of, _)| *of == number);
            let syncs = own.clone().filter_map(|(.., act)| match act {
                Act::Sync { began } => Some(*began),
                _ => None,
            });
            let covered = syncs.max().unwrap_or_default();
            let (synced, unsynced): (Vec<_>, Vec<_>) = own.partition(|(place, ..)| *place < covered);
            for (.., act) in synced {
                apply(file, act, |_| true);
            }
            let unsynced: Vec<&Act> = unsynced.into_iter().map(|(.., act)| act).collect();
            leave(file, &unsynced, kept, random);
        }
        files
    }
}

/// Applies what a cut leaves of these.
fn leave(file: &mut Vec<u8>, unsynced: &[&Act], kept: Kept, random: &mut Seeded) {
    let whole = random.below(unsynced.len() + 1);
    let torn = random.below(9);
    for (number, act) in unsynced.iter().enumerate() {
        match kept {
            Kept::Nothing => {}
            Kept::Everything => apply(file, act, |_| true),
            Kept::Prefix if number < whole => apply(file, act, |_| true),
            Kept::TornPrefix if number < whole => apply(file, act, |_| true),
            Kept::TornPrefix if number == whole => apply(file, act, |sector| sector < torn),
            Kept::Suffix if number >= whole => apply(file, act, |_| true),
            Kept::AnySectors => apply(file, act, |_| random.below(2) == 0),
            Kept::Prefix | Kept::TornPrefix | Kept::Suffix => {}
        }
    }
}

/// Applies an act, of a write those sectors alone that are kept.
fn apply(file: &mut Vec<u8>, act: &Act, mut keeps: impl FnMut(usize) -> bool) {
    match act {
        Act::Sync { .. } => {}
        Act::Cut { length } => {
            if keeps(0) {
                file.resize(*length, 0);
            }
        }
        Act::Write { offset, bytes } => {
            let mut at = 0;
            let mut sector = 0;
            while at < bytes.len() {
                let place = offset + at;
                let end = bytes.len().min(at + SECTOR - place % SECTOR);
                if keeps(sector) {
                    let length = file.len().max(offset + end);
                    file.resize(length, 0);
                    file[place..offset + end].copy_from_slice(&bytes[at..end]);
                }
                (at, sector) = (end, sector + 1);
            }
        }
    }
}

/// What a whole line says of one of the files.
fn act(call: &str, offsets: &mut BTreeMap<String, usize>) -> Outcome<Option<(usize, Act)>> {
    let Some(call) = Call::read(call)? else {
        return Ok(None);
    };
    let Some(file) = FILES
        .iter()
        .position(|file| call.path.rsplit('/').next() == Some(file))
    else {
        return Ok(None);
    };
    let last = |what: &str| -> Outcome<usize> {
        let last = call.arguments.rsplit(", ").next().unwrap_or_default();
        last.parse()
            .map_err(|_| format!("strace: {what} that is no number").into())
    };
    let act = match call.name {
        "fsync" | "fdatasync" => Act::Sync { began: 0 },
        "ftruncate" => Act::Cut {
            length: last("a length")?,
        },
        "lseek" => {
            offsets.insert(call.number, call.result);
            return Ok(None);
        }
        "write" | "pwrite64" => {
            let quoted = call.arguments.split('"').nth(1).unwrap_or_default();
            let mut bytes = bytes(quoted)?;
            bytes.truncate(call.result);
            let offset = match call.name {
                "write" => {
                    let offset = offsets.entry(call.number).or_default();
                    *offset += call.result;
                    *offset - call.result
                }
                _ => last("an offset")?,
            };
            Act::Write { offset, bytes }
        }
        _ => return Ok(None),
    };
    Ok(Some((file, act)))
}

/// The files as they are now.
pub fn files(data: &Path) -> Outcome<[Vec<u8>; 2]> {
    let read = |name: &str| -> Outcome<Vec<u8>> {
        let path = data.join(name);
        Ok(if path.exists() {
            fs::read(path)?
        } else {
            Vec::new()
        })
    };
    Ok([read(FILES[0])?, read(FILES[1])?])
}

/// Bytes of the database, without what still lies in its log.
pub fn database_bytes(data: &Path) -> Outcome<u64> {
    Ok(fs::metadata(data.join(FILES[0]))?.len())
}

/// Writes the files into a folder that has no others of a database.
pub fn place(files: &[Vec<u8>; 2], folder: &Path) -> Outcome {
    fs::create_dir_all(folder)?;
    let shared = folder.join(format!("{}-shm", FILES[0]));
    if shared.exists() {
        fs::remove_file(shared)?;
    }
    for (name, bytes) in FILES.iter().zip(files) {
        let path = folder.join(name);
        if path.exists() {
            fs::remove_file(&path)?;
        }
        if !bytes.is_empty() {
            fs::write(path, bytes)?;
        }
    }
    Ok(())
}

/// Whether the database in a folder opens and is sound.
pub async fn is_sound(folder: &Path) -> Outcome<bool> {
    let store = Sqlite::open(folder.join(FILES[0]))?;
    let findings = store.integrity_check().await?;
    store.close().await;
    Ok(findings.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
    }

    fn recorded() -> Recording {
        let (wal, other) = (hex("/d/poolhouse.db-wal"), hex("/d/server.log"));
        let text = format!(
            "7 pwrite64(5<{wal}>, \"{one}\", 3, 0) = 3\n\
             7 write(2<{other}>, \"{one}\", 3) = 3\n\
             8 fdatasync(5<{wal}> <unfinished ...>\n\
             7 lseek(5<{wal}>, 3, SEEK_SET) = 3\n\
             7 write(5<{wal}>, \"{two}\", 3) = 3\n\
             8 <... fdatasync resumed>) = 0\n\
             7 write(5<{wal}>, \"{two}\", 3) = 3\n\
             7 fdatasync(5<{wal}>) = -1 EIO (Input/output error)\n\
             7 ftruncate(5<{wal}>, 1) = 0\n",
            one = hex("one"),
            two = hex("two"),
        );
        Recording::read(&text).unwrap()
    }

    #[test]
    fn what_strace_tells_is_done_again_up_to_any_act() {
        let recording = recorded();
        assert_eq!((recording.len(), recording.syncs()), (5, 1));
        let mut random = Seeded::new(1);
        let mut after = |acts, kept| {
            let [_, log] = recording.cut(&[Vec::new(), Vec::new()], acts, kept, &mut random);
            String::from_utf8(log).unwrap()
        };
        assert_eq!(after(1, Kept::Nothing), "");
        assert_eq!(after(1, Kept::Everything), "one");
        assert_eq!(after(2, Kept::Nothing), "", "the sync has not ended");
        assert_eq!(
            after(3, Kept::Nothing),
            "one",
            "it covers what was written before it began"
        );
        assert_eq!(after(3, Kept::Everything), "onetwo");
        assert_eq!(after(4, Kept::Nothing), "one", "a failed sync keeps nothing");
        assert_eq!(after(4, Kept::Everything), "onetwotwo");
        assert_eq!(after(5, Kept::Everything), "o");
    }

    #[test]
    fn a_torn_write_leaves_whole_sectors() {
        let mut file = vec![b'.'; 1600];
        let write = Act::Write {
            offset: 500,
            bytes: vec![b'x'; 1100],
        };
        apply(&mut file, &write, |sector| sector != 1);
        assert_eq!(file.len(), 1600);
        assert_eq!(file.iter().filter(|byte| **byte == b'x').count(), 1100 - SECTOR);
        assert_eq!(&file[508..516], b"xxxx....");
        assert_eq!(file[1024], b'x');
    }
}
