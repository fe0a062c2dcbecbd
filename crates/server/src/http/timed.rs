//! A connection that hangs up on whoever keeps it waiting.
//!
//! hyper has one timer for heads, which would end idle connections as early as half-sent ones. Here a connection that
//! waits for a request may be idle for long, one whose head has begun must end it soon, and one whose answer is not
//! taken must take some of it. Bodies have their own limit, in `body`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep, timeout};

/// How long a connection may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between requests, and before the first.
    pub idle: Duration,
    /// From a head's first octet to its last.
    pub head: Duration,
    /// For any progress in taking an answer.
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            idle: Duration::from_secs(60),
            head: Duration::from_secs(10),
            write: Duration::from_secs(30),
        }
    }
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing: it waits for a request.
    Idle,
    /// A request's head has begun.
    Head,
    /// A request is being served.
    Serving,
}

/// What a connection is doing, shared by its stream, its service and whoever watches both.
pub(super) struct Progress(watch::Sender<Phase>);

impl Progress {
    /// A new connection's.
    pub fn new() -> Arc<Progress> {
        Arc::new(Progress(watch::Sender::new(Phase::Idle)))
    }

    /// Marks a request as being served until the returned guard is dropped.
    pub fn begin(self: &Arc<Progress>) -> Serving {
        self.0.send_replace(Phase::Serving);
        Serving(self.clone())
    }

    /// Returns when the connection has kept the server waiting for too long.
    pub async fn overdue(&self, patience: Patience) {
        let mut phase = self.0.subscribe();
        loop {
            let wait = match *phase.borrow_and_update() {
                Phase::Idle => patience.idle,
                Phase::Head => patience.head,
                Phase::Serving => Duration::MAX,
            };
            // The sender lives as long as `self`: this sees changes and never the channel's end.
            if timeout(wait, phase.changed()).await.is_err() {
                return;
            }
        }
    }

    fn head_began(&self) {
        self.0.send_if_modified(|phase| match phase {
            Phase::Idle => {
                *phase = Phase::Head;
                true
            }
            Phase::Head | Phase::Serving => false,
        });
    }
}

/// A request that is being served.
pub(super) struct Serving(Arc<Progress>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.0.send_replace(Phase::Idle);
    }
}

/// A stream that tells when a head begins, and fails when what it writes is not taken.
pub(super) struct Timed<S> {
    stream: S,
    write_patience: Duration,
    progress: Arc<Progress>,
    write_timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    pub fn new(stream: S, patience: Patience, progress: Arc<Progress>) -> Timed<S> {
        Timed {
            stream,
            write_patience: patience.write,
            progress,
            write_timer: None,
        }
    }

    fn written(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if polled.is_ready() {
            self.write_timer = None;
            return polled;
        }
        let limit = self.write_patience;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        timer
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            this.progress.head_began();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.written(cx, polled)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.written(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::Instant;

    const SECOND: Duration = Duration::from_secs(1);

    /// Watches a connection while `happen` happens to it, and returns the seconds until it was overdue.
    async fn seconds_until_overdue(
        happen: impl AsyncFnOnce(&mut DuplexStream, &mut Timed<DuplexStream>, &Arc<Progress>),
    ) -> u64 {
        let (mut client, server) = duplex(64);
        let progress = Progress::new();
        let mut timed = Timed::new(server, Patience::default(), progress.clone());
        let start = Instant::now();
        tokio::join!(
            progress.overdue(Patience::default()),
            happen(&mut client, &mut timed, &progress)
        );
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_is_overdue_after_the_idle_time() {
        assert_eq!(seconds_until_overdue(async |_, _, _| {}).await, 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_drips_is_overdue_ten_seconds_after_its_first_octet() {
        let drip = async |client: &mut DuplexStream, timed: &mut Timed<DuplexStream>, _: &Arc<Progress>| {
            sleep(30 * SECOND).await;
            for _ in 0..9 {
                client.write_all(b"x").await.unwrap();
                timed.read_exact(&mut [0]).await.unwrap();
                sleep(SECOND).await;
            }
        };
        assert_eq!(seconds_until_overdue(drip).await, 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_being_served_may_take_its_time_and_the_wait_after_it_begins_anew() {
        let serve =
            async |client: &mut DuplexStream, timed: &mut Timed<DuplexStream>, progress: &Arc<Progress>| {
                client.write_all(b"x").await.unwrap();
                timed.read_exact(&mut [0]).await.unwrap();
                let serving = progress.begin();
                sleep(100 * SECOND).await;
                client.write_all(b"body").await.unwrap();
                timed.read_exact(&mut [0; 4]).await.unwrap();
                sleep(100 * SECOND).await;
                drop(serving);
            };
        assert_eq!(seconds_until_overdue(serve).await, 260);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_ends_the_connection() {
        let (_client, server) = duplex(64);
        let mut timed = Timed::new(server, Patience::default(), Progress::new());
        let start = Instant::now();
        let error = timed.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(
            (error.kind(), start.elapsed().as_secs()),
            (io::ErrorKind::TimedOut, 30)
        );
    }
}
