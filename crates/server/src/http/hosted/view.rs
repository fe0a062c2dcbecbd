//! Which page a sign-in is at.

use poolhouse_hosted::{
    Attribute, Ceremony, Choice, CodeChallenge, Consent, Failed, Form, Frame, Login, NewPassword, SignUp,
    Texts, begin, choice, code, confirm, factor, forgot, login, new_password, offer, passkey, reset, sign_up,
};
use poolhouse_pool::oauth::steps::{
    ATTRIBUTE, CHOICES, CHOSEN, account, consent, passkey as passkeys, set_up,
};
use poolhouse_pool::oauth::transaction::{OFFER, Transaction};
use poolhouse_pool::records::{PageFlow, PageStep, PoolRecord};
use poolhouse_pool::request::Ctx;
use poolhouse_text::percent;

use super::visit::Visit;

/// What a page says that is good news.
const NEWS: [&str; 3] = ["passwordChanged", "registered", "resent"];

/// The page. A sign-up has links to the client's terms.
pub(super) fn page(
    ctx: &Ctx,
    visit: &Visit,
    found: &Transaction,
    (step, terms): (&PageStep, Option<[String; 2]>),
) -> Result<String, Failed> {
    let chooses = found.asked.flow == PageFlow::Choice;
    let mut frame = visit.frame(ctx);
    if chooses {
        frame.relying_party = passkeys::relying_party(&visit.site.pool.value);
    }
    let handle = visit.query.get("tx").unwrap_or_default();
    let form = Form {
        action: visit.to(path_of(step.challenge.as_deref()), ""),
        transaction: handle.to_owned(),
        seq: found.stored.value.seq,
        csrf: visit.csrf.clone(),
    };
    let said = step.said.as_deref().unwrap_or_default();
    let words = frame.texts.all(said);
    let (error, note) = match NEWS.contains(&said) {
        true => (String::new(), words),
        false => (words, String::new()),
    };
    let pool = &*visit.site.pool.value;
    match step.challenge.as_deref() {
        None => {
            let asked = Login {
                name: step.name.clone(),
                note,
                by_name_alone: chooses,
                can_reset: account::can_reset(ctx, pool),
                can_sign_up: account::can_sign_up(pool),
                is_outside_only: found.asked.is_outside_only,
                providers: providers(visit, &frame.texts, &found.asked.providers),
            };
            login(&frame, &form, &asked, &error)
        }
        Some(account::FORGOT) => forgot(&frame, &form, &step.name, &error),
        Some(account::RESET) => reset(&frame, &form, &rules(&frame.texts, pool), (&error, &note)),
        Some(account::SIGN_UP) => {
            let asked = SignUp {
                name: step.name.clone(),
                rules: rules(&frame.texts, pool),
                attributes: attributes(&frame.texts, &account::sign_up_attributes(pool), step),
                terms,
            };
            sign_up(&frame, &form, &asked, &error)
        }
        Some(account::CONFIRM) => confirm(&frame, &form, (&error, &note)),
        Some(consent::CONSENT) => poolhouse_hosted::consent(&frame, &form, &asked(step), &error),
        Some(OFFER) => match step.parameters.get(passkeys::OPTIONS) {
            Some(options) => passkey(&frame, &form, &Ceremony::Register(options), &error),
            None => offer(&frame, &form, &error),
        },
        Some(name) => challenge(ctx, (&frame, &form, pool), (name, step), &error),
    }
}

/// The identity providers that a person may go on with: each a way in of its own, with what the client has asked for.
fn providers(visit: &Visit, texts: &Texts, names: &[String]) -> Vec<Choice> {
    // What the client says of a provider is what the person chooses now.
    let says = |pair: &&str| !pair.starts_with("identity_provider=") && !pair.starts_with("idp_identifier=");
    let asked: Vec<&str> = visit
        .asked
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter(says)
        .collect();
    let links = names.iter().map(|name| {
        let known = match name.as_str() {
            "LoginWithAmazon" => "Amazon",
            "SignInWithApple" => "Apple",
            name => name,
        };
        let ours = format!("identity_provider={}", percent::encode(name));
        let whole: Vec<&str> = std::iter::once(ours.as_str())
            .chain(asked.iter().copied())
            .collect();
        Choice {
            value: format!("{}/oauth2/authorize?{}", visit.prefix, whole.join("&")),
            label: texts.filled("continueWith", &[("provider", known)]),
        }
    });
    links.collect()
}

/// The page of a challenge of the engine's.
fn challenge(
    ctx: &Ctx,
    (frame, form, pool): (&Frame, &Form, &PoolRecord),
    (name, step): (&str, &PageStep),
    error: &str,
) -> Result<String, Failed> {
    let text = |name: &str| step.parameters.get(name).map_or("", String::as_str);
    match name {
        "CUSTOM_CHALLENGE" => {
            let challenge = CodeChallenge {
                parameters: &step.parameters,
                passed: ctx.now.seconds() - step.asked.seconds(),
                said: step.said.as_deref().unwrap_or_default(),
                has_chosen: step.parameters.contains_key(CHOSEN),
            };
            code(frame, form, &challenge)
        }
        "SELECT_MFA_TYPE" => {
            let options = options(&frame.texts, text("MFAS_CAN_CHOOSE"));
            choice(frame, form, &options, error)
        }
        "NEW_PASSWORD_REQUIRED" => {
            let asked = NewPassword {
                rules: rules(&frame.texts, pool),
                attributes: attributes(&frame.texts, &listed(text("requiredAttributes")), step),
            };
            new_password(frame, form, &asked, error)
        }
        set_up::CHALLENGE => {
            let seed = text(set_up::SEED);
            let uri = key_uri(&frame.app, &step.name, seed);
            poolhouse_hosted::set_up(frame, form, (seed, &uri), error)
        }
        "SELECT_CHALLENGE" => {
            let choices: Vec<&str> = text(CHOICES).split(' ').collect();
            let ways = (&*ways(&frame.texts, &choices), account::can_reset(ctx, pool));
            begin(
                frame,
                form,
                (&step.name, choices.contains(&"PASSWORD")),
                ways,
                error,
            )
        }
        "WEB_AUTHN" => {
            let options = Ceremony::SignIn(text("CREDENTIAL_REQUEST_OPTIONS"));
            passkey(frame, form, &options, error)
        }
        "SMS_MFA" | "SMS_OTP" | "EMAIL_OTP" | "SOFTWARE_TOKEN_MFA" => {
            factor(frame, form, name, text("CODE_DELIVERY_DESTINATION"), error)
        }
        // No step is at another challenge.
        _ => login(frame, form, &Login::default(), frame.texts.get("unsupported")),
    }
}

/// Where the forms of a step are sent.
pub(super) fn path_of(challenge: Option<&str>) -> &'static str {
    match challenge {
        None => "/login",
        Some("CUSTOM_CHALLENGE" | "SELECT_CHALLENGE" | "SMS_OTP" | "WEB_AUTHN") => "/challenge",
        Some(OFFER) => "/passkeys/add",
        Some(account::FORGOT) => "/forgotPassword",
        Some(account::RESET) => "/confirmForgotPassword",
        Some(account::SIGN_UP) => "/signup",
        Some(account::CONFIRM) => "/confirm",
        Some(consent::CONSENT) => "/consent",
        Some("NEW_PASSWORD_REQUIRED") => "/changePassword",
        Some(_) => "/mfa",
    }
}

/// What a person is asked to allow.
fn asked(step: &PageStep) -> Consent {
    let text = |name: &str| step.parameters.get(name).cloned().unwrap_or_default();
    let scopes = serde_json::from_str::<Vec<(String, String)>>(&text(consent::SCOPES));
    Consent {
        client: text(consent::CLIENT),
        host: text(consent::HOST),
        is_unchecked: !text(consent::UNCHECKED).is_empty(),
        target: text(consent::TARGET),
        is_here: !text(consent::HERE).is_empty(),
        account: step.name.clone(),
        scopes: scopes.unwrap_or_default(),
        resource: text(consent::RESOURCE),
    }
}

/// The members of a list that a challenge's parameter holds as JSON.
fn listed(text: &str) -> Vec<String> {
    serde_json::from_str::<Vec<String>>(text).unwrap_or_default()
}

/// What a sign-in can begin with beside the password.
fn ways(texts: &Texts, names: &[&str]) -> Vec<Choice> {
    let label = |name: &str| match name {
        "WEB_AUTHN" => Some("passkeyButton"),
        "EMAIL_OTP" => Some("factorEmail"),
        "SMS_OTP" => Some("factorSms"),
        _ => None,
    };
    let known = names.iter().filter_map(|name| {
        let label = texts.get(label(name)?).to_owned();
        let value = (*name).to_owned();
        Some(Choice { value, label })
    });
    known.collect()
}

/// What an authenticator app scans: an app, somebody's name in it, and the key.
fn key_uri(app: &str, name: &str, seed: &str) -> String {
    let (app, name) = (percent::encode(app), percent::encode(name));
    format!("otpauth://totp/{app}:{name}?secret={seed}&issuer={app}")
}

fn options(texts: &Texts, names: &str) -> Vec<Choice> {
    let label = |name: &str| match name {
        "EMAIL_OTP" => Some("factorEmail"),
        "SMS_MFA" => Some("factorSms"),
        "SOFTWARE_TOKEN_MFA" => Some("factorApp"),
        _ => None,
    };
    let known = listed(names).into_iter().filter_map(|value| {
        let label = texts.get(label(&value)?).to_owned();
        Some(Choice { value, label })
    });
    known.collect()
}

/// What has to be given beside a password, by names that people read.
fn attributes(texts: &Texts, names: &[String], step: &PageStep) -> Vec<Attribute> {
    let named = names.iter().map(|name| {
        let name = name.strip_prefix("userAttributes.").unwrap_or(name).to_owned();
        let label = match name.as_str() {
            "email" => texts.get("email"),
            name => texts.get(&format!("attributes.{name}")),
        };
        let label = match label {
            "" => name.replace('_', " "),
            label => label.to_owned(),
        };
        let typed = step.parameters.get(&format!("{ATTRIBUTE}{name}"));
        Attribute {
            typed: typed.cloned().unwrap_or_default(),
            name,
            label,
        }
    });
    named.collect()
}

/// What the pool asks of passwords.
fn rules(texts: &Texts, pool: &PoolRecord) -> Vec<String> {
    let policies = pool.settings.policies.as_ref();
    let Some(policy) = policies.and_then(|policies| policies.password_policy.as_ref()) else {
        return Vec::new();
    };
    let length = policy
        .minimum_length
        .map(|n| texts.filled("ruleLength", &[("n", &n.to_string())]));
    let others = [
        (policy.require_uppercase, "ruleUppercase"),
        (policy.require_lowercase, "ruleLowercase"),
        (policy.require_numbers, "ruleNumber"),
        (policy.require_symbols, "ruleSymbol"),
    ];
    let others = others.into_iter().filter(|(required, _)| *required == Some(true));
    length
        .into_iter()
        .chain(others.map(|(_, name)| texts.get(name).to_owned()))
        .collect()
}
