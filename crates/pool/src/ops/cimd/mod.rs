//! Client ID metadata documents: which client ids that are URLs an app client stands for. What lies at them is fetched when somebody
//! comes with one (`oauth::client_documents`).

mod checks;
pub mod create_cimd_policy;
pub mod delete_cimd_policy;
pub mod describe_cimd_policy;
pub mod list_cimd_policies;
pub mod list_client_metadata_urls;
pub mod update_cimd_policy;
pub mod update_client_metadata_url_state;
