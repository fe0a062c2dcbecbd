//! A connection that hangs up on whoever keeps it waiting.
//!
//! hyper has one timer for heads, which would end idle connections as early as half-sent ones. Here a connection that
//! waits for a request may be idle for long, one whose head has begun must end it soon, and one whose answer is not
//! taken must take some of it. Bodies have their own limit, in `body`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

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

/// What a connection is doing, shared by its stream and its service.
///
/// A number that grows with every change; the rest of its division by three is the phase. Nobody is woken by a change:
/// the stream looks whenever it has to wait, which it does in each phase in which time counts.
pub(super) struct Progress(AtomicU64);

impl Progress {
    /// A new connection's.
    pub fn new() -> Arc<Progress> {
        Arc::new(Progress(AtomicU64::new(0)))
    }

    /// Marks a request as being served until the returned guard is dropped.
    pub fn begin(self: &Arc<Progress>) -> Serving {
        self.change(Phase::Serving);
        Serving(self.clone())
    }

    fn head_began(&self) {
        if self.now().1 == Phase::Idle {
            self.change(Phase::Head);
        }
    }

    /// How many changes there have been, and what the last one was to.
    fn now(&self) -> (u64, Phase) {
        let mark = self.0.load(Ordering::Relaxed);
        let phase = match mark % 3 {
            0 => Phase::Idle,
            1 => Phase::Head,
            _ => Phase::Serving,
        };
        (mark, phase)
    }

    fn change(&self, phase: Phase) {
        let mark = self.now().0;
        self.0
            .store(mark - mark % 3 + 3 + phase as u64, Ordering::Relaxed);
    }
}

/// A request that is being served.
pub(super) struct Serving(Arc<Progress>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.change(Phase::Idle);
    }
}

/// A stream that fails when it has to wait too long: for a request, for the rest of a head, or for an answer to be taken.
pub(super) struct Timed<S> {
    stream: S,
    patience: Patience,
    progress: Arc<Progress>,
    read_timer: Pin<Box<Sleep>>,
    /// The change of phase that the timer runs from.
    read_timer_of: u64,
    write_timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    pub fn new(stream: S, patience: Patience, progress: Arc<Progress>) -> Timed<S> {
        Timed {
            stream,
            patience,
            read_timer: Box::pin(sleep(patience.idle)),
            read_timer_of: progress.now().0,
            progress,
            write_timer: None,
        }
    }

    /// There is nothing to read.
    fn waits(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (mark, phase) = self.progress.now();
        let patience = match phase {
            Phase::Idle => self.patience.idle,
            Phase::Head => self.patience.head,
            // The request has a limit of its own.
            Phase::Serving => return Poll::Pending,
        };
        if self.read_timer_of != mark {
            self.read_timer_of = mark;
            self.read_timer.as_mut().reset(Instant::now() + patience);
        }
        self.read_timer
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn written(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if polled.is_ready() {
            self.write_timer = None;
            return polled;
        }
        let limit = self.patience.write;
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
        if polled.is_pending() {
            return this.waits(cx);
        }
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
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_flush(cx);
        if polled.is_ready() {
            // hyper has asked for the next request before it sent this answer, and does not ask again. The timer will
            // have it ask.
            let _ = this.waits(cx);
        }
        polled
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

    /// Reads what `happen` sends, and returns the seconds until the connection was given up.
    async fn seconds_until_overdue(happen: impl AsyncFnOnce(&mut DuplexStream, &Arc<Progress>)) -> u64 {
        let (mut client, server) = duplex(64);
        let progress = Progress::new();
        let mut timed = Timed::new(server, Patience::default(), progress.clone());
        let start = Instant::now();
        let read = async {
            let error = timed.read_to_end(&mut Vec::new()).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            start.elapsed().as_secs()
        };
        let (seconds, ()) = tokio::join!(read, happen(&mut client, &progress));
        seconds
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_is_overdue_after_the_idle_time() {
        assert_eq!(seconds_until_overdue(async |_, _| {}).await, 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_drips_is_overdue_ten_seconds_after_its_first_octet() {
        let drip = async |client: &mut DuplexStream, _: &Arc<Progress>| {
            sleep(30 * SECOND).await;
            for _ in 0..9 {
                client.write_all(b"x").await.unwrap();
                sleep(SECOND).await;
            }
        };
        assert_eq!(seconds_until_overdue(drip).await, 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_being_served_may_take_its_time_and_the_next_head_may_not() {
        let serve = async |client: &mut DuplexStream, progress: &Arc<Progress>| {
            client.write_all(b"x").await.unwrap();
            sleep(SECOND).await;
            let serving = progress.begin();
            sleep(100 * SECOND).await;
            client.write_all(b"body").await.unwrap();
            sleep(100 * SECOND).await;
            drop(serving);
            client.write_all(b"x").await.unwrap();
        };
        assert_eq!(seconds_until_overdue(serve).await, 211);
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
