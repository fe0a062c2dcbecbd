//! The flow from outside: each module holds the tests of some of its properties, and `kit` plays the platform.

#![cfg(test)]

mod create;
mod define;
mod device;
mod fuzz;
mod kit;
mod ledger;
mod looks;
mod mail;
mod repeat;
mod settings;
mod templates;
mod tokens;
mod unknown;
mod verify;
