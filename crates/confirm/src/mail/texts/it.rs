//! Italian.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "it",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day2}/{month2}/{year}",
        moment: "{date} alle {clock}",
    },
    label: "{name}:",
    subject: "Il tuo codice di accesso a {app}",
    title: "Conferma la tua identità",
    intro: "Inserisci questo codice per completare l’accesso a {app}.",
    expiry: "Scade alle {until} e si usa una sola volta.",
    requested: "Richiesto il {time}",
    never_ask: "Nessuno di {app} ti chiederà mai questo codice. Non comunicarlo a nessuno.",
    not_you: "Se non stai effettuando l’accesso in questo momento, qualcun altro conosce la tua password. Cambiala subito.",
    support: "Hai domande? {support}",
    notice_subject: "Qualcuno potrebbe conoscere la tua password di {app}",
    notice_title: "Qualcuno potrebbe conoscere la tua password",
    notice_body: "Qualcuno ha usato più volte la tua password per accedere a {app} senza inserire il codice corretto.",
    notice_advice: "Se non eri tu, cambia subito la password. Se eri tu, non devi fare nulla.",
    invitation_subject: "Il tuo account {app} è pronto",
    invitation_title: "Ti diamo il benvenuto in {app}",
    invitation_intro: "È stato creato un account per te. Accedi con questi dati:",
    user_name: "Nome utente",
    password: "Password temporanea",
    password_expiry: "La password temporanea scade il {time}.",
    sign_in_at: "Accedi da {link}",
    choose: "Al primo accesso sceglierai una nuova password.",
    unexpected: "Se non aspettavi questo messaggio, puoi ignorarlo.",
};
