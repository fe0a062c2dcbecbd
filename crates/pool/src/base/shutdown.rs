//! One signal that everything which runs beside requests listens to.

use tokio::sync::watch;

/// Asks all listeners to stop. Dropping it asks too.
pub struct Stop(watch::Sender<bool>);

/// Hears when it is time to stop. Cheap to clone.
#[derive(Clone)]
pub struct Shutdown(watch::Receiver<bool>);

/// A signal and its first listener.
pub fn channel() -> (Stop, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (Stop(sender), Shutdown(receiver))
}

impl Stop {
    /// Asks all listeners to stop.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Whether it is time to stop.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Returns when it is time to stop.
    pub async fn requested(&self) {
        // An error means that the sender is gone, which is the same request.
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}
