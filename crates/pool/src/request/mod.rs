//! One request: the pool's services, when and under which id it came in, and the lookups that most operations begin with.

mod about;
pub mod admission;
mod ahead;
mod app;
mod audit;
mod call_counts;
mod ctx;
pub mod hosted;
mod noted;
mod page_counts;
mod rates;
mod refusals;
mod strangers;

pub use admission::Admission;
pub use ahead::Ahead;
pub use app::App;
pub use audit::{Audit, NOT_JUDGED};
pub use call_counts::CallCounts;
pub use ctx::{Asker, Ctx, LONGEST_NAME, as_sub, check_address, find_user};
pub use noted::Noted;
pub use page_counts::{PageAsked, PageCounts};
pub use refusals::Refusals;
pub use strangers::Strangers;
