//! The flow from outside: each module holds the tests of some of its properties, and `kit` plays the platform.

#![cfg(test)]

mod attempts;
mod create;
mod define;
mod device;
mod door;
mod edges;
mod kit;
mod ledger;
mod limits;
mod looks;
mod mail;
mod mutated_events;
mod native;
mod older;
mod once;
mod owner;
mod repeat;
mod settings;
mod templates;
mod tokens;
mod unknown;
mod verify;
