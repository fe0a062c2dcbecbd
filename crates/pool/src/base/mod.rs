//! The ground floor: the platform, time, errors, settings. It imports nothing of the pool.

pub mod authenticator;
pub mod clock;
pub mod cpu;
pub mod envelope;
pub mod error;
pub mod failed_clients;
pub mod guesses;
pub mod hosted;
pub mod ip_range;
pub mod key_ring;
pub mod key_text;
pub mod keys;
pub mod known_time;
pub mod load;
pub mod measured;
pub mod metrics;
pub mod platform;
pub mod purpose;
pub mod restore;
pub mod settings;
pub mod shutdown;
pub mod spans;
pub mod tls;

pub use clock::Millis;
pub use error::ApiError;
pub use load::LoadError;
pub use platform::Platform;
pub use settings::Settings;
