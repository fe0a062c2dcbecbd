//! Syslog messages by RFC 5424, in datagrams (RFC 5426), over a connection with their lengths (RFC 6587), or to a socket of this
//! machine.

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UdpSocket, UnixDatagram};

use super::carried::Carried;
use crate::destination::Syslog;
use crate::error::StreamError;
use crate::shown::date;

/// `authpriv`: what is about who may do what.
const FACILITY: u32 = 10;
const NOTICE: u32 = 5;
const INFORMATION: u32 = 6;

/// The connection that is kept between batches.
#[derive(Default)]
pub(super) struct Kept(Option<TcpStream>);

impl Kept {
    pub(super) async fn send(
        &mut self,
        to: &Syslog,
        host: &str,
        lines: &[Carried],
    ) -> Result<(), StreamError> {
        let messages = lines.iter().map(|line| message(host, line));
        match to {
            Syslog::Udp(address) => {
                let socket = UdpSocket::bind(unspecified(address)).await?;
                socket.connect(address).await?;
                for message in messages {
                    socket.send(message.as_bytes()).await?;
                }
            }
            Syslog::Unix(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                for message in messages {
                    socket.send(message.as_bytes()).await?;
                }
            }
            Syslog::Tcp(address) => {
                let mut stream = match self.0.take().filter(is_open) {
                    Some(stream) => stream,
                    None => TcpStream::connect(address).await?,
                };
                let text: String = messages
                    .map(|message| format!("{} {message}", message.len()))
                    .collect();
                stream.write_all(text.as_bytes()).await?;
                stream.flush().await?;
                self.0 = Some(stream);
            }
        }
        Ok(())
    }
}

/// The other end says nothing: what can be read is its end.
fn is_open(stream: &TcpStream) -> bool {
    let mut byte = [0];
    matches!(stream.try_read(&mut byte), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

fn unspecified(address: &str) -> &'static str {
    if address.starts_with('[') {
        "[::]:0"
    } else {
        "0.0.0.0:0"
    }
}

/// `<PRI>1 TIME HOST APP PROCID MSGID DATA MESSAGE`, of which the process and the data are left out.
fn message(host: &str, line: &Carried) -> String {
    let severity = if line.is_notice { NOTICE } else { INFORMATION };
    let name: String = host.chars().filter(char::is_ascii_graphic).take(255).collect();
    let name = if name.is_empty() { "-" } else { &name };
    let priority = FACILITY * 8 + severity;
    format!(
        "<{priority}>1 {} {name} poolhouse - audit - {}",
        date(line.at),
        line.json
    )
}

#[cfg(test)]
mod tests {
    use poolhouse_pool::base::clock::Millis;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_says_how_grave_it_is_when_where_and_what() {
        let line = |is_notice| Carried {
            at: Millis(1_767_323_045_678),
            is_notice,
            json: json!({ "operation": "AdminDeleteUser" }),
        };
        assert_eq!(
            message("pool-1", &line(false)),
            r#"<86>1 2026-01-02T03:04:05.678Z pool-1 poolhouse - audit - {"operation":"AdminDeleteUser"}"#
        );
        assert!(message("", &line(true)).starts_with("<85>1 2026-01-02T03:04:05.678Z - poolhouse "));
        assert!(message("a b\n", &line(true)).contains(" ab poolhouse "));
    }
}
