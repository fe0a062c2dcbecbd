//! A connection that hangs up on whoever keeps it waiting.
//!
//! hyper has one timer for heads, which would end idle connections as early as half-sent ones. Here a connection that
//! waits for a request may be idle for long, one whose head has begun must end it soon, and one whose answer is not
//! taken must take some of it. Bodies have their own limit, in `body`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

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

/// How far the connection's requests are, told by the service to the stream.
#[derive(Default)]
pub(super) struct Progress {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Progress {
    /// Marks a request as being served until the returned guard is dropped.
    pub fn begin(self: &Arc<Progress>) -> Serving {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Serving(self.clone())
    }

    fn state(&self) -> State {
        let ended = self.ended.load(Ordering::Relaxed);
        State {
            ended,
            serving: self.begun.load(Ordering::Relaxed) != ended,
        }
    }
}

/// A request that is being served.
pub(super) struct Serving(Arc<Progress>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    ended: u64,
    serving: bool,
}

/// A stream with its patience.
pub(super) struct Timed<S> {
    stream: S,
    patience: Patience,
    progress: Arc<Progress>,
    /// The wait that the timer below is set for; `head` says whether the first octets of it have come.
    waiting: Option<State>,
    head: bool,
    read_timer: Pin<Box<Sleep>>,
    write_timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    pub fn new(stream: S, patience: Patience, progress: Arc<Progress>) -> Timed<S> {
        let read_timer = Box::pin(sleep_until(Instant::now() + patience.idle));
        Timed {
            stream,
            patience,
            progress,
            waiting: None,
            head: false,
            read_timer,
            write_timer: None,
        }
    }

    /// Sets the timer anew when a new wait begins, and when the first octets of a head come.
    fn note_read(&mut self, state: State, came: bool) {
        if self.waiting != Some(state) {
            self.waiting = Some(state);
            self.head = false;
            self.read_timer
                .as_mut()
                .reset(Instant::now() + self.patience.idle);
        }
        if came && !self.head {
            self.head = true;
            self.read_timer
                .as_mut()
                .reset(Instant::now() + self.patience.head);
        }
    }

    /// Ends a write that made no progress for too long.
    fn stalled(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let limit = self.patience.write;
        let timer = self
            .write_timer
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    fn written(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match polled {
            Poll::Pending => self.stalled(cx).map(Err),
            Poll::Ready(done) => {
                self.write_timer = None;
                Poll::Ready(done)
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buf);
        let state = this.progress.state();
        if state.serving {
            return polled;
        }
        this.note_read(state, buf.filled().len() > before);
        if polled.is_pending() && this.read_timer.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    const SECOND: Duration = Duration::from_secs(1);

    fn seconds_since(start: Instant) -> u64 {
        (Instant::now() - start).as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_ends_after_the_idle_time() {
        let (_client, server) = duplex(64);
        let start = Instant::now();
        let mut timed = Timed::new(server, Patience::default(), Arc::default());
        let error = timed.read(&mut [0; 8]).await.unwrap_err();
        assert_eq!(
            (error.kind(), seconds_since(start)),
            (io::ErrorKind::TimedOut, 60)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_drips_ends_ten_seconds_after_its_first_octet() {
        let (mut client, server) = duplex(64);
        let mut timed = Timed::new(server, Patience::default(), Arc::default());
        let drip = tokio::spawn(async move {
            tokio::time::sleep(30 * SECOND).await;
            while client.write_all(b"x").await.is_ok() {
                tokio::time::sleep(SECOND).await;
            }
        });
        let start = Instant::now();
        let error = loop {
            if let Err(error) = timed.read(&mut [0; 8]).await {
                break error;
            }
        };
        assert_eq!(
            (error.kind(), seconds_since(start)),
            (io::ErrorKind::TimedOut, 40)
        );
        drop(timed);
        drip.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_being_served_may_take_its_time_and_the_wait_after_it_begins_anew() {
        let (mut client, server) = duplex(64);
        let progress = Arc::<Progress>::default();
        let mut timed = Timed::new(server, Patience::default(), progress.clone());
        client.write_all(b"head").await.unwrap();
        timed.read(&mut [0; 8]).await.unwrap();
        let serving = progress.begin();
        let read = tokio::time::timeout(100 * SECOND, timed.read(&mut [0; 8])).await;
        assert!(read.is_err(), "the connection ended while its request was served");
        drop(serving);
        let start = Instant::now();
        let error = timed.read(&mut [0; 8]).await.unwrap_err();
        assert_eq!(
            (error.kind(), seconds_since(start)),
            (io::ErrorKind::TimedOut, 60)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_ends_the_connection() {
        let (_client, server) = duplex(64);
        let mut timed = Timed::new(server, Patience::default(), Arc::default());
        let start = Instant::now();
        let error = timed.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(
            (error.kind(), seconds_since(start)),
            (io::ErrorKind::TimedOut, 30)
        );
    }
}
