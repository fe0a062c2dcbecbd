"""A running Poolhouse server, and what a test needs of it: pools, users, mail."""
