//! SES over real sockets on loopback.

#[cfg(test)]
mod sending;
#[cfg(test)]
mod service;
