//! The functions as a host runs them: the Runtime API, a user pool and a mail server, all on loopback sockets.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod carriers;
#[cfg(test)]
mod counters;
#[cfg(test)]
mod door;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod host;
#[cfg(test)]
mod http;
#[cfg(test)]
mod once;
#[cfg(test)]
mod pool;
#[cfg(test)]
mod runtime_api;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod table;
#[cfg(test)]
mod world;
