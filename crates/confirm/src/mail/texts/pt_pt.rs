//! European Portuguese.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "pt-PT",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day2}/{month2}/{year}",
        moment: "{date} às {clock}",
    },
    label: "{name}:",
    subject: "O seu código de início de sessão na {app}",
    title: "Confirme que é mesmo você",
    intro: "Introduza este código para concluir o início de sessão na {app}.",
    expiry: "Expira às {until} e só pode ser utilizado uma vez.",
    requested: "Pedido em {time}",
    never_ask: "Ninguém da {app} lhe pedirá este código. Não o partilhe com ninguém.",
    not_you: "Se não está a iniciar sessão neste momento, outra pessoa sabe a sua palavra-passe. Altere-a de imediato.",
    support: "Tem dúvidas? {support}",
    notice_subject: "Alguém pode saber a sua palavra-passe da {app}",
    notice_title: "Alguém pode saber a sua palavra-passe",
    notice_body: "Alguém utilizou várias vezes a sua palavra-passe para entrar na {app} sem introduzir o código correto.",
    notice_advice: "Se não foi você, altere já a sua palavra-passe. Se foi você, não precisa de fazer nada.",
    invitation_subject: "A sua conta na {app} está pronta",
    invitation_title: "Damos-lhe as boas-vindas à {app}",
    invitation_intro: "Foi criada uma conta para si. Inicie sessão com estes dados:",
    user_name: "Nome de utilizador",
    password: "Palavra-passe temporária",
    password_expiry: "A palavra-passe temporária expira em {time}.",
    sign_in_at: "Inicie sessão em {link}",
    choose: "Vai escolher uma nova palavra-passe no primeiro início de sessão.",
    unexpected: "Se não esperava esta mensagem, pode ignorá-la.",
};
