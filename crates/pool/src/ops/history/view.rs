//! Entries of the audit log as the service shows events.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    AdvancedSecurityModeType, AuthEventType, ChallengeName, ChallengeResponse, ChallengeResponseType,
    EventContextDataType, EventFeedbackType, EventResponseType, EventRiskType, EventType, FeedbackValueType,
    RiskDecisionType,
};

use crate::base::error::ApiError;
use crate::records::audit_log::Event;
use crate::records::{AuditEntry, AuditStep, Feedback, PoolRecord};

/// Checks that the pool's events may be read.
///
/// # Errors
/// `UserPoolAddOnNotEnabledException`; the service's words are not known.
pub fn check_is_on(pool: &PoolRecord) -> Result<(), ApiError> {
    let mode = pool.settings.user_pool_add_ons.as_ref();
    let is_off = mode.is_none_or(|add_ons| add_ons.advanced_security_mode == AdvancedSecurityModeType::Off);
    if is_off {
        return Err(ApiError::new(
            ErrorCode::UserPoolAddOnNotEnabledException,
            "User pool add-ons not enabled",
        ));
    }
    Ok(())
}

/// The event, if it is one that the service knows. Of risks it says what is true: none was judged.
pub fn shown(event: &Event) -> Option<AuthEventType> {
    let Event { id, entry, feedback } = event;
    let is_pass = ["tokens", "done"].contains(&entry.outcome.as_str());
    Some(AuthEventType {
        event_id: Some(id.request_id.clone()),
        event_type: Some(kind(entry)?),
        creation_date: Some(id.at.timestamp()),
        event_response: Some(match is_pass {
            true => EventResponseType::Pass,
            false => EventResponseType::Fail,
        }),
        event_risk: Some(EventRiskType {
            risk_decision: Some(RiskDecisionType::NoRisk),
            risk_level: None,
            compromised_credentials_detected: Some(false),
        }),
        challenge_responses: Some(entry.steps.iter().filter_map(answered).collect()),
        event_context_data: Some(EventContextDataType {
            ip_address: entry.address.clone(),
            device_name: entry.device.clone(),
            ..EventContextDataType::default()
        }),
        event_feedback: feedback.as_ref().map(said),
    })
}

fn kind(entry: &AuditEntry) -> Option<EventType> {
    if entry.is_of_sign_in() {
        return Some(EventType::SignIn);
    }
    match entry.operation.as_str() {
        "SignUp" => Some(EventType::SignUp),
        "ForgotPassword" | "ConfirmForgotPassword" => Some(EventType::ForgotPassword),
        "ChangePassword" => Some(EventType::PasswordChange),
        "ResendConfirmationCode" => Some(EventType::ResendCode),
        _ => None,
    }
}

/// A password or a code that was answered; the service knows no other kinds.
fn answered(step: &AuditStep) -> Option<ChallengeResponseType> {
    let name = match step.what.as_str() {
        "PASSWORD_VERIFIER" | "USER_PASSWORD_AUTH" | "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH" => {
            ChallengeName::Password
        }
        "CUSTOM_CHALLENGE" | "SMS_MFA" | "EMAIL_OTP" | "SOFTWARE_TOKEN_MFA" => ChallengeName::Mfa,
        _ => return None,
    };
    let response = match step.result.as_str() {
        "right" => ChallengeResponse::Success,
        "not_judged" | "begun" => return None,
        _ => ChallengeResponse::Failure,
    };
    Some(ChallengeResponseType {
        challenge_name: Some(name),
        challenge_response: Some(response),
    })
}

fn said(feedback: &Feedback) -> EventFeedbackType {
    EventFeedbackType {
        feedback_value: match feedback.is_valid {
            true => FeedbackValueType::Valid,
            false => FeedbackValueType::Invalid,
        },
        provider: feedback.provider.clone(),
        feedback_date: Some(feedback.at.timestamp()),
    }
}
