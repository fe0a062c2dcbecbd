//! Sends one mail and prints how it ended, as one line of JSON: `send SMTP-URL FROM TO [CA-FILE]`.
//!
//! `tests/mail` drives it against mail servers that nobody here wrote. The certificates of CA-FILE (PEM) are the only
//! ones trusted.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use poolhouse_mail::smtp::{self, Deadlines, Relay, TlsSource};
use poolhouse_mail::{Address, Email, Mailbox};
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (url, from, to, ca_file) = match &arguments[..] {
        [url, from, to] => (url, from, to, None),
        [url, from, to, ca_file] => (url, from, to, Some(ca_file)),
        _ => return Err("usage: send SMTP-URL FROM TO [CA-FILE]".into()),
    };
    let mut roots = RootCertStore::empty();
    for certificate in ca_file
        .map(CertificateDer::pem_file_iter)
        .transpose()?
        .into_iter()
        .flatten()
    {
        roots.add(certificate?)?;
    }
    let tls = TlsSource::ready(Arc::new(smtp::client_config(
        Arc::new(ring::default_provider()),
        roots,
    )?));
    let email = Email {
        message_id: "example.1@pool.example".to_owned(),
        date: 1_763_823_600,
        from: Mailbox::parse(from)?,
        to: Address::parse(to)?,
        reply_to: None,
        bounces_to: None,
        picture: None,
        subject: "Dein Anmelde-Code für Bücher 📚".to_owned(),
        text: "Grüße.\n.\n..two dots\nYour code is 123456\n".to_owned(),
        html: Some(format!(
            "<p>Your code is <b>123456</b></p>{}",
            "<i>x</i>".repeat(300)
        )),
        language: Some("de".to_owned()),
    };
    let relay = Relay::parse(url)?;
    let sent = smtp::send(
        &relay,
        &tls,
        &email.envelope(),
        &email.to_bytes()?,
        &Deadlines::default(),
    )
    .await;
    writeln!(std::io::stdout(), "{}", outcome(sent))?;
    Ok(())
}

fn outcome(sent: Result<smtp::Accepted, smtp::SendError>) -> Value {
    match sent {
        Ok(accepted) => json!({ "accepted": accepted.queue_text() }),
        Err(error) => json!({
            "class": format!("{:?}", error.class()),
            "phase": format!("{:?}", error.phase()),
            "error": error.to_string(),
        }),
    }
}
