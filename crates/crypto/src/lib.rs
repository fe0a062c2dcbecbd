//! SRP-6a, JWT, password checks and sealing. No clock, no environment.
