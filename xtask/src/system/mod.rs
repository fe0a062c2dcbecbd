//! What the commands need of the machine: programs, processes, HTTP to the server, randomness.

pub mod background;
pub mod http;
pub mod pool_api;
pub mod postgres;
pub mod process;
pub mod random;
pub mod server;
pub mod tools;
