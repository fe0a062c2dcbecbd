//! The confirm-code feature: the three trigger functions as pure code.
