//! A connection that hangs up on a client that keeps it waiting.
//!
//! hyper has one timer for heads, which would end idle connections as early as half-sent ones. Here a connection that
//! waits for a request may be idle for long, one whose head has begun must end it soon, and one whose answer is not
//! taken must take some of it. Bodies have their own limit, in `body`.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::places::{Phase, Place};
use poolhouse_config::settings::Patience;

/// What a connection is doing and since when, shared by its stream and its service. Nobody is woken by a change: the stream
/// looks whenever it has to wait, and again when its timer ends.
pub struct Progress {
    began: Instant,
    phase: AtomicU8,
    /// Nanoseconds from `began` to the last change of phase.
    since: AtomicU64,
    /// Whether a request was answered before all of its body was read: what comes then may be more of it.
    has_left_body: AtomicBool,
    /// Whether it has several requests at a time.
    is_multiplexed: AtomicBool,
    requests: Mutex<Requests>,
    place: Place,
}

/// The requests of a connection.
#[derive(Default)]
struct Requests {
    /// How many are being served.
    served: usize,
    /// Of how many more of the body is wanted and is not there.
    waiting: usize,
}

impl Progress {
    /// A new connection's.
    pub fn new(place: Place) -> Arc<Progress> {
        Arc::new(Progress {
            began: Instant::now(),
            phase: AtomicU8::new(Phase::Idle as u8),
            since: AtomicU64::new(0),
            has_left_body: AtomicBool::new(false),
            is_multiplexed: AtomicBool::new(false),
            requests: Mutex::default(),
            place,
        })
    }

    /// A handshake has ended: the connection waits for its first request. What a multiplexed one reads between requests need not be the
    /// head of the next, so that heads have no time of their own there: a connection without a request is idle.
    pub fn handshake_ended(&self, is_multiplexed: bool) {
        self.is_multiplexed.store(is_multiplexed, Ordering::Relaxed);
        self.change(Phase::Idle);
    }

    /// The connection's place.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Marks a request as being served until the returned guard is dropped.
    pub fn begin(self: &Arc<Progress>) -> Serving {
        self.count(|requests| requests.served += 1);
        Serving(self.clone())
    }

    fn head_began(&self) {
        if self.phase() == Phase::Idle && !self.is_multiplexed.load(Ordering::Relaxed) {
            self.change(Phase::Head);
        }
    }

    /// Counts requests. The connection is as busy as the busiest of them.
    fn count(&self, change: impl FnOnce(&mut Requests)) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut requests);
        let phase = match *requests {
            Requests { served: 0, .. } => Phase::Idle,
            Requests { served, waiting } if waiting >= served => Phase::Body,
            _ => Phase::Serving,
        };
        if phase != self.phase() {
            self.change(phase);
        }
    }

    /// The rest of a body is not wanted.
    pub fn body_left(&self) {
        self.has_left_body.store(true, Ordering::Relaxed);
    }

    /// Whether the next byte is one of a head.
    pub fn awaits_head(&self) -> bool {
        matches!(self.phase(), Phase::Idle | Phase::Head) && !self.has_left_body.load(Ordering::Relaxed)
    }

    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Body,
            _ => Phase::Serving,
        }
    }

    fn change(&self, phase: Phase) {
        let since = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.since.store(since, Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.place.change(phase);
    }

    /// When the other end has kept the server waiting for too long.
    fn overdue(&self, patience: &Patience) -> Instant {
        let since = self.began + Duration::from_nanos(self.since.load(Ordering::Relaxed));
        match self.phase() {
            Phase::Idle => since + patience.idle,
            Phase::Head => since + patience.head,
            // A body has a limit of its own, and so has a request. It may end at any moment, and the idle time begins.
            Phase::Body | Phase::Serving => Instant::now() + patience.idle,
        }
    }
}

/// A request that is being served.
pub struct Serving(Arc<Progress>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.count(|requests| requests.served -= 1);
    }
}

/// A request's body that says when it keeps the server waiting.
pub struct Awaited {
    body: Incoming,
    progress: Arc<Progress>,
    is_waiting: bool,
}

impl Awaited {
    /// Around the body of a request on this connection.
    pub fn new(body: Incoming, progress: Arc<Progress>) -> Awaited {
        Awaited {
            body,
            progress,
            is_waiting: false,
        }
    }

    fn wait(&mut self, is_waiting: bool) {
        match (self.is_waiting, is_waiting) {
            (false, true) => self.progress.count(|requests| requests.waiting += 1),
            (true, false) => self.progress.count(|requests| requests.waiting -= 1),
            _ => {}
        }
        self.is_waiting = is_waiting;
    }
}

impl Body for Awaited {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        match &polled {
            Poll::Pending => this.wait(true),
            Poll::Ready(Some(Ok(_))) if !this.body.is_end_stream() => {}
            Poll::Ready(_) => this.wait(false),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.wait(false);
        if !self.body.is_end_stream() {
            self.progress.body_left();
        }
    }
}

/// A stream that fails when it has to wait too long: for a request, for the rest of a head, or for an answer to be taken.
pub struct Timed<S> {
    stream: S,
    patience: Patience,
    progress: Arc<Progress>,
    /// Ends when the connection is overdue, or earlier: it is set back only where that is sooner than it would end.
    read_timer: Pin<Box<Sleep>>,
    write_timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    /// Around a connection that is waited for so long.
    pub fn new(stream: S, patience: Patience, progress: Arc<Progress>) -> Timed<S> {
        Timed {
            stream,
            patience,
            read_timer: Box::pin(sleep(patience.idle)),
            progress,
            write_timer: None,
        }
    }

    /// There is nothing to read.
    fn waits(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let overdue = self.progress.overdue(&self.patience);
            if overdue < self.read_timer.deadline() {
                self.read_timer.as_mut().reset(overdue);
            }
            ready!(self.read_timer.as_mut().poll(cx));
            if overdue <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.read_timer.as_mut().reset(overdue);
        }
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
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
pub(crate) mod tests;
