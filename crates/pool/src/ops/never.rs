//! What only AWS can do. It is refused for ever, each with what does the same here.

/// Of the member of app clients by which AWS hands a secret over.
pub const SECRETS_MANAGER: &str = "PublishSecretsInAWSSecretsManager is not available on this server. AWS Secrets Manager is a \
    service of AWS. Leave it out: the secret is sealed in this server's database, and DescribeUserPoolClient answers it.";

/// Of the operations on replicas of a pool.
pub const REPLICAS: &str = "Replicas of a user pool in other Regions are a service of AWS. Here several servers share one \
    PostgreSQL database, and that is what is replicated: docs/guides/many-nodes.md.";

/// Of the operations on point-in-time recovery.
pub const POINT_IN_TIME_RECOVERY: &str = "Recovery of a user pool to a point in time is a service of AWS. Here it is done with \
    the backups of database and key file: docs/guides/backup.md.";

/// Of the operation on feedback tokens.
pub const FEEDBACK_TOKENS: &str = "Feedback tokens come in mails about risky sign-ins, which AWS judges: this server judges no risks \
    and mails no such token. What is known of a sign-in is kept by AdminUpdateAuthEventFeedback: docs/guides/audit.md.";
