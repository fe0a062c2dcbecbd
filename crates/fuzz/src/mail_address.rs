//! Addresses and mailboxes: the input is the text of one.

use poolhouse_mail::{Address, Email, Mailbox};

use crate::input::text;

/// What is accepted is safe on the wire, keeps to the limits and is read again as the same; and a mail to it, or with it as
/// the sender, has the headers that every mail has and no others.
pub(crate) fn run(data: &[u8]) {
    let text = text(data);
    if let Ok(address) = Address::parse(text) {
        check(&address);
        assert_eq!(
            text.rsplit_once('@').map(|(local, _)| local),
            Some(address.local())
        );
    }
    if let Ok(mailbox) = Mailbox::parse(text) {
        check(mailbox.address());
        check_name(&mailbox);
        check_mail(&mailbox);
    }
}

fn check(address: &Address) {
    let (whole, local, domain) = (address.as_str(), address.local(), address.domain());
    assert_eq!(whole, format!("{local}@{domain}"));
    assert!(whole.len() <= 254 && (1..=64).contains(&local.len()), "{whole:?}");
    let is_unsafe = |c: char| c.is_control() || c.is_whitespace() || "<>\"\\,;:()[]".contains(c);
    assert!(!whole.contains(is_unsafe), "{whole:?}");
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    assert!(domain.split('.').all(label), "{whole:?}");
    assert_eq!(address.needs_smtputf8(), !whole.is_ascii());
    assert_eq!(Address::parse(whole).as_ref(), Ok(address));
}

fn check_name(mailbox: &Mailbox) {
    let address = mailbox.address();
    let written = match mailbox.name() {
        None => address.to_string(),
        Some(name) => {
            assert!(!name.is_empty() && name.len() <= 256 && !name.contains(char::is_control));
            let quoted = name.replace('\\', r"\\").replace('"', r#"\""#);
            format!("\"{quoted}\" <{address}>")
        }
    };
    assert_eq!(Mailbox::parse(&written).as_ref(), Ok(mailbox), "{written:?}");
}

fn check_mail(mailbox: &Mailbox) {
    let mail = Email {
        message_id: "1@pool.example".to_owned(),
        date: 1_767_323_045,
        from: mailbox.clone(),
        bounces_to: None,
        to: mailbox.address().clone(),
        reply_to: None,
        subject: "Your code".to_owned(),
        text: "123456\n".to_owned(),
        html: None,
        picture: None,
        language: None,
    };
    // An address that the message's builder finds odd is an error, and no mail.
    let Ok(bytes) = mail.to_bytes() else { return };
    let whole = String::from_utf8_lossy(&bytes);
    assert!(!whole.replace("\r\n", "").contains(['\r', '\n']), "{whole:?}");
    let (head, _) = whole.split_once("\r\n\r\n").expect("a mail has a head");
    let names: Vec<&str> = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap_or_default())
        .collect();
    assert!(names.len() <= 12, "{head}");
    for name in ["From", "To"] {
        assert_eq!(names.iter().filter(|other| **other == name).count(), 1, "{head}");
    }
    for name in ["Bcc", "Cc", "Reply-To", "Sender"] {
        assert!(!names.contains(&name), "{head}");
    }
}
