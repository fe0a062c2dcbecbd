//! What a set of rows comes to.

use poolhouse_crypto::sha256;
use poolhouse_store::Row;
use poolhouse_text::hex;

/// A digest over rows in the order of keys: their keys, expiries and bodies. Versions are not part of it, for every store draws its
/// own.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    rows: u64,
    state: [u8; 32],
}

/// The end of it: equal for equal rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many rows.
    pub rows: u64,
    /// SHA-256, chained over them.
    pub digest: [u8; 32],
}

impl Digest {
    /// Of no rows.
    pub fn new() -> Digest {
        Digest::default()
    }

    /// Takes the next row.
    pub fn add(&mut self, row: &Row) {
        let length = |text: &str| u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes();
        let expires = row.expires.map_or([0; 9], |expires| {
            let mut bytes = [1; 9];
            bytes[1..].copy_from_slice(&expires.to_be_bytes());
            bytes
        });
        let (key, body) = (length(&row.key), length(&row.body));
        self.state = sha256(&[
            &self.state,
            &key,
            row.key.as_bytes(),
            &expires,
            &body,
            row.body.as_bytes(),
        ]);
        self.rows += 1;
    }

    /// What was taken so far.
    pub fn summary(&self) -> Summary {
        Summary {
            rows: self.rows,
            digest: self.state,
        }
    }
}

impl Summary {
    /// The digest as text.
    pub fn hex(&self) -> String {
        hex::encode(&self.digest)
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_store::Version;

    use super::*;

    fn row(key: &str, expires: Option<i64>, body: &str) -> Row {
        Row {
            key: key.to_owned(),
            version: Version::from_bytes([1; 8]),
            expires,
            body: body.to_owned(),
        }
    }

    fn of(rows: &[Row]) -> Summary {
        let mut digest = Digest::new();
        rows.iter().for_each(|row| digest.add(row));
        digest.summary()
    }

    #[test]
    fn rows_that_differ_in_anything_but_their_version_have_another_digest() {
        let known = of(&[row("a", None, "1"), row("b", Some(0), "2")]);
        let mut other = row("b", Some(0), "2");
        other.version = Version::from_bytes([2; 8]);
        assert_eq!(known, of(&[row("a", None, "1"), other]));
        for different in [
            vec![row("b", Some(0), "2"), row("a", None, "1")],
            vec![row("a", None, "1"), row("b", None, "2")],
            vec![row("a", None, "1"), row("b", Some(1), "2")],
            vec![row("a", None, "1"), row("b", Some(0), "3")],
            vec![row("a", None, "1"), row("c", Some(0), "2")],
            vec![row("a", None, "1b"), row("", Some(0), "2")],
            vec![row("a", None, "1")],
            vec![],
        ] {
            assert_ne!(known, of(&different), "{different:?}");
        }
    }
}
