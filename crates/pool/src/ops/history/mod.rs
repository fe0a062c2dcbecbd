//! What a user did, from the audit log.

pub mod admin_list_user_auth_events;
pub mod admin_update_auth_event_feedback;
mod view;
