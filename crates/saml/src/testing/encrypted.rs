//! Assertions encrypted as identity providers do it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_128, AES_256, Algorithm, DecryptionContext, EncryptionContext, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::keys::Key;
use crate::names::{AES128_CBC, AES256_CBC, AES256_GCM, ENCRYPTION, RSA_OAEP_MGF1P, SIGNATURE};

/// How the text is encrypted.
#[derive(Clone, Copy, Debug)]
pub enum Cipher {
    /// AES-128 in CBC.
    Aes128Cbc,
    /// AES-256 in CBC.
    Aes256Cbc,
    /// AES-256 in GCM.
    Aes256Gcm,
}

/// An `EncryptedAssertion` of this text for the key of a certificate. The content key is the same always: this is for tests.
pub fn encrypt(assertion: &str, recipient: &Key, cipher: Cipher) -> String {
    let (method, length) = match cipher {
        Cipher::Aes128Cbc => (AES128_CBC, 16),
        Cipher::Aes256Cbc => (AES256_CBC, 32),
        Cipher::Aes256Gcm => (AES256_GCM, 32),
    };
    let key = vec![9; length];
    let sealed = match cipher {
        Cipher::Aes128Cbc => cbc(&AES_128, &key, assertion),
        Cipher::Aes256Cbc => cbc(&AES_256, &key, assertion),
        Cipher::Aes256Gcm => gcm(&key, assertion),
    };
    let public = PublicEncryptingKey::from_der(recipient.public()).unwrap();
    let public = OaepPublicEncryptingKey::new(public).unwrap();
    let mut room = vec![0; public.ciphertext_size()];
    let wrapped = public
        .encrypt(&OAEP_SHA1_MGF1SHA1, &key, &mut room, None)
        .unwrap();
    format!(
        "<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc=\"{ENCRYPTION}\" Type=\"{ENCRYPTION}Element\">\
         <xenc:EncryptionMethod Algorithm=\"{method}\"/><ds:KeyInfo xmlns:ds=\"{SIGNATURE}\"><xenc:EncryptedKey>\
         <xenc:EncryptionMethod Algorithm=\"{RSA_OAEP_MGF1P}\"/><xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue>\
         </xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue>\
         </xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>",
        STANDARD.encode(wrapped),
        STANDARD.encode(sealed)
    )
}

fn cbc(algorithm: &'static Algorithm, key: &[u8], text: &str) -> Vec<u8> {
    let key = UnboundCipherKey::new(algorithm, key).unwrap();
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).unwrap();
    let vector = [5; 16];
    let mut sealed = text.as_bytes().to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(vector));
    let used = key.less_safe_encrypt(&mut sealed, context).unwrap();
    assert!(matches!(used, DecryptionContext::Iv128(_)));
    [&vector[..], &sealed].concat()
}

fn gcm(key: &[u8], text: &str) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    let nonce = [5; 12];
    let mut sealed = text.as_bytes().to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
        .unwrap();
    [&nonce[..], &sealed].concat()
}
