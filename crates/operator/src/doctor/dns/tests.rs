use super::message::tests::answer;
use super::*;

/// A resolver that answers by the name that is asked about, over UDP, as long as the test runs.
async fn serve(zone: &'static [(&'static str, &'static [&'static str])]) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut packet = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut packet).await {
            let query = &packet[..length];
            let found = zone.iter().find(|(name, _)| {
                let id = u16::from_be_bytes([query[0], query[1]]);
                message::query(id, name, Kind::Text).as_deref() == Some(query)
            });
            let reply = match found {
                Some((_, texts)) => {
                    let records: Vec<&[&str]> = texts.iter().map(std::slice::from_ref).collect();
                    answer(query, 0, &records)
                }
                None => answer(query, 3, &[]),
            };
            socket.send_to(&reply, from).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn the_senders_records_are_found() {
    let server = serve(&[
        (
            "mail.example.com",
            &["v=spf1 include:amazonses.com -all", "something else", "v=spf10"],
        ),
        ("_dmarc.example.com", &["v=DMARC1; p=reject"]),
        ("a._domainkey.mail.example.com", &["p=key"]),
    ])
    .await;
    let dkim = [
        "a._domainkey.mail.example.com".to_owned(),
        "b._domainkey.mail.example.com".to_owned(),
    ];
    let records = Resolver {
        servers: vec![server],
    }
    .sender("mail.example.com", &dkim)
    .await
    .unwrap();
    assert_eq!(records.spf, ["v=spf1 include:amazonses.com -all"]);
    assert_eq!(records.dmarc.as_deref(), Some("v=DMARC1; p=reject"));
    assert_eq!(
        records
            .dkim
            .iter()
            .map(|(_, is_there)| *is_there)
            .collect::<Vec<_>>(),
        [true, false]
    );
}

#[tokio::test]
async fn a_domain_without_records_is_not_one_without_an_answer() {
    let server = serve(&[]).await;
    let records = Resolver {
        servers: vec![server],
    }
    .sender("example.com", &[])
    .await
    .unwrap();
    assert_eq!(
        records,
        SenderRecords {
            domain: "example.com".to_owned(),
            ..SenderRecords::default()
        }
    );
    // Nobody listens at a port that was just given back.
    let gone = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let error = Resolver { servers: vec![gone] }
        .sender("example.com", &[])
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the resolver 127.0.0.1 cannot be reached");
    assert_eq!(
        Resolver { servers: vec![] }
            .sender("example.com", &[])
            .await
            .unwrap_err()
            .to_string(),
        "no resolver is known"
    );
}

#[test]
fn resolvers_are_read_from_the_machines_file() {
    let servers = |text: &str| {
        Resolver::of(text)
            .servers
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        servers("# x\nsearch a\nnameserver 192.0.2.1\n nameserver fe80::1%eth0\nnameserver 192.0.2.3\n"),
        ["192.0.2.1:53", "[fe80::1]:53"]
    );
    assert_eq!(servers("options rotate\n"), ["127.0.0.1:53"]);
}
