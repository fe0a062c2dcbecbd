//! The end of the process, where going on is not possible.

use std::alloc::{Layout, handle_alloc_error};

/// For calls into AWS-LC that cannot fail in any other way, given their arguments: reports what failed allocations
/// report everywhere in Rust.
pub(crate) fn out_of_memory() -> ! {
    // How much was asked for is known to AWS-LC alone; the size only shows in the message.
    handle_alloc_error(Layout::new::<[u8; 1024]>())
}
