//! A future that survives its own panic, so that one request cannot take its connection's others with it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// The future panicked. What it said went to the panic hook and is not repeated.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Panicked;

/// Runs a future to its end or its panic. Nothing the future holds is used after a panic: it is dropped.
pub(super) async fn catch<F: Future>(future: F) -> Result<F::Output, Panicked> {
    Catch(Box::pin(future)).await
}

struct Catch<F>(Pin<Box<F>>);

impl<F: Future> Future for Catch<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_a_value_is_a_value() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let panicked = catch(async { panic!("on purpose") }).await;
        std::panic::set_hook(hook);
        assert_eq!(panicked, Err::<(), _>(Panicked));
        assert_eq!(catch(async { 7 }).await, Ok(7));
    }
}
