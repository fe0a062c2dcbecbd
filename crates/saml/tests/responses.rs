//! Responses that are right, in every form in which identity providers send them.

use poolhouse_saml::testing::{Cipher, Idp, NOW, Said, encrypt, expected, posted};
use poolhouse_saml::{Expected, Fault, accept};

fn read(document: &str) -> Result<poolhouse_saml::Assertion, Fault> {
    accept(&posted(document), &expected(&[Idp::new().key()]))
}

#[test]
fn a_signed_assertion_says_who_somebody_is() {
    let read = read(&Said::default().signed()).unwrap();
    assert_eq!(read.id, "_assertion");
    assert_eq!(read.name_id, "alice");
    assert_eq!(read.issuer, "https://idp.example/metadata");
    assert_eq!(read.session_index.as_deref(), Some("_session"));
    assert_eq!(read.attributes["email"], ["alice@example.com"]);
    // Five minutes, and what the clocks may differ.
    assert_eq!(read.ends, NOW + 360_000);
}

#[test]
fn response_or_assertion_or_both_may_be_signed() {
    let (idp, said) = (Idp::new(), Said::default());
    let inner = said.signed();
    let outer = idp.sign(&said.response(), &said.response_id);
    let both = idp.sign(&inner, &said.response_id);
    for document in [inner, outer, both] {
        assert_eq!(read(&document).map(|read| read.name_id).as_deref(), Ok("alice"));
    }
}

#[test]
fn an_attribute_may_have_several_values_and_stand_twice() {
    let said = Said {
        attributes: vec![
            ("groups".to_owned(), vec!["a".to_owned(), "b".to_owned()]),
            ("groups".to_owned(), vec!["c&amp;d".to_owned()]),
            ("none".to_owned(), Vec::new()),
            (
                "element".to_owned(),
                vec!["<saml:NameID>x</saml:NameID>".to_owned()],
            ),
        ],
        ..Said::default()
    };
    let read = read(&said.signed()).unwrap();
    assert_eq!(read.attributes["groups"], ["a", "b", "c&d"]);
    assert!(read.attributes["none"].is_empty() && read.attributes["element"].is_empty());
}

#[test]
fn an_encrypted_assertion_is_read_with_the_pools_key() {
    let (idp, sp, said) = (Idp::new(), Idp::other(), Said::default());
    let signed = said.signed();
    let from = signed.find("<saml:Assertion").unwrap();
    let until = signed.find("</samlp:Response>").unwrap();
    let (keys, private) = ([idp.key()], sp.private());
    let decryption = [private.as_slice()];
    let wanted = Expected {
        decryption: &decryption,
        wants_encrypted: true,
        ..expected(&keys)
    };
    for cipher in [Cipher::Aes128Cbc, Cipher::Aes256Cbc, Cipher::Aes256Gcm] {
        let inner = said.around(&encrypt(&signed[from..until], &sp.key(), cipher));
        let outer = said.around(&encrypt(&said.assertion(), &sp.key(), cipher));
        let outer = idp.sign(&outer, &said.response_id);
        for document in [inner, outer] {
            let read = accept(&posted(&document), &wanted);
            assert_eq!(
                read.map(|read| read.name_id).as_deref(),
                Ok("alice"),
                "{cipher:?}"
            );
        }
        // Signed by nobody.
        let neither = said.around(&encrypt(&said.assertion(), &sp.key(), cipher));
        assert_eq!(accept(&posted(&neither), &wanted).err(), Some(Fault::Unsigned));
    }
    assert_eq!(accept(&posted(&signed), &wanted).err(), Some(Fault::NotEncrypted));
}

#[test]
fn a_response_that_nobody_asked_for_answers_nothing_and_is_fresh() {
    let keys = [Idp::new().key()];
    let unasked = Expected {
        in_response_to: None,
        ..expected(&keys)
    };
    let said = |issued| Said {
        in_response_to: None,
        issued,
        until: NOW + 3_600_000,
        ..Said::default()
    };
    let accept = |said: Said| accept(&posted(&said.signed()), &unasked).map(|read| read.name_id);
    assert_eq!(accept(said(NOW)).as_deref(), Ok("alice"));
    assert_eq!(accept(said(NOW - 360_000)).as_deref(), Ok("alice"));
    assert_eq!(accept(said(NOW - 361_000)), Err(Fault::Expired));
    assert_eq!(accept(Said::default()), Err(Fault::InResponseTo));
}

#[test]
fn any_certificate_of_the_provider_counts_while_it_is_valid() {
    let keys = [Idp::other().key(), Idp::new().key()];
    assert!(accept(&posted(&Said::default().signed()), &expected(&keys)).is_ok());
}
