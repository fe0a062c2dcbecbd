//! German.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "de",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}Uhr ({zone})",
        date: "{day2}.{month2}.{year}",
        moment: "{date}, {clock}",
    },
    label: "{name}:",
    subject: "Ihr Anmeldecode für {app}",
    title: "Bestätigen Sie, dass Sie es sind",
    intro: "Geben Sie diesen Code ein, um die Anmeldung bei {app} abzuschließen.",
    expiry: "Der Code ist bis {until} gültig und nur einmal verwendbar.",
    requested: "Angefordert am {time}",
    never_ask: "Niemand von {app} wird Sie je nach diesem Code fragen. Geben Sie ihn nicht weiter.",
    not_you: "Wenn Sie sich gerade nicht anmelden, kennt jemand anderes Ihr Passwort. Ändern Sie es sofort.",
    support: "Fragen? {support}",
    notice_subject: "Möglicherweise kennt jemand Ihr Passwort für {app}",
    notice_title: "Möglicherweise kennt jemand Ihr Passwort",
    notice_body: "Jemand hat sich mehrmals mit Ihrem Passwort bei {app} angemeldet, ohne den richtigen Code einzugeben.",
    notice_advice: "Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort. Wenn Sie es waren, brauchen Sie nichts zu tun.",
    invitation_subject: "Ihr Konto bei {app} ist eingerichtet",
    invitation_title: "Willkommen bei {app}",
    invitation_intro: "Für Sie wurde ein Konto angelegt. Melden Sie sich mit diesen Daten an:",
    user_name: "Benutzername",
    password: "Vorläufiges Passwort",
    password_expiry: "Das vorläufige Passwort gilt bis zum {time}.",
    sign_in_at: "Anmelden unter {link}",
    choose: "Bei der ersten Anmeldung wählen Sie ein neues Passwort.",
    unexpected: "Wenn Sie diese Nachricht nicht erwartet haben, können Sie sie ignorieren.",
};
