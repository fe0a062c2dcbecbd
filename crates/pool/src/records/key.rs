//! Where everything lies in the store.
//!
//! The order of keys is the order of scans, so a prefix is an index; whatever must be unique is a key of its own, written
//! with `Expect::Absent`. A key is made by the file of its record, by one of three constructors, which is why deleting a
//! pool or a user needs no list: everything that belongs to one lies under its prefix, but for the rows of the
//! directories, which is a closed list.
//!
//! | key | holds | file |
//! |---|---|---|
//! | `pool/POOL` | a user pool | `pool` |
//! | `client-pool/CLIENT` | the pool of an app client: unsigned calls name only the client | `client` |
//! | `domain/DOMAIN` | a domain of the hosted pages | `domain` |
//! | `access-key/ID` | an access key of the admin API | `access_key` |
//! | `outbox/RANK/DUE/ID` | a mail to be sent; codes before notices before invitations, then by when it is due | `outbox` |
//! | `suppressed/TOKEN` | an address that takes no mail, named by a keyed digest | `suppressed` |
//! | `deleting/POOL`, `deleting/POOL/SUB`, `deleting/POOL/group/ID` | a deleted pool, user or group that still has rows to be deleted | `deleting` |
//! | `audit/TIME-REQUEST` | an entry of the audit log that is about no pool that there is | `audit` |
//! | `refused/MINUTE-SERVER` | what a server refused in a minute, about no pool that there is | `refused` |
//! | `meta/importing` | which job imports users | `import_job` |
//! | `meta/limits` | how many calls a second are taken, of kinds that have a limit | `provisioned_limits` |
//! | `meta/generation` | which versions understand what is stored | `generation` |
//! | `meta/keys-in-use` | which keys every server on the database must have | `server_keys` |
//! | `meta/seal` | a known text, sealed | `seal` |
//! | `meta/sealing` | which keys everything is known to be sealed with | `run::rotation` |
//! | `meta/server/SERVER` | which keys and version a server has, on a database that several may share | `server_keys` |
//! | `meta/signing-keys` | says something else after every rotation of signing keys | `signing_keys` |
//! | `meta/restored`, `meta/arriving` | the last restore from a backup; that rows are arriving | `restored` |
//! | `meta/stream/NAME` | how far a stream of the audit log has come, and which server sends it | `stream` |
//! | `meta/known-time` | how late it is known to be, on a database without a clock of its own | `known_time` |
//! | `meta/key-ages` | since when master and code key are in use | `key_ages` |
//! | `meta/user-index` | which index rows users have | `user_index` |
//! | `p/POOL/signing-keys` | the pool's signing keys, in pairs | `signing_keys` |
//! | `p/POOL/door`, `p/POOL/door/CLIENT` | that sign-ins need a code, and an app client whose do not | `door` |
//! | `p/POOL/audit/TIME-REQUEST` | an entry of the audit log | `audit` |
//! | `p/POOL/audit-of/SUB/TIME-REQUEST` | that such an entry is about a user; the time counts down | `audit` |
//! | `p/POOL/refused/MINUTE-SERVER` | what a server refused in a minute | `refused` |
//! | `p/POOL/nobody/SLOT` | nothing: what an attempt on a name that nobody has writes, as one on a user does | `audit` |
//! | `p/POOL/import/JOB` | a job that imports users, and how far it has come | `import_job` |
//! | `p/POOL/import-file/JOB/UPLOAD-PART` | lines of its file | `import_job` |
//! | `p/POOL/import-log/JOB/LINE` | what became of a line | `import_job` |
//! | `p/POOL/client/CLIENT` | an app client | `client` |
//! | `p/POOL/exchanges/CLIENT` | that an app client exchanges tokens | `client` |
//! | `p/POOL/authorization-code/DIGEST` | an authorization code, or that it was used | `authorization_code` |
//! | `p/POOL/domain`, `p/POOL/custom-domain` | the names of the pool's domains | `domain` |
//! | `p/POOL/resource-server/IDENTIFIER` | an API and its scopes | `resource_server` |
//! | `p/POOL/identity-provider/NAME` | an identity provider, its secrets sealed | `identity_provider` |
//! | `p/POOL/idp-identifier/IDENTIFIER` | the name of the provider that has this identifier | `identity_provider` |
//! | `p/POOL/linked/DIGEST` | the `sub` of who somebody at a provider is | `linked_identity` |
//! | `p/POOL/signing-certificate` | the certificate by which SAML providers know the pool, its key sealed | `signing_certificate` |
//! | `p/POOL/encryption-certificate/PROVIDER` | the certificate for which a SAML provider with this id encrypts, its key sealed | `signing_certificate` |
//! | `p/POOL/saml-metadata/NAME` | what a SAML provider says of itself, as it was fetched last | `saml_metadata` |
//! | `p/POOL/saml-assertion/DIGEST` | that a SAML assertion has signed somebody in | `saml_assertion` |
//! | `p/POOL/ui-customization/CLIENT` | how the classic pages look, for an app client or for `ALL` | `ui_customization` |
//! | `p/POOL/branding/ID` | a managed login branding style | `branding` |
//! | `p/POOL/branding-of/CLIENT` | the id of an app client's style | `branding` |
//! | `p/POOL/branding-asset/ID/CATEGORY-MODE` | the bytes of a picture of a style | `branding` |
//! | `p/POOL/terms/ID` | terms of use or a privacy policy | `terms` |
//! | `p/POOL/terms-of/CLIENT/NAME` | the id of an app client's terms | `terms` |
//! | `p/POOL/cimd-policy/ID` | which client ids that are URLs an app client stands for | `cimd_policy` |
//! | `p/POOL/client-document/POLICY/PLACE` | what a client whose id is a URL says of itself there, in one of 1,024 places of its policy | `client_document` |
//! | `p/POOL/registrations` | how many clients have registered themselves in an hour | `registrations` |
//! | `p/POOL/group/NAME` | a group | `group` |
//! | `p/POOL/groups` | how many groups there are; says something else after every change of one | `group_count` |
//! | `p/POOL/member/GROUP/USERNAME␁SUB` | that a user is in the group with this id | `user_index` |
//! | `p/POOL/name/USERNAME` | the `sub` behind a username as compared | `user_index` |
//! | `p/POOL/alias/KIND/VALUE` | the `sub` that an email address, phone number or preferred username signs in | `user_index` |
//! | `p/POOL/by/ATTRIBUTE/VALUE␁SUB` | that a user has this value: what `ListUsers` filters by | `user_index` |
//! | `p/POOL/user/SUB/profile` | a user | `user` |
//! | `p/POOL/transaction/DIGEST` | a sign-in on the pages of this server | `transaction` |
//! | `p/POOL/user/SUB/browser/DIGEST` | that a browser is signed in | `browser_session` |
//! | `p/POOL/user/SUB/consent/DIGEST` | what the user lets a client of strangers do | `consent` |
//! | `p/POOL/user/SUB/page/DIGEST` | which transaction asks the user for a code, in a browser and for an app client | `page_challenge` |
//! | `p/POOL/user/SUB/lockout` | wrong passwords in a row | `lockout` |
//! | `p/POOL/user/SUB/ledger` | the exact counters of confirm codes | `ledger` |
//! | `p/POOL/user/SUB/counter` | an item of the table that functions count in | `counter` |
//! | `p/POOL/user/SUB/quota/OPERATION` | how often the user has called an operation that has an hourly limit | `quota` |
//! | `p/POOL/user/SUB/code/PURPOSE` | a one-time code that was mailed and not used yet | `code` |
//! | `p/POOL/user/SUB/wrong-codes/PURPOSE` | when wrong answers to such codes were given | `wrong_codes` |
//! | `p/POOL/user/SUB/first-codes` | what is counted of codes that sign-ins begin with | `first_codes` |
//! | `p/POOL/user/SUB/software-token` | the user's authenticator app, its seed sealed | `software_token` |
//! | `p/POOL/user/SUB/software-token-unverified` | one that waits to be verified | `software_token` |
//! | `p/POOL/user/SUB/passkeys` | the user's passkeys | `passkeys` |
//! | `p/POOL/user/SUB/passkey-registration` | one that is being registered, its challenge sealed | `passkeys` |
//! | `p/POOL/user/SUB/device/DEVICE` | a device that was confirmed, its verifier sealed | `device` |
//! | `p/POOL/user/SUB/session/DIGEST` | a sign-in in progress; before anything is proved, one of 4,096 numbers stands for the digest, or of 65,536 under a SUB of zeros for names that nobody has | `session` |
//! | `p/POOL/user/SUB/answered/DIGEST` | that a `SECRET_BLOCK` was answered | `session` |
//! | `p/POOL/user/SUB/places` | the place tokens with which a right code was typed | `place` |
//! | `p/POOL/user/SUB/sessions` | where the user is signed in, in a pool that keeps track | `user_sessions` |
//! | `p/POOL/user/SUB/refresh/ORIGIN_JTI` | a refresh token and the tokens descended from it | `refresh` |
//!
//! SUB is the user's `sub`, or the made-up one of a name that nobody has.

use std::fmt;
use std::marker::PhantomData;

/// The kinds of keys whose rows come and go with sign-ins and mails, as the stores name kinds: `*` is any one segment. Rows
/// of other kinds may expire too, days or weeks later.
pub const COME_AND_GO: &[&str] = &[
    "outbox",
    "p/*/transaction",
    "p/*/user/*/browser",
    "p/*/user/*/page",
    "p/*/user/*/session",
    "p/*/user/*/answered",
    "p/*/user/*/code",
    "p/*/user/*/first-codes",
    "p/*/user/*/lockout",
    "p/*/user/*/quota",
    "p/*/user/*/wrong-codes",
    "p/*/nobody",
    "p/*/authorization-code",
    "p/*/saml-assertion",
];

/// Where a record of kind `T` lies.
pub struct Key<T> {
    text: String,
    kind: PhantomData<fn() -> T>,
}

/// The kinds of rows that do not begin with their pool: what is looked up before a pool is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// The pools.
    Pool,
    /// From app client to pool.
    ClientPool,
    /// Domains of the hosted pages.
    Domain,
    /// Access keys of the admin API.
    AccessKey,
    /// Mail to be sent.
    Outbox,
    /// Addresses that take no mail.
    Suppressed,
    /// What deletion has not come to the end of.
    Deleting,
    /// The audit log of what is about no pool that there is.
    Audit,
    /// What was refused, likewise.
    Refused,
    /// What the database knows of itself.
    Meta,
}

impl Directory {
    /// What the keys of the directory begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Directory::Pool => "pool/",
            Directory::ClientPool => "client-pool/",
            Directory::Domain => "domain/",
            Directory::AccessKey => "access-key/",
            Directory::Outbox => "outbox/",
            Directory::Suppressed => "suppressed/",
            Directory::Deleting => "deleting/",
            Directory::Audit => "audit/",
            Directory::Refused => "refused/",
            Directory::Meta => "meta/",
        }
    }
}

impl<T> Key<T> {
    /// A row of a directory.
    pub(super) fn listed(directory: Directory, rest: impl fmt::Display) -> Key<T> {
        Key::from_text(format!("{}{rest}", directory.prefix()))
    }

    /// A row of a pool.
    pub(super) fn of_pool(pool_id: &str, rest: impl fmt::Display) -> Key<T> {
        Key::from_text(format!("{}{rest}", pool_prefix(pool_id)))
    }

    /// A row of a user, or of a name that nobody has.
    pub(super) fn of_user(pool_id: &str, sub: &str, rest: impl fmt::Display) -> Key<T> {
        Key::from_text(format!("{}{rest}", user_prefix(pool_id, sub)))
    }

    /// The key whose text is this: for rows that a scan found.
    pub fn from_text(text: String) -> Key<T> {
        Key {
            text,
            kind: PhantomData,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// What everything of a pool lies under, but for its own row and its rows in the directories.
pub fn pool_prefix(pool_id: &str) -> String {
    format!("p/{pool_id}/")
}

/// What everything of a user lies under, but for its index rows.
pub fn user_prefix(pool_id: &str, sub: &str) -> String {
    format!("p/{pool_id}/user/{sub}/")
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Key<T> {
        Key::from_text(self.text.clone())
    }
}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Key<T>) -> bool {
        self.text == other.text
    }
}

impl<T> fmt::Display for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> From<Key<T>> for String {
    fn from(key: Key<T>) -> String {
        key.text
    }
}
