//! The commands against a real Poolhouse server, with stand-ins for the AWS services around it.

mod attach;
mod console;
mod credentials;
mod detach;
mod doctor;
mod faults;
mod rollback;
mod stand_in;
mod world;
