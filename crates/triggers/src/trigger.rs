//! The triggers there are, and what a function may answer to each.

use serde_json::{Map, Value, json};

/// A trigger of a user pool, as a function is called for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Before a user is created.
    PreSignUp,
    /// After a user is confirmed.
    PostConfirmation,
    /// Before a password is looked at.
    PreAuthentication,
    /// After everything was right.
    PostAuthentication,
    /// What comes next in custom authentication?
    DefineAuthChallenge,
    /// A custom challenge.
    CreateAuthChallenge,
    /// Is the answer to a custom challenge right?
    VerifyAuthChallengeResponse,
    /// Before tokens are made, in the function's version: 1, 2 or 3.
    PreTokenGeneration {
        /// `LambdaVersion` without its `V` and `_0`.
        version: u8,
    },
    /// An unknown user signs in with a password.
    UserMigration,
    /// A mail or message is about to be sent.
    CustomMessage,
    /// An email with a code is to be sent by the function.
    CustomEmailSender,
    /// A text message with a code is to be sent by the function.
    CustomSmsSender,
}

/// What a member of `response` may be, besides null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Text,
    Texts,
    /// Text, or a number or a boolean that the service writes as text.
    Scalar,
    /// Scalars by name.
    ScalarMap,
    /// Anything by name.
    Map,
    /// These members and no others.
    Object(Members),
}

pub(crate) type Members = &'static [(&'static str, Kind)];

const GROUP_OVERRIDE: Members = &[
    ("groupsToOverride", Kind::Texts),
    ("iamRolesToOverride", Kind::Texts),
    ("preferredRole", Kind::Text),
];

const CLAIMS_OVERRIDE: Members = &[
    ("claimsToAddOrOverride", Kind::Map),
    ("claimsToSuppress", Kind::Texts),
    ("groupOverrideDetails", Kind::Object(GROUP_OVERRIDE)),
];

const CLAIMS_AND_SCOPE_OVERRIDE: Members = &[
    (
        "idTokenGeneration",
        Kind::Object(&[
            ("claimsToAddOrOverride", Kind::Map),
            ("claimsToSuppress", Kind::Texts),
        ]),
    ),
    (
        "accessTokenGeneration",
        Kind::Object(&[
            ("claimsToAddOrOverride", Kind::Map),
            ("claimsToSuppress", Kind::Texts),
            ("scopesToAdd", Kind::Texts),
            ("scopesToSuppress", Kind::Texts),
        ]),
    ),
    ("groupOverrideDetails", Kind::Object(GROUP_OVERRIDE)),
];

impl Trigger {
    /// The trigger's name in error sentences.
    pub fn name(self) -> &'static str {
        match self {
            Trigger::PreSignUp => "PreSignUp",
            Trigger::PostConfirmation => "PostConfirmation",
            Trigger::PreAuthentication => "PreAuthentication",
            Trigger::PostAuthentication => "PostAuthentication",
            Trigger::DefineAuthChallenge => "DefineAuthChallenge",
            Trigger::CreateAuthChallenge => "CreateAuthChallenge",
            Trigger::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Trigger::PreTokenGeneration { .. } => "PreTokenGeneration",
            Trigger::UserMigration => "UserMigration",
            Trigger::CustomMessage => "CustomMessage",
            Trigger::CustomEmailSender => "CustomEmailSender",
            Trigger::CustomSmsSender => "CustomSMSSender",
        }
    }

    /// Whether it does not matter what the function answers, as long as it does not fail: the samples answer nothing at all.
    pub(crate) fn takes_any_answer(self) -> bool {
        matches!(self, Trigger::CustomEmailSender | Trigger::CustomSmsSender)
    }

    /// `version` of the event: that of the trigger's event, not of the function.
    pub(crate) fn event_version(self) -> String {
        match self {
            Trigger::PreTokenGeneration { version } => version.to_string(),
            _ => "1".to_owned(),
        }
    }

    /// The members that `response` may have.
    pub(crate) fn response_members(self) -> Members {
        match self {
            Trigger::PreSignUp => &[
                ("autoConfirmUser", Kind::Bool),
                ("autoVerifyEmail", Kind::Bool),
                ("autoVerifyPhone", Kind::Bool),
            ],
            Trigger::PostConfirmation
            | Trigger::PreAuthentication
            | Trigger::PostAuthentication
            | Trigger::CustomEmailSender
            | Trigger::CustomSmsSender => &[],
            Trigger::DefineAuthChallenge => &[
                ("challengeName", Kind::Text),
                ("issueTokens", Kind::Bool),
                ("failAuthentication", Kind::Bool),
            ],
            Trigger::CreateAuthChallenge => &[
                ("publicChallengeParameters", Kind::ScalarMap),
                ("privateChallengeParameters", Kind::ScalarMap),
                ("challengeMetadata", Kind::Scalar),
            ],
            Trigger::VerifyAuthChallengeResponse => &[("answerCorrect", Kind::Bool)],
            Trigger::PreTokenGeneration { version: 1 } => {
                &[("claimsOverrideDetails", Kind::Object(CLAIMS_OVERRIDE))]
            }
            Trigger::PreTokenGeneration { .. } => &[(
                "claimsAndScopeOverrideDetails",
                Kind::Object(CLAIMS_AND_SCOPE_OVERRIDE),
            )],
            Trigger::UserMigration => &[
                ("userAttributes", Kind::ScalarMap),
                ("forceAliasCreation", Kind::Bool),
                ("enableSMSMFA", Kind::Bool),
                ("finalUserStatus", Kind::Text),
                ("messageAction", Kind::Text),
                ("desiredDeliveryMediums", Kind::Texts),
            ],
            Trigger::CustomMessage => &[
                ("smsMessage", Kind::Text),
                ("emailMessage", Kind::Text),
                ("emailSubject", Kind::Text),
            ],
        }
    }

    /// `response` as it is handed to the function: every member there, null, or false where the service presets it.
    pub(crate) fn preset_response(self) -> Value {
        let preset = if self == Trigger::PreSignUp {
            json!(false)
        } else {
            Value::Null
        };
        let members = self.response_members().iter();
        Value::Object(
            members
                .map(|(name, _)| ((*name).to_owned(), preset.clone()))
                .collect::<Map<_, _>>(),
        )
    }
}
