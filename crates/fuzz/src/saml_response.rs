//! What a browser posts as a SAML response, and metadata. The first byte of the input says what the rest is: a document (`r`), metadata
//! (`m`), or changes of a response that is signed.

use std::sync::OnceLock;

use poolhouse_saml::testing::{Idp, Said, expected, posted};
use poolhouse_saml::{Assertion, Metadata, accept};

use crate::input::{Input, edited};

/// Nothing is believed that nobody signed. Of what is signed, whatever is changed, either nothing is believed or what was signed.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte() {
        b'r' => {
            let document = String::from_utf8_lossy(input.rest()).into_owned();
            assert!(read(&document).is_none());
        }
        b'm' => {
            let document = String::from_utf8_lossy(input.rest());
            if let Ok(metadata) = Metadata::read(&document) {
                assert!(!metadata.keys.is_empty() && !metadata.entity_id.is_empty());
                assert!(metadata.sign_in.starts_with("http"));
            }
        }
        _ => changed(input),
    }
}

fn read(document: &str) -> Option<Assertion> {
    accept(&posted(document), &expected(&[Idp::new().key()])).ok()
}

/// A response that is signed, and what it says.
fn signed() -> &'static (String, Assertion) {
    static SIGNED: OnceLock<(String, Assertion)> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let document = Said::default().signed();
        let assertion = read(&document).expect("it is right as it is");
        (document, assertion)
    })
}

fn changed(mut input: Input<'_>) {
    let (document, assertion) = signed();
    let bytes = edited(document.as_bytes(), &mut input);
    if let Some(read) = read(&String::from_utf8_lossy(&bytes)) {
        assert_eq!(&read, assertion);
    }
}
