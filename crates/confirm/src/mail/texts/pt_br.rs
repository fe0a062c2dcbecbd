//! Brazilian Portuguese.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "pt-BR",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day2}/{month2}/{year}",
        moment: "{date} às {clock}",
    },
    label: "{name}:",
    subject: "Seu código de acesso ao {app}",
    title: "Confirme que é você",
    intro: "Digite este código para concluir o login no {app}.",
    expiry: "Ele expira às {until} e só pode ser usado uma vez.",
    requested: "Solicitado em {time}",
    never_ask: "Ninguém do {app} vai pedir este código a você. Não o compartilhe com ninguém.",
    not_you: "Se não é você quem está fazendo login, alguém sabe sua senha. Troque-a agora.",
    support: "Dúvidas? {support}",
    notice_subject: "Alguém pode saber sua senha do {app}",
    notice_title: "Alguém pode saber sua senha",
    notice_body: "Alguém usou sua senha várias vezes para entrar no {app} sem digitar o código correto.",
    notice_advice: "Se não foi você, troque sua senha agora. Se foi você, não é preciso fazer nada.",
    invitation_subject: "Sua conta no {app} está pronta",
    invitation_title: "Boas-vindas ao {app}",
    invitation_intro: "Uma conta foi criada para você. Faça login com estes dados:",
    user_name: "Nome de usuário",
    password: "Senha temporária",
    password_expiry: "A senha temporária expira em {time}.",
    sign_in_at: "Faça login em {link}",
    choose: "Você vai escolher uma nova senha no primeiro login.",
    unexpected: "Se você não esperava esta mensagem, pode ignorá-la.",
};
