//! One request and its answer over a connection that was checked.

use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::handshake;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::asked::{Asked, Fetched};
use super::error::Unfetched;
use super::target::Target;
use crate::tls::TlsSource;

/// Who asks.
const AGENT: &str = "Poolhouse";
/// The content type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// Sends the request, by TLS where the target says so, and reads the answer within so many bytes.
pub(super) async fn over(
    tcp: TcpStream,
    target: &Target,
    tls: &TlsSource,
    asked: Asked<'_>,
    bytes: usize,
) -> Result<Fetched, Unfetched> {
    tcp.set_nodelay(true).map_err(Unfetched::Connect)?;
    let request = written(target, asked)?;
    if !target.is_tls() {
        return answer(tcp, request, bytes).await;
    }
    let config = tls.config().map_err(Unfetched::Tls)?;
    let name = ServerName::try_from(target.host().to_owned()).map_err(|_| Unfetched::Host)?;
    let stream = TlsConnector::from(config).connect(name, tcp).await;
    answer(stream.map_err(Unfetched::Handshake)?, request, bytes).await
}

fn written(target: &Target, asked: Asked<'_>) -> Result<Request<Full<bytes::Bytes>>, Unfetched> {
    let mut request = match asked.form {
        Some(_) => Request::post(target.path()).header(header::CONTENT_TYPE, FORM),
        None => Request::get(target.path()),
    }
    .header(header::HOST, target.authority())
    .header(header::USER_AGENT, AGENT)
    .header(header::ACCEPT_ENCODING, "identity");
    for (name, value) in asked.headers {
        request = request.header(name, value);
    }
    let body = Full::from(asked.form.unwrap_or_default());
    request.body(body).map_err(Unfetched::Request)
}

async fn answer<S>(
    stream: S,
    request: Request<Full<bytes::Bytes>>,
    bytes: usize,
) -> Result<Fetched, Unfetched>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(Unfetched::Http)?;
    // The connection ends with this request, also with one that is given up.
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(Unfetched::Http)?;
        let (head, body) = answer.into_parts();
        if head.status.is_redirection() {
            return Err(Unfetched::Redirect);
        }
        let encoding = head.headers.get(header::CONTENT_ENCODING);
        if encoding.is_some_and(|held| !held.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(Unfetched::Encoded);
        }
        let body = Limited::new(body, bytes).collect().await;
        Ok(Fetched {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.map_err(Unfetched::Body)?.to_bytes(),
        })
    };
    let mut exchange = std::pin::pin!(exchange);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        answered = &mut exchange => answered,
        // What ends the connection early comes back from the request that notices.
        _ = &mut connection => exchange.await,
    }
}
