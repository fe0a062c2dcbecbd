//! The audit log, sent on by the program.

use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use poolhouse_pool::testing::Scratch;

use crate::program::{Server, run};

/// Makes access keys until somebody connects: a stream begins a moment after its server.
fn create_keys_until_connected(scratch: &Scratch, listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    let connected = (0..1000).find_map(|_| {
        let created = run(scratch, &["keys", "create", "--read-only", "--data", "d"]);
        assert!(created.status.success(), "{created:?}");
        listener.accept().ok()
    });
    let (stream, _) = connected.expect("the server connects");
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// The first message, behind its length.
fn first_message(stream: TcpStream) -> String {
    let mut stream = BufReader::new(stream);
    let mut length = Vec::new();
    stream.read_until(b' ', &mut length).unwrap();
    let length: usize = String::from_utf8(length).unwrap().trim().parse().unwrap();
    let mut message = vec![0; length];
    stream.read_exact(&mut message).unwrap();
    String::from_utf8(message).unwrap()
}

#[test]
fn a_key_that_is_made_beside_a_server_is_in_its_log_and_at_the_syslog_daemon() {
    let scratch = Scratch::default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let settings = format!("[audit.streams.logs]\nsyslog = \"tcp://{address}\"\n");
    scratch.write("poolhouse.toml", &settings);
    let server = Server::start(&scratch, &["--data", "d", "--config", "poolhouse.toml"]);
    let text = first_message(create_keys_until_connected(&scratch, &listener));
    assert!(text.starts_with("<86>1 ") && text.ends_with('}'), "{text}");
    assert!(
        text.contains(" poolhouse - audit - {\"operation\":\"poolhouse keys create\""),
        "{text}"
    );

    let log = run(&scratch, &["audit", "--data", "d"]);
    let log = String::from_utf8(log.stdout).unwrap();
    let line = log.lines().next().unwrap();
    assert!(line.contains(" poolhouse keys create done request="), "{line}");
    assert!(server.stop());
}
