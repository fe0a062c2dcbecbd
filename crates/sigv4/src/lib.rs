//! AWS Signature Version 4, both sides: signing for the functions, verifying for the server.
