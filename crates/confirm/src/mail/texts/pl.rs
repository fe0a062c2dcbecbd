//! Polish.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "pl",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day2}.{month2}.{year}",
        moment: "{date}, {clock}",
    },
    label: "{name}:",
    subject: "Kod weryfikacyjny {app}",
    title: "Potwierdź, że to Ty",
    intro: "Wpisz ten kod, aby dokończyć logowanie do {app}.",
    expiry: "Kod jest jednorazowy i wygasa o {until}.",
    requested: "Data żądania: {time}",
    never_ask: "Nikt z {app} nigdy nie poprosi Cię o ten kod. Nie udostępniaj go nikomu.",
    not_you: "Jeśli nie logujesz się w tej chwili, ktoś inny zna Twoje hasło. Zmień je natychmiast.",
    support: "Masz pytania? {support}",
    notice_subject: "Ktoś może znać Twoje hasło do {app}",
    notice_title: "Ktoś może znać Twoje hasło",
    notice_body: "Ktoś kilka razy użył Twojego hasła do {app} i nie podał prawidłowego kodu.",
    notice_advice: "Jeśli to nie Ty, natychmiast zmień hasło. Jeśli to Ty, nie musisz nic robić.",
    invitation_subject: "Twoje konto w {app} jest gotowe",
    invitation_title: "Witamy w {app}",
    invitation_intro: "Utworzono dla Ciebie konto. Zaloguj się, używając tych danych:",
    user_name: "Nazwa użytkownika",
    password: "Hasło tymczasowe",
    password_expiry: "Hasło tymczasowe wygasa {time}.",
    sign_in_at: "Zaloguj się na stronie {link}",
    choose: "Przy pierwszym logowaniu ustawisz nowe hasło.",
    unexpected: "Jeśli nie spodziewasz się tej wiadomości, możesz ją zignorować.",
};
