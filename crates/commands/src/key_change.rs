//! Watching `master.key` and changing it: what rotations do.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use poolhouse_pool::base::key_ring::KeyRing;
use poolhouse_pool::base::key_text;
use poolhouse_pool::keyring::{Change, KeyPlace};

use crate::key_file::{KeyFileError, LOCK, NAME, load, lock_file};

/// What a changed file is called until it is whole and on disk.
const DRAFT: &str = "master.key.new";

/// The key file of a directory, to be watched and changed.
pub struct KeyFile {
    directory: PathBuf,
    /// The file as it was last read.
    seen: Mutex<Option<Stamp>>,
}

/// What tells one state of the file from another: it is replaced as a whole, so the number is another one.
#[derive(PartialEq, Eq)]
struct Stamp {
    number: u64,
    length: u64,
    modified: SystemTime,
}

impl KeyFile {
    /// The key file in `directory`.
    pub fn new(directory: &Path) -> KeyFile {
        KeyFile {
            directory: directory.to_owned(),
            seen: Mutex::default(),
        }
    }

    /// Replaces what the file holds by what `change` makes of it, unless somebody holds the keys: then `Ok(None)`.
    ///
    /// # Errors
    /// As [`load_or_create`], and what `change` says.
    pub fn change_with<E: From<KeyFileError>>(
        &self,
        change: impl FnOnce(&mut KeyRing) -> Result<(), E>,
    ) -> Result<Option<KeyRing>, E> {
        let failed = |error| KeyFileError::Io(self.directory.join(NAME), error);
        let lock = lock_file(&self.directory.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(error).into()),
        }
        let mut ring = load(&self.directory.join(NAME))?;
        change(&mut ring)?;
        self.replace(&ring).map_err(failed)?;
        Ok(Some(ring))
    }

    /// Writes the whole file under another name, to disk, and only then gives it its own.
    fn replace(&self, ring: &KeyRing) -> io::Result<()> {
        let draft = self.directory.join(DRAFT);
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(key_text::write(ring).as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, self.directory.join(NAME))?;
        File::open(&self.directory)?.sync_all()
    }
}

impl KeyPlace for KeyFile {
    fn changed(&self) -> io::Result<Option<KeyRing>> {
        let path = self.directory.join(NAME);
        let file = fs::metadata(&path)?;
        let stamp = Stamp {
            number: file.ino(),
            length: file.len(),
            modified: file.modified()?,
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.as_ref() == Some(&stamp) {
            return Ok(None);
        }
        let ring = load(&path).map_err(io::Error::other)?;
        *seen = Some(stamp);
        Ok(Some(ring))
    }

    fn change(&self, change: Change<'_>) -> io::Result<Option<KeyRing>> {
        let changed = self.change_with(|ring| {
            change(ring);
            Ok::<_, KeyFileError>(())
        });
        changed.map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use poolhouse_crypto::OsEntropy;
    use poolhouse_pool::base::clock::Millis;
    use poolhouse_pool::base::key_ring::RootKey;
    use poolhouse_pool::testing::Scratch;
    use zeroize::Zeroizing;

    use super::*;
    use crate::key_file::{hold, load_or_create};

    fn ring_in(scratch: &Scratch) -> KeyRing {
        let database = scratch.path().join("poolhouse.db");
        load_or_create(scratch.path(), &database, &OsEntropy).unwrap()
    }

    #[test]
    fn a_changed_file_is_the_owners_alone_and_is_noticed_once() {
        let scratch = Scratch::default();
        let before = ring_in(&scratch);
        let watched = KeyFile::new(scratch.path());
        assert!(watched.changed().unwrap().as_ref() == Some(&before));
        assert!(watched.changed().unwrap().is_none());
        // What a stop left behind is no obstacle.
        fs::write(scratch.path().join(DRAFT), "half").unwrap();
        let announce = |ring: &mut KeyRing| {
            let _ = ring.announce(RootKey::Code, Zeroizing::new([9; 32]));
        };
        let changed = KeyFile::new(scratch.path()).change(&announce).unwrap().unwrap();
        assert!(changed != before && ring_in(&scratch) == changed);
        assert!(watched.changed().unwrap() == Some(changed));
        assert!(watched.changed().unwrap().is_none());
        let mode = fs::metadata(scratch.path().join(NAME))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o7777, 0o600);
        assert!(!scratch.path().join(DRAFT).exists());
    }

    #[test]
    fn keys_do_not_change_while_a_command_holds_them() {
        let scratch = Scratch::default();
        let before = ring_in(&scratch);
        let promote = |ring: &mut KeyRing| ring.promote(Millis(1));
        let held = [hold(scratch.path()).unwrap(), hold(scratch.path()).unwrap()];
        assert!(KeyFile::new(scratch.path()).change(&promote).unwrap().is_none());
        assert!(ring_in(&scratch) == before);
        drop(held);
        assert!(KeyFile::new(scratch.path()).change(&promote).unwrap().is_some());
    }
}
