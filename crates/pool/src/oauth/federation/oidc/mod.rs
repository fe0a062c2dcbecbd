//! Providers that speak OpenID Connect, or what was there before it: Google, Facebook, Amazon, Apple, and any issuer.
//!
//! `go` sends the browser there with a state, a nonce and a code challenge. `back` hears what it comes back with: it has the code exchanged
//! (`token`), and verifies what the ID token says (`id_token`, with the keys of `keys`) or reads who it is where there is none
//! (`user_info`). Where all of it lies say the stored details, or the issuer's discovery document (`endpoints`). Nothing is fetched but by
//! `App::outside`, which connects to no private address.

pub mod back;
mod claims;
mod client_secret;
mod endpoints;
mod fault;
pub mod go;
mod id_token;
mod keys;
mod token;
mod user_info;
