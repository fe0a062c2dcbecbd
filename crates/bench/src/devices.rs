//! Users who sign in by several devices at a time.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use tokio::task::LocalSet;

use crate::pool::Outcome;

/// What one person after the other signs in by.
pub trait Device: 'static {
    /// Signs in the user with this number.
    ///
    /// # Errors
    /// If the server answers something else than it should.
    async fn sign_in(&mut self, user: u32) -> Outcome;
}

/// Signs these users in, each by the device that is free next, and gives the devices back.
///
/// # Errors
/// When one of the sign-ins fails.
pub async fn sign_in<D: Device>(devices: Vec<D>, users: Range<u32>) -> Outcome<Vec<D>> {
    let (left, at_once) = (Rc::new(RefCell::new(users)), LocalSet::new());
    let signing_in: Vec<_> = devices
        .into_iter()
        .map(|mut device| {
            let left = Rc::clone(&left);
            at_once.spawn_local(async move {
                let next = || left.borrow_mut().next();
                while let Some(user) = next() {
                    device.sign_in(user).await?;
                }
                Outcome::Ok(device)
            })
        })
        .collect();
    at_once.await;
    let mut devices = Vec::new();
    for done in signing_in {
        devices.push(done.await??);
    }
    Ok(devices)
}
