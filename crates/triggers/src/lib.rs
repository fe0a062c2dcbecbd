//! Runs Lambda trigger functions: the Runtime API host, deadlines, attempts and error mapping.
