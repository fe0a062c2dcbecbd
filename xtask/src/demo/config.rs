//! The three functions of the demo, as processes: `bootstrap` programs as on `provided.al2023`, and their environment.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::system::random;
use crate::system::server::{private_file, toml_text};

/// The functions by the names the article gives them, and the programs that they are.
const FUNCTIONS: [(&str, &str); 3] = [
    ("2faDefine", "2fa-define"),
    ("2faCreate", "2fa-create"),
    ("2faVerify", "2fa-verify"),
];

/// What the functions have in common.
pub struct Functions {
    folder: PathBuf,
    inbox_port: u16,
    otp_key: String,
}

impl Functions {
    /// Puts the programs in place. The key that the functions share is made once and kept, as an operator would keep it.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn prepare(programs: &Path, home: &Path, inbox_port: u16) -> Outcome<Functions> {
        let folder = home.join("functions");
        for (name, program) in FUNCTIONS {
            fs::create_dir_all(folder.join(name))?;
            let bootstrap = folder.join(name).join("bootstrap");
            if fs::read_link(&bootstrap).is_ok() {
                fs::remove_file(&bootstrap)?;
            }
            symlink(programs.join(program), bootstrap)?;
        }
        let key_file = home.join("otp.key");
        if !key_file.exists() {
            private_file(&key_file, &random::hex::<32>()?)?;
        }
        Ok(Functions {
            folder,
            inbox_port,
            otp_key: fs::read_to_string(key_file)?,
        })
    }

    /// The part of poolhouse.toml that maps the functions to their programs.
    pub fn settings(&self, pool_id: &str, session_minutes: u64) -> String {
        let session_minutes = session_minutes.to_string();
        let environment = [
            ("CUSTOM_ATTRIBUTES", "custom:authChallenge"),
            ("USER_POOL_ID", pool_id),
            ("SESSION_MINUTES", &session_minutes),
            ("OTP_KEY", &self.otp_key),
            ("SMTP_URL", &format!("smtp://127.0.0.1:{}", self.inbox_port)),
            ("MAIL_FROM", "Poolhouse <no-reply@example.com>"),
        ];
        let mut text = String::new();
        for (name, _) in FUNCTIONS {
            let program = self.folder.join(name).join("bootstrap").display().to_string();
            text.push_str(&format!(
                "[functions.{name}]\nprogram = {}\n",
                toml_text(&program)
            ));
            text.push_str(&format!("[functions.{name}.environment]\n"));
            for (variable, value) in environment {
                text.push_str(&format!("{variable} = {}\n", toml_text(value)));
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_has_its_program_and_the_environment_of_the_article() {
        let functions = Functions {
            folder: "f".into(),
            inbox_port: 2525,
            otp_key: "00".to_owned(),
        };
        let text = functions.settings("us-east-1_AbCd12345", 15);
        assert!(text.starts_with(
            "[functions.2faDefine]\nprogram = \"f/2faDefine/bootstrap\"\n[functions.2faDefine.environment]\n\
             CUSTOM_ATTRIBUTES = \"custom:authChallenge\"\nUSER_POOL_ID = \"us-east-1_AbCd12345\"\nSESSION_MINUTES = \"15\"\n\
             OTP_KEY = \"00\"\n\
             SMTP_URL = \"smtp://127.0.0.1:2525\"\n"
        ));
        assert_eq!(text.matches("/bootstrap\"").count(), 3);
    }
}
