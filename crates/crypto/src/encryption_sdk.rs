//! Messages of the AWS Encryption SDK: what Amazon Cognito hands codes to custom senders in, and what every such function opens
//! with a library of AWS's.
//!
//! Version 1 of the message format with algorithm suite 0x0378 (AES-256-GCM, the key by HKDF-SHA-384, signed with ECDSA on P-384), as
//! codes of Amazon Cognito are. The data key is wrapped twice, under the same local key: for a function that asks something in the place of
//! KMS to unwrap it ([`unwrap`]), as it asks KMS on AWS, and as the SDK's raw AES keyring wraps it, for one that has the key. A message
//! has one frame, so a text has at most [`LONGEST`] bytes.
//!
//! Where this is known from: *AWS Encryption SDK message format reference* and *algorithms reference*; the raw AES keyring of
//! `aws-encryption-sdk-javascript`.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA384, KeyType, Salt};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::Entropy;
use crate::fatal::out_of_memory;

/// The most bytes of a text.
pub const LONGEST: usize = FRAME;

const VERSION: u8 = 1;
/// A customer's data, authenticated and encrypted.
const TYPE: u8 = 0x80;
const SUITE: u16 = 0x0378;
/// The body is in frames.
const FRAMED: u8 = 2;
const FRAME: usize = 4096;
const FINAL_FRAME: &[u8] = b"AWSKMSEncryptionClient Final Frame";
const LAST: u32 = u32::MAX;
const TAG_BYTES: usize = 16;
const TAG_BITS: u32 = 128;
const NONCE_BYTES: u8 = 12;
const FRAME_BYTES: u32 = 4096;
const KEY_BYTES: usize = 32;
const MESSAGE_ID_BYTES: usize = 16;
/// The provider of keys that a KMS keyring unwraps.
const KMS: &str = "aws-kms";
/// The member of the context that names the key of the signature.
const PUBLIC_KEY: &str = "aws-crypto-public-key";

/// The key that both sides have, and how a keyring names it.
pub struct Wrapping<'a> {
    /// `keyNamespace` of the raw AES keyring. AWS's own begin with `aws-kms`.
    pub namespace: &'a str,
    /// The ARN of the key as KMS would have it, and `keyName` of the raw AES keyring.
    pub name: &'a str,
    /// The key: `unencryptedMasterKey`.
    pub key: &'a [u8; KEY_BYTES],
}

/// Why there is no message, or it does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageError {
    /// The text, or a name, is longer than a message has room for.
    TooLong,
    /// AWS-LC made no signature.
    Signature,
    /// It is not one of these messages, is for another key or context, or was changed.
    Unsealable,
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MessageError::TooLong => "the text is too long for a message",
            MessageError::Signature => "the message could not be signed",
            MessageError::Unsealable => "the message cannot be opened",
        })
    }
}

impl std::error::Error for MessageError {}

/// The encryption context: what a message is about, in the clear, and opens with alone.
pub type Context = BTreeMap<String, String>;

/// Writes a message. The context gets the key of the signature beside what is in it.
///
/// # Errors
/// [`MessageError::TooLong`]; [`MessageError::Signature`].
pub fn seal(
    entropy: &dyn Entropy,
    wrapping: &Wrapping<'_>,
    mut context: Context,
    plain: &[u8],
) -> Result<Vec<u8>, MessageError> {
    if plain.len() > LONGEST {
        return Err(MessageError::TooLong);
    }
    let pair =
        EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING).map_err(|_| MessageError::Signature)?;
    let point = compressed(pair.public_key().as_ref()).ok_or(MessageError::Signature)?;
    context.insert(PUBLIC_KEY.to_owned(), STANDARD.encode(point));
    let mut message_id = [0; MESSAGE_ID_BYTES];
    entropy.fill(&mut message_id);
    let mut data_key = Zeroizing::new([0; KEY_BYTES]);
    entropy.fill(&mut *data_key);

    let mut message = header(entropy, wrapping, &context, (&message_id, &data_key))?;
    let key = derived(&data_key, &message_id);
    let authenticated = sealed(&key, [0; NONCE_LEN], &message, &[]);
    message.extend([0; NONCE_LEN]);
    message.extend(authenticated);
    message.extend(LAST.to_be_bytes());
    message.extend(1_u32.to_be_bytes());
    message.extend(nonce_of(1));
    message.extend(length_32(plain)?);
    message.extend(sealed(
        &key,
        nonce_of(1),
        &about_frame(&message_id, plain.len()),
        plain,
    ));
    let signature = pair.sign(&SystemRandom::new(), &message);
    let signature = signature.map_err(|_| MessageError::Signature)?;
    message.extend(prefixed(signature.as_ref())?);
    Ok(message)
}

/// Opens a message of [`seal`], and says what it is about.
///
/// # Errors
/// [`MessageError::Unsealable`]
pub fn open(wrapping: &Wrapping<'_>, message: &[u8]) -> Result<(Context, Zeroizing<Vec<u8>>), MessageError> {
    read(wrapping, message).ok_or(MessageError::Unsealable)
}

/// Unwraps a data key as KMS does, for the same context.
///
/// # Errors
/// [`MessageError::Unsealable`]
pub fn unwrap(
    key: &[u8; KEY_BYTES],
    context: &Context,
    wrapped: &[u8],
) -> Result<Zeroizing<[u8; KEY_BYTES]>, MessageError> {
    let about = context_bytes(context)?;
    let opened = wrapped
        .split_first_chunk::<NONCE_LEN>()
        .and_then(|(nonce, wrapped)| opened(&aead(key), *nonce, &about, wrapped));
    let data_key = opened.and_then(|data_key| data_key.as_slice().try_into().ok());
    data_key.map(Zeroizing::new).ok_or(MessageError::Unsealable)
}

fn read(wrapping: &Wrapping<'_>, message: &[u8]) -> Option<(Context, Zeroizing<Vec<u8>>)> {
    let mut rest = message;
    let head = take(&mut rest, 4)?;
    if head != [&[VERSION, TYPE][..], &SUITE.to_be_bytes()].concat() {
        return None;
    }
    let message_id: [u8; MESSAGE_ID_BYTES] = take(&mut rest, MESSAGE_ID_BYTES)?.try_into().ok()?;
    let about = text_16(&mut rest)?;
    let context = read_context(about)?;
    (take(&mut rest, 2)? == [0, 2]).then_some(())?;
    (text_16(&mut rest)? == KMS.as_bytes()).then_some(())?;
    (text_16(&mut rest)? == wrapping.name.as_bytes()).then_some(())?;
    let by_kms = unwrap(wrapping.key, &context, text_16(&mut rest)?).ok()?;
    (text_16(&mut rest)? == wrapping.namespace.as_bytes()).then_some(())?;
    let info = text_16(&mut rest)?;
    let named = info.strip_prefix(wrapping.name.as_bytes())?;
    let nonce: [u8; NONCE_LEN] = named.get(8..)?.try_into().ok()?;
    let data_key = opened(&aead(wrapping.key), nonce, about, text_16(&mut rest)?)?;
    let data_key: Zeroizing<[u8; KEY_BYTES]> = Zeroizing::new(data_key.as_slice().try_into().ok()?);
    (data_key == by_kms).then_some(())?;
    take(&mut rest, 1 + 4 + 1 + 4)?;
    let header = &message[..message.len() - rest.len()];
    let key = derived(&data_key, &message_id);
    let nonce: [u8; NONCE_LEN] = take(&mut rest, NONCE_LEN)?.try_into().ok()?;
    opened(&key, nonce, header, take(&mut rest, TAG_BYTES)?)?;
    (take(&mut rest, 8)? == [LAST.to_be_bytes(), 1_u32.to_be_bytes()].concat()).then_some(())?;
    let nonce: [u8; NONCE_LEN] = take(&mut rest, NONCE_LEN)?.try_into().ok()?;
    let length = u32::from_be_bytes(take(&mut rest, 4)?.try_into().ok()?);
    let length = usize::try_from(length).ok().filter(|length| *length <= FRAME)?;
    let content = take(&mut rest, length + TAG_BYTES)?;
    let plain = opened(&key, nonce, &about_frame(&message_id, length), content)?;
    let is_signed = &message[..message.len() - rest.len()];
    let signature = text_16(&mut rest)?;
    let point = STANDARD.decode(context.get(PUBLIC_KEY)?).ok()?;
    let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, point);
    public.verify(is_signed, signature).ok()?;
    rest.is_empty().then_some((context, plain))
}

/// The header, without what authenticates it.
fn header(
    entropy: &dyn Entropy,
    wrapping: &Wrapping<'_>,
    context: &Context,
    (message_id, data_key): (&[u8; MESSAGE_ID_BYTES], &Zeroizing<[u8; KEY_BYTES]>),
) -> Result<Vec<u8>, MessageError> {
    let about = context_bytes(context)?;
    let wrap = || {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        (nonce, sealed(&aead(wrapping.key), nonce, &about, &**data_key))
    };
    let (nonce, wrapped) = wrap();
    let for_kms = [&nonce[..], &wrapped].concat();
    let (nonce, wrapped) = wrap();
    let info = [
        wrapping.name.as_bytes(),
        &TAG_BITS.to_be_bytes(),
        &u32::from(NONCE_BYTES).to_be_bytes(),
        &nonce,
    ]
    .concat();
    let mut header = vec![VERSION, TYPE];
    header.extend(SUITE.to_be_bytes());
    header.extend(message_id);
    header.extend(prefixed(&about)?);
    header.extend(2_u16.to_be_bytes());
    header.extend(prefixed(KMS.as_bytes())?);
    header.extend(prefixed(wrapping.name.as_bytes())?);
    header.extend(prefixed(&for_kms)?);
    header.extend(prefixed(wrapping.namespace.as_bytes())?);
    header.extend(prefixed(&info)?);
    header.extend(prefixed(&wrapped)?);
    header.push(FRAMED);
    header.extend([0; 4]);
    header.push(NONCE_BYTES);
    header.extend(FRAME_BYTES.to_be_bytes());
    Ok(header)
}

/// How many pairs, and the pairs in order.
fn context_bytes(context: &Context) -> Result<Vec<u8>, MessageError> {
    let pairs = u16::try_from(context.len()).map_err(|_| MessageError::TooLong)?;
    let mut bytes = pairs.to_be_bytes().to_vec();
    for (name, value) in context {
        bytes.extend(prefixed(name.as_bytes())?);
        bytes.extend(prefixed(value.as_bytes())?);
    }
    Ok(bytes)
}

fn read_context(mut bytes: &[u8]) -> Option<Context> {
    let pairs = u16::from_be_bytes(take(&mut bytes, 2)?.try_into().ok()?);
    let mut text = || Some(std::str::from_utf8(text_16(&mut bytes)?).ok()?.to_owned());
    let context = (0..pairs).map(|_| Some((text()?, text()?))).collect();
    bytes.is_empty().then_some(context)?
}

/// What the frame's tag covers beside its content.
fn about_frame(message_id: &[u8; MESSAGE_ID_BYTES], length: usize) -> Vec<u8> {
    let length = (length as u64).to_be_bytes();
    [&message_id[..], FINAL_FRAME, &1_u32.to_be_bytes(), &length].concat()
}

/// The nonce of a frame: its number.
fn nonce_of(frame: u32) -> [u8; NONCE_LEN] {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - 4..].copy_from_slice(&frame.to_be_bytes());
    nonce
}

/// The bytes behind their length in two bytes.
fn prefixed(bytes: &[u8]) -> Result<Vec<u8>, MessageError> {
    let length = u16::try_from(bytes.len()).map_err(|_| MessageError::TooLong)?;
    Ok([&length.to_be_bytes()[..], bytes].concat())
}

fn length_32(bytes: &[u8]) -> Result<[u8; 4], MessageError> {
    let length = u32::try_from(bytes.len()).map_err(|_| MessageError::TooLong)?;
    Ok(length.to_be_bytes())
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn text_16<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u16::from_be_bytes(take(rest, 2)?.try_into().ok()?);
    take(rest, length.into())
}

/// A point of P-384 with the sign of `y` in place of it.
fn compressed(point: &[u8]) -> Option<Vec<u8>> {
    const COORDINATE: usize = 48;
    let (x, y) = point.strip_prefix(&[4])?.split_at_checked(COORDINATE)?;
    let sign = 2 + (y.last()? & 1);
    Some([&[sign], x].concat())
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

/// The key of a message.
fn derived(data_key: &[u8; KEY_BYTES], message_id: &[u8; MESSAGE_ID_BYTES]) -> LessSafeKey {
    let secret = Salt::new(HKDF_SHA384, &[]).extract(data_key);
    let (suite, mut key) = (SUITE.to_be_bytes(), Zeroizing::new([0; KEY_BYTES]));
    let info = [&suite[..], message_id];
    let filled = secret.expand(&info, Length).and_then(|okm| okm.fill(&mut *key));
    // HKDF gives 32 bytes of any secret.
    let Ok(()) = filled else { out_of_memory() };
    aead(&key)
}

fn aead(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    // AES-256 takes any 32 bytes.
    let Ok(unbound) = UnboundKey::new(&AES_256_GCM, key) else {
        out_of_memory()
    };
    LessSafeKey::new(unbound)
}

/// The content and its tag.
fn sealed(key: &LessSafeKey, nonce: [u8; NONCE_LEN], about: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut content = plain.to_vec();
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(about), &mut content);
    // AES-GCM refuses only contents beyond 64 GiB.
    let Ok(tag) = tag else { out_of_memory() };
    content.extend(tag.as_ref());
    content
}

fn opened(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    about: &[u8],
    content: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(content.to_vec());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let plain = key
        .open_in_place(nonce, Aad::from(about), &mut content)
        .ok()?
        .len();
    content.truncate(plain);
    Some(content)
}

#[cfg(test)]
mod tests;
