//! Syslog messages by RFC 5424, in datagrams (RFC 5426), over a connection with their lengths (RFC 6587), by TLS likewise (RFC 5425), or
//! to a socket of this machine.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use poolhouse_outbound::http::HttpError;
use poolhouse_outbound::{TlsSource, client_config, open_tls, roots_of};
use poolhouse_pool::base::tls::provider;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpStream, UdpSocket, UnixDatagram};

use super::carried::Carried;
use crate::destination::{Syslog, SyslogTls};
use crate::error::StreamError;
use crate::shown::date;

/// `authpriv`: what is about who may do what.
const FACILITY: u32 = 10;
const NOTICE: u32 = 5;
const INFORMATION: u32 = 6;

/// A connection, in the clear or not.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// The connection that is kept between batches.
#[derive(Default)]
pub(super) struct Kept(Option<Box<dyn Wire>>);

impl Kept {
    pub(super) async fn send(
        &mut self,
        to: &Syslog,
        public: &TlsSource,
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
                let stream = match self.open_one().await {
                    Some(stream) => stream,
                    None => Box::new(TcpStream::connect(address).await?),
                };
                self.write(stream, messages).await?;
            }
            Syslog::Tls(to) => {
                let stream = match self.open_one().await {
                    Some(stream) => stream,
                    None => connect(to, public).await?,
                };
                self.write(stream, messages).await?;
            }
        }
        Ok(())
    }

    /// Writes the messages, each behind its length, and keeps the connection.
    async fn write(
        &mut self,
        mut stream: Box<dyn Wire>,
        messages: impl Iterator<Item = String>,
    ) -> Result<(), StreamError> {
        let text: String = messages
            .map(|message| format!("{} {message}", message.len()))
            .collect();
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await?;
        self.0 = Some(stream);
        Ok(())
    }

    /// The connection of the last batch, if it is open still. The other end says nothing: what can be read is its end.
    async fn open_one(&mut self) -> Option<Box<dyn Wire>> {
        let mut stream = self.0.take()?;
        let mut byte = [0];
        let is_open = poll_fn(|context| {
            let read = Pin::new(&mut stream).poll_read(context, &mut ReadBuf::new(&mut byte));
            Poll::Ready(read.is_pending())
        });
        is_open.await.then_some(stream)
    }
}

async fn connect(to: &SyslogTls, public: &TlsSource) -> Result<Box<dyn Wire>, StreamError> {
    let trusted = match &to.ca {
        None => public.clone(),
        // Read for each connection, so that a renewed file is taken up.
        Some(file) => trusting(&tokio::fs::read(file).await?)?,
    };
    let stream = open_tls(&to.host, to.port, &trusted).await;
    Ok(Box::new(stream.map_err(StreamError::Tls)?))
}

fn trusting(authorities: &[u8]) -> Result<TlsSource, StreamError> {
    let roots = roots_of(authorities).map_err(StreamError::Authorities)?;
    let config = client_config(provider(), roots);
    let config = config.map_err(|error| StreamError::Tls(HttpError::Tls(error)))?;
    Ok(TlsSource::ready(Arc::new(config)))
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
