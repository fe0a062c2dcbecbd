//! French.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "fr",
    right_to_left: false,
    times: Times {
        clock: "{hour}\u{a0}h\u{a0}{minute} ({zone})",
        date: "{day2}/{month2}/{year}",
        moment: "{date} à {clock}",
    },
    label: "{name}\u{a0}:",
    subject: "Votre code de connexion à {app}",
    title: "Confirmez que c’est bien vous",
    intro: "Saisissez ce code pour terminer votre connexion à {app}.",
    expiry: "À usage unique, valable jusqu’à {until}.",
    requested: "Demandé le {time}",
    never_ask: "Personne chez {app} ne vous demandera jamais ce code. Ne le communiquez à personne.",
    not_you: "Si vous n’êtes pas en train de vous connecter, quelqu’un d’autre connaît votre mot de passe. Changez-le immédiatement.",
    support: "Une question\u{a0}? {support}",
    notice_subject: "Quelqu’un connaît peut-être votre mot de passe {app}",
    notice_title: "Quelqu’un connaît peut-être votre mot de passe",
    notice_body: "Quelqu’un s’est identifié plusieurs fois sur {app} avec votre mot de passe, sans saisir le bon code.",
    notice_advice: "Si ce n’était pas vous, changez immédiatement votre mot de passe. Si c’était vous, vous n’avez rien à faire.",
    invitation_subject: "Votre compte {app} est prêt",
    invitation_title: "Bienvenue sur {app}",
    invitation_intro: "Un compte a été créé pour vous. Connectez-vous avec ces informations\u{a0}:",
    user_name: "Nom d’utilisateur",
    password: "Mot de passe provisoire",
    password_expiry: "Le mot de passe provisoire expire le {time}.",
    sign_in_at: "Connectez-vous sur {link}",
    choose: "Vous choisirez un nouveau mot de passe lors de votre première connexion.",
    unexpected: "Si vous n’attendiez pas ce message, vous pouvez l’ignorer.",
};
