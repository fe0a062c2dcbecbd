//! Spanish.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "es",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day}/{month}/{year}",
        moment: "{date} a las {clock}",
    },
    label: "{name}:",
    subject: "Tu código de inicio de sesión de {app}",
    title: "Confirma que eres tú",
    intro: "Introduce este código para terminar de iniciar sesión en {app}.",
    expiry: "Caduca a las {until} y solo se puede usar una vez.",
    requested: "Solicitado el {time}",
    never_ask: "Nadie de {app} te pedirá nunca este código. No lo compartas con nadie.",
    not_you: "Si no estás iniciando sesión ahora, otra persona conoce tu contraseña. Cámbiala cuanto antes.",
    support: "¿Tienes preguntas? {support}",
    notice_subject: "Es posible que alguien conozca tu contraseña de {app}",
    notice_title: "Es posible que alguien conozca tu contraseña",
    notice_body: "Alguien ha usado tu contraseña varias veces para entrar en {app} sin introducir el código correcto.",
    notice_advice: "Si no has sido tú, cambia tu contraseña ahora mismo. Si has sido tú, no tienes que hacer nada.",
    invitation_subject: "Tu cuenta de {app} está lista",
    invitation_title: "Te damos la bienvenida a {app}",
    invitation_intro: "Se ha creado una cuenta para ti. Inicia sesión con estos datos:",
    user_name: "Nombre de usuario",
    password: "Contraseña temporal",
    password_expiry: "La contraseña temporal caduca el {time}.",
    sign_in_at: "Inicia sesión en {link}",
    choose: "Elegirás una contraseña nueva la primera vez que inicies sesión.",
    unexpected: "Si no esperabas este mensaje, puedes ignorarlo.",
};
