//! A long text, sealed in pieces: what is written once and read from its beginning, such as a backup.
//!
//! Every piece is sealed with AES-256-GCM under one key that is used for this text alone. Its nonce is its number and whether it is the
//! last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár), so that pieces cannot be left out, repeated, put in another
//! order or cut off at the end.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::fatal::out_of_memory;
use crate::seal::Unsealable;

/// Bytes by which a sealed piece is longer.
pub const TAG_BYTES: usize = 16;

/// The key of one text, and how many of its pieces were sealed or opened.
pub struct Stream {
    key: LessSafeKey,
    pieces: u64,
}

impl Stream {
    /// The beginning of a text. The key must be new, for the first piece always has the same nonce.
    pub fn new(key: &Zeroizing<[u8; 32]>) -> Stream {
        // AES-256 takes any 32 bytes.
        let Ok(unbound) = UnboundKey::new(&AES_256_GCM, &**key) else {
            out_of_memory()
        };
        Stream {
            key: LessSafeKey::new(unbound),
            pieces: 0,
        }
    }

    /// Seals the next piece, in place, its tag at its end.
    pub fn seal(&mut self, piece: &mut Vec<u8>, is_last: bool) {
        let nonce = self.nonce(is_last);
        let sealed = self.key.seal_in_place_append_tag(nonce, Aad::empty(), piece);
        // AES-GCM refuses only contents beyond 64 GiB.
        if sealed.is_err() {
            out_of_memory();
        }
    }

    /// Opens the next piece.
    ///
    /// # Errors
    /// [`Unsealable`] if it is not the next, not the last where that is said, changed, or of another key.
    pub fn open(&mut self, mut piece: Vec<u8>, is_last: bool) -> Result<Vec<u8>, Unsealable> {
        let nonce = self.nonce(is_last);
        let opened = self.key.open_in_place(nonce, Aad::empty(), &mut piece);
        let length = opened.map_err(|_| Unsealable)?.len();
        piece.truncate(length);
        Ok(piece)
    }

    fn nonce(&mut self, is_last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[..8].copy_from_slice(&self.pieces.to_be_bytes());
        nonce[NONCE_LEN - 1] = u8::from(is_last);
        self.pieces += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(key: u8) -> Stream {
        Stream::new(&Zeroizing::new([key; 32]))
    }

    fn sealed(pieces: &[&str]) -> Vec<Vec<u8>> {
        let mut stream = stream(1);
        let last = pieces.len() - 1;
        let seal = |(number, piece): (usize, &&str)| {
            let mut piece = piece.as_bytes().to_vec();
            stream.seal(&mut piece, number == last);
            piece
        };
        pieces.iter().enumerate().map(seal).collect()
    }

    /// How many pieces open, the last of them as the last.
    fn opened(key: u8, pieces: &[Vec<u8>]) -> usize {
        let mut stream = stream(key);
        let last = pieces.len() - 1;
        let open = |(number, piece): (usize, &Vec<u8>)| stream.open(piece.clone(), number == last);
        pieces
            .iter()
            .enumerate()
            .map(open)
            .take_while(Result::is_ok)
            .count()
    }

    #[test]
    fn what_was_sealed_opens_piece_by_piece_under_its_key_alone() {
        let pieces = sealed(&["one", "", "three"]);
        assert_eq!(opened(1, &pieces), 3);
        assert_eq!(opened(2, &pieces), 0);
        let mut stream = stream(1);
        assert_eq!(stream.open(pieces[0].clone(), false), Ok(b"one".to_vec()));
    }

    #[test]
    fn no_piece_can_be_left_out_repeated_moved_cut_off_or_changed() {
        let pieces = sealed(&["one", "two", "three"]);
        let [one, two, three] = [0, 1, 2].map(|number| pieces[number].clone());
        for (forged, good) in [
            (vec![one.clone(), three.clone()], 1),
            (vec![one.clone(), one.clone(), two.clone(), three.clone()], 1),
            (vec![two.clone(), one.clone(), three.clone()], 0),
            (vec![one.clone(), two.clone()], 1),
            (vec![one.clone(), two.clone(), three.clone(), three.clone()], 2),
        ] {
            assert_eq!(opened(1, &forged), good);
        }
        for byte in 0..one.len() {
            let mut changed = one.clone();
            changed[byte] ^= 1;
            assert_eq!(opened(1, &[changed, two.clone(), three.clone()]), 0, "{byte}");
        }
    }
}
