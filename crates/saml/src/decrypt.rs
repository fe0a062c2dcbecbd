//! Encrypted assertions.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_128, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fault::Fault;
use crate::keys::compact;
use crate::names::{
    AES128_CBC, AES128_GCM, AES256_CBC, AES256_GCM, ASSERTION, ENCRYPTION, RSA_OAEP_MGF1P, SHA1, SIGNATURE,
};
use crate::xml::Node;

/// Bytes of an initialization vector: of CBC, and of GCM.
const BLOCK: usize = 16;
const NONCE: usize = 12;

/// The text in an encrypted assertion: with a key of ours, PKCS #8. Whatever goes wrong is one fault: what it was would tell somebody
/// who tries ciphertexts how near they are.
///
/// # Errors
/// [`Fault::Decryption`], [`Fault::Algorithm`].
pub(crate) fn assertion(encrypted: Node<'_, '_>, keys: &[&[u8]]) -> Result<String, Fault> {
    let data = encrypted.the(ENCRYPTION, "EncryptedData")?;
    let wrapped = wrapped_key(encrypted, data)?;
    let method = method_of(data)?;
    let sealed = bytes(data)?;
    let transported = bytes(wrapped)?;
    check_transport(wrapped)?;
    let opened = keys.iter().find_map(|key| {
        let content_key = unwrap(key, &transported)?;
        open(method, &content_key, &sealed)
    });
    let text = opened.ok_or(Fault::Decryption)?;
    String::from_utf8(text).map_err(|_| Fault::Decryption)
}

/// The key, beside the data or among its key infos: there is exactly one.
fn wrapped_key<'t, 'a>(encrypted: Node<'t, 'a>, data: Node<'t, 'a>) -> Result<Node<'t, 'a>, Fault> {
    let beside = encrypted.one(ENCRYPTION, "EncryptedKey")?;
    let inside = match data.one(SIGNATURE, "KeyInfo")? {
        Some(info) => info.one(ENCRYPTION, "EncryptedKey")?,
        None => None,
    };
    match (beside, inside) {
        (Some(key), None) | (None, Some(key)) => Ok(key),
        _ => Err(Fault::Shape("EncryptedKey")),
    }
}

fn method_of<'t>(node: Node<'t, '_>) -> Result<&'t str, Fault> {
    let method = node.the(ENCRYPTION, "EncryptionMethod")?;
    method.attribute("Algorithm").ok_or(Fault::Algorithm)
}

/// That the key is wrapped as it is unwrapped here: RSA-OAEP with its own defaults. PKCS #1 version 1.5 is not among what counts.
fn check_transport(wrapped: Node<'_, '_>) -> Result<(), Fault> {
    let method = wrapped.the(ENCRYPTION, "EncryptionMethod")?;
    let mut digests = method.named(SIGNATURE, "DigestMethod");
    let is_usual = digests.all(|digest| digest.attribute("Algorithm") == Some(SHA1));
    let has_label = method.named(ENCRYPTION, "OAEPparams").next().is_some();
    match method.attribute("Algorithm") == Some(RSA_OAEP_MGF1P) && is_usual && !has_label {
        true => Ok(()),
        false => Err(Fault::Algorithm),
    }
}

fn bytes(node: Node<'_, '_>) -> Result<Vec<u8>, Fault> {
    let data = node.the(ENCRYPTION, "CipherData")?;
    let text = data.the(ENCRYPTION, "CipherValue")?.text();
    let text = text.ok_or(Fault::Decryption)?;
    STANDARD.decode(compact(&text)).map_err(|_| Fault::Decryption)
}

fn unwrap(key: &[u8], transported: &[u8]) -> Option<Vec<u8>> {
    let key = PrivateDecryptingKey::from_pkcs8(key).ok()?;
    let key = OaepPrivateDecryptingKey::new(key).ok()?;
    let mut room = vec![0; key.min_output_size()];
    let opened = key
        .decrypt(&OAEP_SHA1_MGF1SHA1, transported, &mut room, None)
        .ok()?;
    Some(opened.to_vec())
}

fn open(method: &str, key: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    match method {
        AES128_GCM => open_gcm(UnboundKey::new(&AES_128_GCM, key).ok()?, sealed),
        AES256_GCM => open_gcm(UnboundKey::new(&AES_256_GCM, key).ok()?, sealed),
        AES128_CBC => open_cbc(&AES_128, key, sealed),
        AES256_CBC => open_cbc(&AES_256, key, sealed),
        _ => None,
    }
}

fn open_gcm(key: UnboundKey, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(NONCE)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = text.to_vec();
    let opened = LessSafeKey::new(key).open_in_place(nonce, Aad::empty(), &mut text);
    Some(opened.ok()?.to_vec())
}

fn open_cbc(algorithm: &'static Algorithm, key: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (vector, text) = sealed.split_at_checked(BLOCK)?;
    let vector: [u8; BLOCK] = vector.try_into().ok()?;
    let key = UnboundCipherKey::new(algorithm, key).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_iso10126(key).ok()?;
    let mut text = text.to_vec();
    let opened = key.decrypt(&mut text, DecryptionContext::Iv128(FixedLength::from(vector)));
    Some(opened.ok()?.to_vec())
}

/// Whether an element is an encrypted assertion.
pub(crate) fn is_encrypted(node: Node<'_, '_>) -> bool {
    node.is(ASSERTION, "EncryptedAssertion")
}
