//! The shared configuration: `~/.aws/config` and `~/.aws/credentials`, or the files that variables name.

use std::io;
use std::path::PathBuf;

use crate::env::Env;
use crate::ini::Ini;

/// What a profile says about addresses, beside flags and the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileEndpoints {
    /// `endpoint_url`
    pub all: Option<String>,
    /// `endpoint_url` in a service's section of the profile's `services`.
    pub services: Vec<(String, String)>,
}

impl ProfileEndpoints {
    /// The address of a service, by its key there.
    pub fn of(&self, key: &str) -> Option<&str> {
        let own = self
            .services
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, url)| url);
        own.or(self.all.as_ref()).map(String::as_str)
    }
}

/// Both files, and which profile is asked for.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    config: Ini,
    credentials: Ini,
    name: String,
    /// Whether `--profile` named it, which puts it before access keys in the environment.
    by_flag: bool,
}

impl Profiles {
    /// Reads both files. One that is not there is empty.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn load(env: &Env, flag: Option<&str>) -> Result<Profiles, (PathBuf, io::Error)> {
        let read = |variable, file| match path(env, variable, file) {
            Some(path) => match std::fs::read_to_string(&path) {
                Ok(text) => Ok(text),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
                Err(error) => Err((path, error)),
            },
            None => Ok(String::new()),
        };
        let config = read("AWS_CONFIG_FILE", "config")?;
        let credentials = read("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        Ok(Profiles::of(&config, &credentials, env, flag))
    }

    /// The profiles in the texts of both files.
    pub(crate) fn of(config: &str, credentials: &str, env: &Env, flag: Option<&str>) -> Profiles {
        let named = flag
            .map(str::to_owned)
            .or_else(|| env.get("AWS_PROFILE"))
            .or_else(|| env.get("AWS_DEFAULT_PROFILE"));
        Profiles {
            config: Ini::parse(config),
            credentials: Ini::parse(credentials),
            name: named.unwrap_or_else(|| DEFAULT.to_owned()),
            by_flag: flag.is_some(),
        }
    }

    /// The profile that is asked for.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether `--profile` named it.
    pub(crate) fn by_flag(&self) -> bool {
        self.by_flag
    }

    /// Whether either file has the profile.
    pub(crate) fn has(&self, profile: &str) -> bool {
        self.credentials.has(profile)
            || self.config.has(&section(profile))
            || self.config.has(&spelled(profile))
    }

    /// A setting of a profile. The credentials file goes before the other.
    pub(crate) fn get(&self, profile: &str, key: &str) -> Option<&str> {
        self.credentials
            .get(profile, key)
            .or_else(|| self.config.get(&section(profile), key))
            .or_else(|| self.config.get(&spelled(profile), key))
    }

    /// The region of the profile that is asked for.
    pub fn region(&self) -> Option<&str> {
        self.get(&self.name, "region")
    }

    /// The addresses in the profile that is asked for.
    pub fn endpoints(&self) -> ProfileEndpoints {
        let services = self
            .get(&self.name, "services")
            .map(|name| format!("services {name}"));
        let entries = services.iter().flat_map(|section| {
            self.config.keys(section).filter_map(move |service| {
                let nested = self.config.nested(section, service);
                let url = nested
                    .iter()
                    .find(|(key, _)| key == "endpoint_url")
                    .map(|(_, url)| url.clone())?;
                Some((service.to_owned(), url))
            })
        });
        ProfileEndpoints {
            all: self.get(&self.name, "endpoint_url").map(str::to_owned),
            services: entries.collect(),
        }
    }
}

impl Profiles {
    /// The address that the profile names for a service.
    pub(crate) fn endpoint_of(&self, key: &str) -> Option<String> {
        self.endpoints().of(key).map(str::to_owned)
    }

    /// A setting of a section for single sign-on, `[sso-session NAME]`.
    pub(crate) fn of_session(&self, session: &str, key: &str) -> Option<&str> {
        self.config.get(&format!("sso-session {session}"), key)
    }
}

const DEFAULT: &str = "default";

/// The section of a profile in the configuration file: `[profile NAME]`, and `[default]` for the one without a name.
fn section(profile: &str) -> String {
    if profile == DEFAULT {
        DEFAULT.to_owned()
    } else {
        spelled(profile)
    }
}

fn spelled(profile: &str) -> String {
    format!("profile {profile}")
}

fn path(env: &Env, variable: &str, file: &str) -> Option<PathBuf> {
    match env.get(variable) {
        Some(named) => match named.strip_prefix("~/") {
            Some(rest) => Some(home(env)?.join(rest)),
            None => Some(PathBuf::from(named)),
        },
        None => Some(folder(env)?.join(file)),
    }
}

/// `~/.aws`
pub(crate) fn folder(env: &Env) -> Option<PathBuf> {
    Some(home(env)?.join(".aws"))
}

fn home(env: &Env) -> Option<PathBuf> {
    let home = env.get("HOME").or_else(|| env.get("USERPROFILE"));
    home.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;

    const CONFIG: &str = "\
[default]
region = eu-central-1
[profile work]
region = us-east-1
aws_access_key_id = FROMCONFIG
services = local
endpoint_url = http://127.0.0.1:4
[services local]
lambda =
  endpoint_url = http://127.0.0.1:3
";
    const CREDENTIALS: &str = "[work]\naws_access_key_id = FROMCREDENTIALS\n";

    fn profiles(pairs: &[(&str, &str)], flag: Option<&str>) -> Profiles {
        Profiles::of(CONFIG, CREDENTIALS, &Env::of(pairs), flag)
    }

    #[test]
    fn the_profile_comes_from_the_flag_then_the_variables_then_is_the_default() {
        let named = |pairs: &[_], flag| profiles(pairs, flag).name().to_owned();
        assert_eq!(named(&[], None), "default");
        assert_eq!(named(&[("AWS_DEFAULT_PROFILE", "a")], None), "a");
        assert_eq!(
            named(&[("AWS_DEFAULT_PROFILE", "a"), ("AWS_PROFILE", "b")], None),
            "b"
        );
        assert_eq!(named(&[("AWS_PROFILE", "b")], Some("c")), "c");
        assert!(profiles(&[], Some("c")).by_flag());
    }

    #[test]
    fn a_profile_is_read_from_both_files_and_the_credentials_file_goes_first() {
        let work = profiles(&[], Some("work"));
        assert_eq!(work.get("work", "aws_access_key_id"), Some("FROMCREDENTIALS"));
        assert_eq!(work.region(), Some("us-east-1"));
        assert_eq!(profiles(&[], None).region(), Some("eu-central-1"));
        assert!(work.has("work") && work.has("default") && !work.has("home"));
    }

    #[test]
    fn a_profile_may_name_addresses_for_all_services_and_for_one() {
        assert_eq!(
            profiles(&[], Some("work")).endpoints(),
            ProfileEndpoints {
                all: Some("http://127.0.0.1:4".to_owned()),
                services: vec![("lambda".to_owned(), "http://127.0.0.1:3".to_owned())],
            }
        );
        assert_eq!(profiles(&[], None).endpoints(), ProfileEndpoints::default());
    }

    #[test]
    fn the_files_are_where_the_variables_say_or_in_the_home_folder() {
        let at = |pairs: &[_]| path(&Env::of(pairs), "AWS_CONFIG_FILE", "config");
        let home = ("HOME", "/h");
        assert_eq!(at(&[home]), Some(PathBuf::from("/h/.aws/config")));
        assert_eq!(
            at(&[home, ("AWS_CONFIG_FILE", "/etc/aws")]),
            Some(PathBuf::from("/etc/aws"))
        );
        assert_eq!(
            at(&[home, ("AWS_CONFIG_FILE", "~/aws")]),
            Some(PathBuf::from("/h/aws"))
        );
        assert_eq!(at(&[]), None);
    }
}
