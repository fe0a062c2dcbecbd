//! The SMTP client and the inbox's listener over real sockets on loopback.

#[cfg(test)]
mod capacity;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod private;
#[cfg(test)]
mod reuse;
#[cfg(test)]
mod stalls;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
