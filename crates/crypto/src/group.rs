//! The group that Amazon Cognito computes in: integers modulo the 3072-bit prime of RFC 3526 (group 15), generator 2.

use std::fmt;

use zeroize::Zeroizing;

use crate::hex;

/// Bytes of a number modulo N.
pub(crate) const WIDTH: usize = 384;

/// The prime N, most significant byte first.
pub(crate) const MODULUS: [u8; WIDTH] = from_hex(
    b"ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd\
      ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed\
      ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f\
      83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b\
      e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510\
      15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7\
      abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c\
      bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
);

/// The generator g.
pub(crate) const GENERATOR: u8 = 2;

/// An integer in `0..N`.
#[derive(Clone)]
pub(crate) struct Residue(Zeroizing<[u8; WIDTH]>);

impl Residue {
    /// Reads an unsigned integer, most significant byte first, leading zeros allowed. `None` unless it is below N.
    pub(crate) fn from_unsigned(bytes: &[u8]) -> Option<Self> {
        let digits = without_leading_zeros(bytes);
        let start = WIDTH.checked_sub(digits.len())?;
        let mut padded = Zeroizing::new([0; WIDTH]);
        padded[start..].copy_from_slice(digits);
        // This comparison stops at the first difference from N; it can tell no more of a secret than whether its
        // leading bytes are N's own, which are all ones.
        (*padded < MODULUS).then_some(Self(padded))
    }

    /// Bytes that arithmetic modulo N has produced, most significant first.
    pub(crate) fn from_reduced(bytes: [u8; WIDTH]) -> Self {
        debug_assert!(bytes < MODULUS, "the arithmetic reduces modulo N");
        Self(Zeroizing::new(bytes))
    }

    /// A small number.
    pub(crate) fn small(value: u8) -> Self {
        let mut bytes = [0; WIDTH];
        bytes[WIDTH - 1] = value;
        Self(Zeroizing::new(bytes))
    }

    /// Most significant byte first, always [`WIDTH`] bytes.
    pub(crate) fn as_bytes(&self) -> &[u8; WIDTH] {
        &self.0
    }

    /// As in SRP messages: lower-case hexadecimal without leading zeros.
    pub(crate) fn to_hex(&self) -> String {
        hex::encode_integer(&*self.0)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.iter().all(|&byte| byte == 0)
    }

    /// Whether the number is 0, 1 or N − 1: what generates no group worth the name.
    pub(crate) fn is_degenerate(&self) -> bool {
        let mut minus_one = MODULUS;
        minus_one[WIDTH - 1] -= 1;
        [*Self::small(0).0, *Self::small(1).0, minus_one].contains(&*self.0)
    }
}

impl fmt::Debug for Residue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Residue(..)")
    }
}

/// An unsigned integer as Java's `BigInteger.toByteArray()` writes it: as few bytes as hold it, with one zero byte in
/// front when the highest bit would otherwise read as a sign. Every hash in Cognito's SRP takes numbers in this form.
pub(crate) fn java_bytes(unsigned: &[u8]) -> Zeroizing<Vec<u8>> {
    let digits = without_leading_zeros(unsigned);
    let mut out = Zeroizing::new(Vec::with_capacity(digits.len() + 1));
    if digits.first().is_none_or(|&first| first >= 0x80) {
        out.push(0);
    }
    out.extend_from_slice(digits);
    out
}

pub(crate) fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    &bytes[zeros..]
}

const fn from_hex(text: &[u8; 2 * WIDTH]) -> [u8; WIDTH] {
    const fn nibble(digit: u8) -> u8 {
        if digit <= b'9' {
            digit - b'0'
        } else {
            digit - b'a' + 10
        }
    }
    let mut bytes = [0; WIDTH];
    let mut i = 0;
    while i < WIDTH {
        bytes[i] = nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]);
        i += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// num-bigint's signed form follows the same rules as Java's.
        #[test]
        fn numbers_are_hashed_as_java_writes_them(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let expected = BigInt::from_bytes_be(num_bigint::Sign::Plus, &bytes).to_signed_bytes_be();
            prop_assert_eq!(java_bytes(&bytes).to_vec(), expected);
        }
    }

    #[test]
    fn zero_is_hashed_as_one_byte() {
        assert_eq!(*java_bytes(&[]), [0]);
        assert_eq!(*java_bytes(&[0, 0]), [0]);
    }

    #[test]
    fn debug_output_shows_no_digit() {
        assert_eq!(format!("{:?}", Residue::small(7)), "Residue(..)");
    }
}
