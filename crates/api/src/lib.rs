//! The Cognito user pools API as facts: wire types, errors, operations and constraints, generated from model/.
