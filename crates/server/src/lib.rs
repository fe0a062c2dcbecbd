//! The self-hosted user pool: HTTP, operations, sign-in flows, triggers, mail.
