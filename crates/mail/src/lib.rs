//! SMTP with wall-clock deadlines, messages, and the local inbox's listener.
