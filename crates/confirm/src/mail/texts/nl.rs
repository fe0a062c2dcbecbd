//! Dutch.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "nl",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day2}-{month2}-{year}",
        moment: "{date} om {clock}",
    },
    label: "{name}:",
    subject: "Je inlogcode voor {app}",
    title: "Bevestig dat jij het bent",
    intro: "Voer deze code in om het inloggen bij {app} af te ronden.",
    expiry: "De code is geldig tot {until} en werkt één keer.",
    requested: "Aangevraagd op {time}",
    never_ask: "Niemand van {app} zal je ooit om deze code vragen. Deel hem met niemand.",
    not_you: "Ben je nu niet aan het inloggen? Dan kent iemand anders je wachtwoord. Wijzig het meteen.",
    support: "Vragen? {support}",
    notice_subject: "Mogelijk kent iemand je wachtwoord voor {app}",
    notice_title: "Mogelijk kent iemand je wachtwoord",
    notice_body: "Iemand heeft meerdere keren met je wachtwoord ingelogd bij {app} zonder de juiste code in te voeren.",
    notice_advice: "Was jij dit niet? Wijzig dan meteen je wachtwoord. Was jij het wel, dan hoef je niets te doen.",
    invitation_subject: "Je account voor {app} is klaar",
    invitation_title: "Welkom bij {app}",
    invitation_intro: "Er is een account voor je aangemaakt. Log in met deze gegevens:",
    user_name: "Gebruikersnaam",
    password: "Tijdelijk wachtwoord",
    password_expiry: "Het tijdelijke wachtwoord verloopt op {time}.",
    sign_in_at: "Inloggen op {link}",
    choose: "Je kiest een nieuw wachtwoord als je voor het eerst inlogt.",
    unexpected: "Verwachtte je dit bericht niet? Dan kun je het negeren.",
};
