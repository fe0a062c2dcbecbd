//! One request: the pool's services, when and under which id it came in, and the lookups that most operations begin with.

mod ahead;
mod app;
mod ctx;
mod noted;

pub use ahead::Ahead;
pub use app::App;
pub use ctx::{Asker, Ctx, LONGEST_NAME, as_sub, check_address, find_user};
pub use noted::Noted;
