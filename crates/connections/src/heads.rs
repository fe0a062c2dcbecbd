//! Heads of requests that are kept back until all of them is there.
//!
//! hyper reads into buffers of 8 KiB and doubles them while a head has not ended, so that a client who sends a byte now and
//! then costs as much as one who is served. Here such a client costs what it has sent: hyper gets heads whole, and is not
//! there at all before the first. Bodies go by untouched.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::timed::Progress;

/// Bytes of a first head that are read at a time.
const PIECE: usize = 2048;

/// A stream of requests whose heads come whole.
pub struct Heads<S> {
    stream: S,
    progress: Arc<Progress>,
    /// The most bytes that are kept back.
    most: usize,
    held: Vec<u8>,
    /// How many of those are handed on.
    given: usize,
    /// Whether what is held goes on.
    is_whole: bool,
    /// Whether a line has begun and has nothing in it so far. The line that stays so ends a head.
    is_empty_line: bool,
}

impl<S: AsyncRead + Unpin> Heads<S> {
    /// Around a connection whose heads may have `most` bytes.
    pub fn new(stream: S, progress: Arc<Progress>, most: usize) -> Heads<S> {
        Heads {
            stream,
            progress,
            most,
            held: Vec::new(),
            given: 0,
            is_whole: false,
            is_empty_line: false,
        }
    }

    /// Waits for the first head, or for the end of what comes. May be given up and called again.
    pub async fn first(&mut self) -> io::Result<()> {
        poll_fn(|cx| {
            let mut piece = [0; PIECE];
            while !self.is_whole {
                let mut buf = ReadBuf::new(&mut piece);
                ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf))?;
                let is_last = self.ends_in(buf.filled());
                self.hold(buf.filled(), is_last);
            }
            Poll::Ready(Ok(()))
        })
        .await
    }

    /// Whether nothing of a head is there.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn hold(&mut self, piece: &[u8], is_last: bool) {
        self.held.extend_from_slice(piece);
        self.is_whole = is_last || self.held.len() >= self.most;
    }

    /// Hands on what is held.
    fn give(&mut self, buf: &mut ReadBuf<'_>) {
        let rest = self.held.get(self.given..).unwrap_or_default();
        let piece = rest.get(..buf.remaining()).unwrap_or(rest);
        buf.put_slice(piece);
        self.given += piece.len();
        if self.given == self.held.len() {
            (self.held, self.given, self.is_whole) = (Vec::new(), 0, false);
        }
    }

    /// Whether a head ends in this piece: with an empty line, or because nothing more comes. Sees every byte of the stream
    /// once, for hyper may have the beginning of a head that came together with the request before it.
    fn ends_in(&mut self, piece: &[u8]) -> bool {
        let mut ends = piece.is_empty();
        for byte in piece {
            match byte {
                b'\n' => {
                    ends |= self.is_empty_line;
                    self.is_empty_line = true;
                }
                b'\r' => {}
                _ => self.is_empty_line = false,
            }
        }
        ends
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Heads<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        while !this.is_whole {
            ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
            let piece = buf.filled().get(before..).unwrap_or_default();
            let goes_on = this.ends_in(piece) || !this.progress.awaits_head();
            // Most requests come at once and are not copied.
            if goes_on && this.held.is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.hold(piece, goes_on);
            buf.set_filled(before);
        }
        this.give(buf);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heads<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
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
    use std::pin::pin;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::timed::tests::progress;

    const HEAD: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    struct Bench {
        client: DuplexStream,
        heads: Heads<DuplexStream>,
        progress: Arc<Progress>,
    }

    impl Bench {
        fn new() -> Bench {
            let (client, server) = duplex(1 << 16);
            let progress = progress();
            let heads = Heads::new(server, progress.clone(), 64);
            Bench {
                client,
                heads,
                progress,
            }
        }

        async fn send(&mut self, bytes: &[u8]) {
            self.client.write_all(bytes).await.unwrap();
        }

        /// What hyper would get at this moment.
        async fn read(&mut self) -> Option<Vec<u8>> {
            let mut read = vec![0; 1024];
            let length = poll_once(self.heads.read(&mut read)).await?.unwrap();
            read.truncate(length);
            Some(read)
        }
    }

    async fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            Poll::Ready(match future.as_mut().poll(cx) {
                Poll::Ready(value) => Some(value),
                Poll::Pending => None,
            })
        })
        .await
    }

    #[tokio::test]
    async fn a_head_that_comes_byte_by_byte_goes_on_with_its_last_and_the_next_one_too() {
        let mut bench = Bench::new();
        for _ in 0..2 {
            let (last, before) = HEAD.split_last().unwrap();
            for byte in before {
                bench.send(&[*byte]).await;
                assert_eq!(bench.read().await, None);
            }
            bench.send(&[*last]).await;
            assert_eq!(bench.read().await.unwrap(), HEAD);
            assert_eq!(bench.heads.held.capacity(), 0, "nothing of it is kept");
        }
    }

    #[tokio::test]
    async fn a_first_head_is_waited_for_and_keeps_what_came_when_the_waiting_is_given_up() {
        let mut bench = Bench::new();
        assert!(poll_once(bench.heads.first()).await.is_none());
        assert!(bench.heads.is_empty());
        let (begun, rest) = HEAD.split_at(10);
        bench.send(begun).await;
        assert!(poll_once(bench.heads.first()).await.is_none());
        assert!(!bench.heads.is_empty());
        bench.send(rest).await;
        bench.send(b"body").await;
        poll_once(bench.heads.first()).await.unwrap().unwrap();
        assert_eq!(bench.read().await.unwrap(), [HEAD, b"body"].concat());
    }

    #[tokio::test]
    async fn what_is_sent_while_a_request_is_served_goes_on_at_once() {
        let mut bench = Bench::new();
        let serving = bench.progress.begin();
        bench.send(b"half a bo").await;
        assert_eq!(bench.read().await.unwrap(), b"half a bo");
        // The next head begins right behind it, and hyper has it but for its last byte.
        let (last, before) = HEAD.split_last().unwrap();
        bench.send(&[b"dy", before].concat()).await;
        assert_eq!(bench.read().await.unwrap(), [b"dy", before].concat());
        drop(serving);
        assert_eq!(bench.read().await, None);
        bench.send(&[*last]).await;
        assert_eq!(bench.read().await.unwrap(), [*last]);
    }

    #[tokio::test]
    async fn a_body_that_was_not_read_is_no_head() {
        let mut bench = Bench::new();
        let serving = bench.progress.begin();
        bench.progress.body_left();
        drop(serving);
        bench.send(b"{}").await;
        assert_eq!(bench.read().await.unwrap(), b"{}");
    }

    #[tokio::test]
    async fn no_more_is_kept_than_a_head_may_have() {
        let mut bench = Bench::new();
        bench.send(&[b'x'; 63]).await;
        assert_eq!(bench.read().await, None);
        bench.send(b"x").await;
        assert_eq!(bench.read().await.unwrap(), [b'x'; 64]);
    }

    #[tokio::test]
    async fn what_came_before_the_end_goes_on_before_it() {
        let mut bench = Bench::new();
        bench.send(b"GET /").await;
        assert_eq!(bench.read().await, None);
        bench.client.shutdown().await.unwrap();
        assert_eq!(bench.read().await.unwrap(), b"GET /");
        assert_eq!(bench.read().await.unwrap(), b"");
    }
}
