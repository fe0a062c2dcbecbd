//! Documents that are no responses: entities, sizes, what cannot be decrypted.

use poolhouse_saml::testing::{Cipher, Idp, Said, encrypt, expected, posted};
use poolhouse_saml::{Expected, Fault, accept};

use crate::{evil_with, fault, parts};

#[test]
fn no_entity_is_expanded_and_nothing_is_fetched() {
    let signed = Said::default().signed();
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10)))
        .collect();
    for head in [
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"http://169.254.169.254/latest/meta-data/\">]>".to_owned(),
        "<!DOCTYPE x SYSTEM \"http://evil.example/x.dtd\">".to_owned(),
        "<!DOCTYPE x [<!ENTITY % e SYSTEM \"http://evil.example/x.dtd\"> %e;]>".to_owned(),
        format!("<!DOCTYPE x [<!ENTITY a0 \"ha\">{laughs}<!ENTITY e \"&a9;\">]>"),
    ] {
        assert_eq!(fault(&format!("{head}{signed}")), Some(Fault::Xml));
        let used = signed.replacen(">alice<", ">&e;<", 1);
        assert_eq!(fault(&format!("{head}{used}")), Some(Fault::Xml));
    }
}

#[test]
fn what_is_too_long_or_too_deep_is_not_read() {
    let padded = |length: usize| {
        let signed = Said::default().signed();
        let filling = "x".repeat(length - signed.len() - "<!---->".len());
        format!("{signed}<!--{filling}-->")
    };
    assert_eq!(fault(&padded(100_000)), None);
    assert_eq!(fault(&padded(100_001)), Some(Fault::TooLarge));
    assert_eq!(fault(&padded(10_000_000)), Some(Fault::TooLarge));
    let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    assert_eq!(fault(&deep), Some(Fault::Xml));
    let [before, signed, after] = parts();
    let wide = "<a b=\"c\"/>".repeat(9_000);
    assert_eq!(
        fault(&format!(
            "{before}<samlp:Extensions>{wide}</samlp:Extensions>{signed}{after}"
        )),
        None
    );
}

#[test]
fn what_is_no_response_is_refused() {
    let keys = [Idp::new().key()];
    for (encoded, fault_of) in [
        ("", Fault::Xml),
        ("%%%", Fault::Encoding),
        ("/////w==", Fault::Encoding),
        (&posted(&Said::default().assertion()), Fault::Shape("Response")),
        (&posted(&Idp::new().metadata()), Fault::Shape("Response")),
        (&posted(&Said::default().around("")), Fault::Shape("Assertion")),
    ] {
        assert_eq!(accept(encoded, &expected(&keys)).err(), Some(fault_of));
    }
}

#[test]
fn what_cannot_be_decrypted_says_no_more_than_that() {
    let (idp, sp, said) = (Idp::new(), Idp::other(), Said::default());
    let (keys, private) = ([idp.key()], sp.private());
    let decryption = [private.as_slice()];
    let wanted = Expected {
        decryption: &decryption,
        ..expected(&keys)
    };
    let fault = |document: &str| accept(&posted(document), &wanted).err();
    let right = encrypt(&said.assertion(), &sp.key(), Cipher::Aes256Cbc);
    for (from, to, fault_of) in [
        ("xmlenc#rsa-oaep-mgf1p", "xmlenc#rsa-1_5", Fault::Algorithm),
        ("xmlenc#aes256-cbc", "xmlenc#tripledes-cbc", Fault::Decryption),
        ("xmlenc#aes256-cbc", "xmlenc#aes128-cbc", Fault::Decryption),
        ("<xenc:CipherValue>", "<xenc:CipherValue>AAAA", Fault::Decryption),
        (
            "<xenc:EncryptedKey>",
            "<xenc:EncryptedKey/><xenc:EncryptedKey>",
            Fault::Shape("EncryptedKey"),
        ),
        ("CipherValue", "CipherReference", Fault::Shape("CipherValue")),
    ] {
        let wrong = right.replace(from, to);
        assert_ne!(wrong, right);
        assert_eq!(fault(&said.around(&wrong)), Some(fault_of), "{from}");
    }
    // For somebody else, and to something that is no assertion.
    let for_others = encrypt(&said.assertion(), &idp.key(), Cipher::Aes256Gcm);
    assert_eq!(fault(&said.around(&for_others)), Some(Fault::Decryption));
    let nonsense = encrypt("<a/>", &sp.key(), Cipher::Aes256Gcm);
    assert_eq!(fault(&said.around(&nonsense)), Some(Fault::Shape("Assertion")));
    let two = encrypt(&evil_with(&said.assertion()), &sp.key(), Cipher::Aes256Gcm);
    assert_eq!(fault(&said.around(&two)), Some(Fault::Signature));
}
