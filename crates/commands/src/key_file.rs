//! `master.key`: the keys from which all others are derived. It lies beside the database and never in it, so that a copy
//! of the database alone gives away no secret.
//!
//! Commands beside the server hold `keys.lock` while they work with what the file says; who changes the file has the lock alone. So no
//! command can write with a key that is about to go.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use poolhouse_crypto::Entropy;
use poolhouse_pool::base::key_ring::KeyRing;
use poolhouse_pool::base::key_text;
use zeroize::Zeroizing;

/// The file's name.
pub(crate) const NAME: &str = "master.key";
/// What whoever works with the keys locks.
pub(crate) const LOCK: &str = "keys.lock";

/// Why the key cannot be used. Each says what to do.
#[derive(Debug)]
pub enum KeyFileError {
    /// Something about the file or its directory failed.
    Io(PathBuf, io::Error),
    /// Others than the owner may read it.
    Open(PathBuf, u32),
    /// Others than the owner may put files into the directory, another database or key among them.
    Shared(PathBuf, u32),
    /// It is not what such a file holds.
    Malformed(PathBuf),
    /// There is a database and no key to it.
    Missing(PathBuf),
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyFileError::Io(path, _) => write!(f, "{} cannot be read or made", path.display()),
            KeyFileError::Open(path, mode) => write!(
                f,
                "{path} may be read by others (mode {mode:04o}). Run: chmod 600 {path}",
                path = path.display()
            ),
            KeyFileError::Shared(path, mode) => write!(
                f,
                "others may write to the directory {path} (mode {mode:04o}). Run: chmod 700 {path}",
                path = path.display()
            ),
            KeyFileError::Malformed(path) => write!(
                f,
                "{} is not a key file: neither a key of 64 hexadecimal digits nor what a rotation makes of one. Put back the file that belongs to this database",
                path.display()
            ),
            KeyFileError::Missing(path) => write!(
                f,
                "{} is missing, and without it the database beside it cannot be read. Put it back from your backup",
                path.display()
            ),
        }
    }
}

impl std::error::Error for KeyFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            KeyFileError::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

/// Makes the data directory, for the owner only, if it is not there.
///
/// # Errors
/// When it cannot be made, or others may write to it.
pub fn prepare_directory(directory: &Path) -> Result<(), KeyFileError> {
    let failed = |error| KeyFileError::Io(directory.to_owned(), error);
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(failed)?;
    check_mode(directory, fs::metadata(directory).map_err(failed)?.mode())
}

/// Reads the key in `directory`, or makes it there if `database` is not there either. Two processes that start at the
/// same moment end up with the same key.
///
/// # Errors
/// When the file is open to others, malformed, missing beside a database, or cannot be read or made.
pub fn load_or_create(
    directory: &Path,
    database: &Path,
    entropy: &dyn Entropy,
) -> Result<KeyRing, KeyFileError> {
    let path = directory.join(NAME);
    match load(&path) {
        Err(KeyFileError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => {}
        loaded => return loaded,
    }
    // A database that appeared this moment has its key by now.
    if database.exists() && !path.exists() {
        return Err(KeyFileError::Missing(path));
    }
    create(directory, &path, entropy).map_err(|error| KeyFileError::Io(path.clone(), error))?;
    load(&path)
}

/// Whether a directory and the key in it can be used, without making what is not there.
///
/// # Errors
/// As [`prepare_directory`] and [`load_or_create`].
pub fn check(directory: &Path, database: &Path) -> Result<(), KeyFileError> {
    let failed = |error| KeyFileError::Io(directory.to_owned(), error);
    let path = directory.join(NAME);
    match fs::metadata(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(found) => check_mode(directory, found.mode())?,
    }
    match load(&path) {
        Err(KeyFileError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => match database.exists()
        {
            true => Err(KeyFileError::Missing(path)),
            false => Ok(()),
        },
        loaded => loaded.map(drop),
    }
}

/// Refuses a directory that others may write to.
fn check_mode(directory: &Path, mode: u32) -> Result<(), KeyFileError> {
    let mode = mode & 0o7777;
    match mode & 0o022 {
        0 => Ok(()),
        _ => Err(KeyFileError::Shared(directory.to_owned(), mode)),
    }
}

/// Whether a directory has a key, good or bad.
pub fn is_in(directory: &Path) -> bool {
    directory.join(NAME).exists()
}

/// Reads the file at `path`.
pub(crate) fn load(path: &Path) -> Result<KeyRing, KeyFileError> {
    let failed = |error| KeyFileError::Io(path.to_owned(), error);
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open(path.to_owned(), mode));
    }
    let mut text = Zeroizing::new(String::with_capacity(key_text::LONGEST + 1));
    // One byte more than there may be shows a file that is too long without reading all of it.
    let read = file.take(key_text::LONGEST as u64 + 1).read_to_string(&mut text);
    match read {
        Err(error) if error.kind() != io::ErrorKind::InvalidData => Err(failed(error)),
        _ => key_text::read(&text).ok_or_else(|| KeyFileError::Malformed(path.to_owned())),
    }
}

/// Writes the key under another name, to disk, and only then gives it its own, which never replaces a file.
fn create(directory: &Path, path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let mut key = Zeroizing::new([0; 32]);
    entropy.fill(&mut *key);
    let mut unique = [0; 8];
    entropy.fill(&mut unique);
    let draft = directory.join(format!("{NAME}.{:016x}", u64::from_be_bytes(unique)));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let written = file
        .write_all(key_text::write(&KeyRing::of_master(*key)).as_bytes())
        .and_then(|()| file.sync_all());
    let named = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        named => named,
    });
    fs::remove_file(&draft)?;
    named?;
    File::open(directory)?.sync_all()
}

/// Holds the keys of a directory as they are, until the returned file is dropped.
///
/// # Errors
/// When the lock's file cannot be made or locked.
pub fn hold(directory: &Path) -> Result<File, KeyFileError> {
    let path = directory.join(LOCK);
    let held = lock_file(&path).and_then(|file| file.lock_shared().map(|()| file));
    held.map_err(|error| KeyFileError::Io(path, error))
}

/// Opens the file to be locked, and makes it if it is not there.
pub(crate) fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use poolhouse_crypto::OsEntropy;
    use std::os::unix::fs::PermissionsExt;

    /// A directory of its own for one test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let directory = std::env::temp_dir().join(format!("poolhouse-key-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&directory);
            prepare_directory(&directory).unwrap();
            Scratch(directory)
        }

        fn load(&self) -> Result<KeyRing, KeyFileError> {
            load_or_create(&self.0, &self.0.join("poolhouse.db"), &OsEntropy)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_first_start_makes_a_key_for_the_owner_alone_and_the_next_reads_it() {
        let scratch = Scratch::new("first");
        let key = scratch.load().unwrap();
        assert!(scratch.load().unwrap() == key);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode(&scratch.0), mode(&scratch.0.join(NAME))), (0o700, 0o600));
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1, "the draft is gone");
    }

    #[test]
    fn processes_that_start_at_once_share_one_key() {
        let scratch = Scratch::new("race");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| scratch.load().unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let scratch = Scratch::new("open");
        scratch.load().unwrap();
        let path = scratch.0.join(NAME);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let path = path.display();
        let expected = format!("{path} may be read by others (mode 0640). Run: chmod 600 {path}");
        assert_eq!(scratch.load().unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_directory_that_others_may_write_to_is_refused() {
        let scratch = Scratch::new("shared");
        prepare_directory(&scratch.0).unwrap();
        for (mode, is_refused) in [(0o777, true), (0o720, true), (0o702, true), (0o755, false)] {
            fs::set_permissions(&scratch.0, fs::Permissions::from_mode(mode)).unwrap();
            let path = scratch.0.display();
            let expected =
                format!("others may write to the directory {path} (mode {mode:04o}). Run: chmod 700 {path}");
            let refused = prepare_directory(&scratch.0).err();
            assert_eq!(
                refused.map(|error| error.to_string()),
                is_refused.then_some(expected),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn a_key_of_the_wrong_length_or_letters_is_refused_and_left_alone() {
        let scratch = Scratch::new("malformed");
        let path = scratch.0.join(NAME);
        for text in [
            "",
            "00",
            &"0".repeat(63),
            &"0".repeat(65),
            &"0".repeat(500),
            &"g".repeat(64),
            &"é".repeat(32),
        ] {
            let _ = fs::remove_file(&path);
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert!(
                matches!(scratch.load(), Err(KeyFileError::Malformed(_))),
                "{text:?}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn no_key_is_made_for_a_database_that_has_lost_its_own() {
        let scratch = Scratch::new("missing");
        fs::write(scratch.0.join("poolhouse.db"), "").unwrap();
        assert!(matches!(scratch.load(), Err(KeyFileError::Missing(_))));
        assert!(!scratch.0.join(NAME).exists());
    }
}
