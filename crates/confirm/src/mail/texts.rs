//! What the mail says, in every language it is written in.
//!
//! Placeholders: `{app}` the name of the app, `{minutes}` how long the code still lives, `{time}` when it was asked for.
//! Minutes are written so that no plural form is needed. The subject and the preheader never carry the code, because
//! locked screens show them. `not_you` and the notice may be this plain: the mail goes out only after the password was right.

/// The texts of one language.
pub(super) struct Texts {
    pub(super) tag: &'static str,
    pub(super) right_to_left: bool,
    pub(super) subject: &'static str,
    pub(super) preheader: &'static str,
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) expiry: &'static str,
    pub(super) requested: &'static str,
    pub(super) never_ask: &'static str,
    pub(super) not_you: &'static str,
    pub(super) notice_subject: &'static str,
    pub(super) notice: &'static str,
    pub(super) notice_advice: &'static str,
    pub(super) notice_else: &'static str,
}

pub(super) static EN: Texts = Texts {
    tag: "en",
    right_to_left: false,
    subject: "Your confirm code for {app}",
    preheader: "Open this message to see the code.",
    title: "Confirm that it is you",
    intro: "Enter this code to finish signing in to {app}:",
    expiry: "It works once, for the next {minutes} min.",
    requested: "Requested on {time}",
    never_ask: "Nobody at {app} will ever ask you for this code. Do not pass it on.",
    not_you: "If you are not signing in right now, someone else knows your password: change it.",
    notice_subject: "Somebody tried to sign in to {app}",
    notice: "On {time}, somebody who knows your password tried to sign in to {app} and did not enter the code.",
    notice_advice: "If this was not you, change your password now.",
    notice_else: "If it was you, there is nothing to do.",
};

pub(super) static ALL: [&Texts; 13] = [
    &EN, &DE, &FR, &ES, &IT, &PT_BR, &NL, &PL, &JA, &KO, &ZH_CN, &AR, &HE,
];

static DE: Texts = Texts {
    tag: "de",
    right_to_left: false,
    subject: "Ihr Bestätigungscode für {app}",
    preheader: "Öffnen Sie diese Nachricht, um den Code zu sehen.",
    title: "Bestätigen Sie, dass Sie es sind",
    intro: "Geben Sie diesen Code ein, um die Anmeldung bei {app} abzuschließen:",
    expiry: "Er gilt einmal, noch {minutes} Min.",
    requested: "Angefordert am {time}",
    never_ask: "Niemand von {app} wird Sie je nach diesem Code fragen. Geben Sie ihn nicht weiter.",
    not_you: "Wenn Sie sich gerade nicht anmelden, kennt jemand anderes Ihr Passwort: Ändern Sie es.",
    notice_subject: "Jemand wollte sich bei {app} anmelden",
    notice: "Am {time} wollte sich jemand, der Ihr Passwort kennt, bei {app} anmelden und hat den Code nicht eingegeben.",
    notice_advice: "Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort.",
    notice_else: "Wenn Sie es waren, müssen Sie nichts tun.",
};

static FR: Texts = Texts {
    tag: "fr",
    right_to_left: false,
    subject: "Votre code de confirmation pour {app}",
    preheader: "Ouvrez ce message pour voir le code.",
    title: "Confirmez que c’est bien vous",
    intro: "Saisissez ce code pour terminer la connexion à {app} :",
    expiry: "Il est valable une seule fois, pendant encore {minutes} min.",
    requested: "Demandé le {time}",
    never_ask: "Personne chez {app} ne vous demandera jamais ce code. Ne le communiquez à personne.",
    not_you: "Si vous n’êtes pas en train de vous connecter, quelqu’un d’autre connaît votre mot de passe : changez-le.",
    notice_subject: "Quelqu’un a essayé de se connecter à {app}",
    notice: "Le {time}, une personne qui connaît votre mot de passe a essayé de se connecter à {app} sans saisir le code.",
    notice_advice: "Si ce n’était pas vous, changez votre mot de passe maintenant.",
    notice_else: "Si c’était vous, vous n’avez rien à faire.",
};

static ES: Texts = Texts {
    tag: "es",
    right_to_left: false,
    subject: "Tu código de confirmación para {app}",
    preheader: "Abre este mensaje para ver el código.",
    title: "Confirma que eres tú",
    intro: "Introduce este código para terminar de iniciar sesión en {app}:",
    expiry: "Sirve una sola vez, durante los próximos {minutes} min.",
    requested: "Solicitado el {time}",
    never_ask: "Nadie de {app} te pedirá nunca este código. No lo compartas.",
    not_you: "Si no estás iniciando sesión ahora, otra persona conoce tu contraseña: cámbiala.",
    notice_subject: "Alguien intentó iniciar sesión en {app}",
    notice: "El {time}, alguien que conoce tu contraseña intentó iniciar sesión en {app} y no introdujo el código.",
    notice_advice: "Si no fuiste tú, cambia tu contraseña ahora.",
    notice_else: "Si fuiste tú, no tienes que hacer nada.",
};

static IT: Texts = Texts {
    tag: "it",
    right_to_left: false,
    subject: "Il tuo codice di conferma per {app}",
    preheader: "Apri questo messaggio per vedere il codice.",
    title: "Conferma che sei tu",
    intro: "Inserisci questo codice per completare l’accesso a {app}:",
    expiry: "Vale una sola volta, per i prossimi {minutes} min.",
    requested: "Richiesto il {time}",
    never_ask: "Nessuno di {app} ti chiederà mai questo codice. Non comunicarlo a nessuno.",
    not_you: "Se non stai effettuando l’accesso in questo momento, qualcun altro conosce la tua password: cambiala.",
    notice_subject: "Qualcuno ha provato ad accedere a {app}",
    notice: "Il {time} qualcuno che conosce la tua password ha provato ad accedere a {app} e non ha inserito il codice.",
    notice_advice: "Se non eri tu, cambia subito la password.",
    notice_else: "Se eri tu, non devi fare nulla.",
};

static PT_BR: Texts = Texts {
    tag: "pt-BR",
    right_to_left: false,
    subject: "Seu código de confirmação para {app}",
    preheader: "Abra esta mensagem para ver o código.",
    title: "Confirme que é você",
    intro: "Digite este código para concluir o acesso a {app}:",
    expiry: "Ele vale uma única vez, pelos próximos {minutes} min.",
    requested: "Solicitado em {time}",
    never_ask: "Ninguém de {app} vai pedir este código a você. Não o compartilhe.",
    not_you: "Se você não está entrando agora, outra pessoa sabe a sua senha: troque-a.",
    notice_subject: "Alguém tentou entrar em {app}",
    notice: "Em {time}, alguém que sabe a sua senha tentou entrar em {app} e não digitou o código.",
    notice_advice: "Se não foi você, troque a sua senha agora.",
    notice_else: "Se foi você, não é preciso fazer nada.",
};

static NL: Texts = Texts {
    tag: "nl",
    right_to_left: false,
    subject: "Je bevestigingscode voor {app}",
    preheader: "Open dit bericht om de code te zien.",
    title: "Bevestig dat jij het bent",
    intro: "Voer deze code in om het inloggen bij {app} af te ronden:",
    expiry: "De code werkt één keer, nog {minutes} min.",
    requested: "Aangevraagd op {time}",
    never_ask: "Niemand van {app} zal je ooit om deze code vragen. Geef hem niet door.",
    not_you: "Ben je nu niet aan het inloggen? Dan kent iemand anders je wachtwoord: wijzig het.",
    notice_subject: "Iemand probeerde in te loggen bij {app}",
    notice: "Op {time} probeerde iemand die je wachtwoord kent in te loggen bij {app} en voerde de code niet in.",
    notice_advice: "Was jij dit niet? Wijzig dan nu je wachtwoord.",
    notice_else: "Was jij het wel, dan hoef je niets te doen.",
};

static PL: Texts = Texts {
    tag: "pl",
    right_to_left: false,
    subject: "Twój kod potwierdzający do {app}",
    preheader: "Otwórz tę wiadomość, aby zobaczyć kod.",
    title: "Potwierdź, że to Ty",
    intro: "Wpisz ten kod, aby dokończyć logowanie do {app}:",
    expiry: "Działa jeden raz, jeszcze przez {minutes} min.",
    requested: "Data żądania: {time}",
    never_ask: "Nikt z {app} nigdy nie poprosi Cię o ten kod. Nie przekazuj go nikomu.",
    not_you: "Jeśli się teraz nie logujesz, ktoś inny zna Twoje hasło: zmień je.",
    notice_subject: "Ktoś próbował zalogować się do {app}",
    notice: "{time}: ktoś, kto zna Twoje hasło, próbował zalogować się do {app} i nie wpisał kodu.",
    notice_advice: "Jeśli to nie Ty, zmień teraz hasło.",
    notice_else: "Jeśli to Ty, nie musisz nic robić.",
};

static JA: Texts = Texts {
    tag: "ja",
    right_to_left: false,
    subject: "{app} の確認コード",
    preheader: "メッセージを開いてコードを確認してください。",
    title: "ご本人確認",
    intro: "{app} へのサインインを完了するには、次のコードを入力してください。",
    expiry: "このコードは 1 回限り有効です。残り {minutes} 分。",
    requested: "リクエスト日時: {time}",
    never_ask: "{app} がこのコードをお尋ねすることはありません。誰にも教えないでください。",
    not_you: "今サインインしていない場合は、パスワードを他人に知られています。変更してください。",
    notice_subject: "{app} へのサインインが試みられました",
    notice: "{time} に、パスワードを知っている人が {app} へのサインインを試み、コードを入力しませんでした。",
    notice_advice: "お心当たりがない場合は、今すぐパスワードを変更してください。",
    notice_else: "ご本人の場合は、何もする必要はありません。",
};

static KO: Texts = Texts {
    tag: "ko",
    right_to_left: false,
    subject: "{app} 확인 코드",
    preheader: "메시지를 열어 코드를 확인하세요.",
    title: "본인 확인",
    intro: "{app} 로그인을 완료하려면 다음 코드를 입력하세요.",
    expiry: "한 번만 사용할 수 있으며 {minutes}분 후 만료됩니다.",
    requested: "요청 시각: {time}",
    never_ask: "{app}에서는 이 코드를 절대 묻지 않습니다. 다른 사람에게 알려 주지 마세요.",
    not_you: "지금 로그인하고 있지 않다면 다른 사람이 비밀번호를 알고 있는 것입니다. 비밀번호를 변경하세요.",
    notice_subject: "{app}에 로그인하려는 시도가 있었습니다",
    notice: "{time}에 비밀번호를 아는 사람이 {app}에 로그인하려 했지만 코드를 입력하지 않았습니다.",
    notice_advice: "본인이 아니라면 지금 비밀번호를 변경하세요.",
    notice_else: "본인이라면 아무것도 하지 않아도 됩니다.",
};

static ZH_CN: Texts = Texts {
    tag: "zh-CN",
    right_to_left: false,
    subject: "您的 {app} 确认码",
    preheader: "打开此邮件查看确认码。",
    title: "确认是您本人",
    intro: "请输入以下确认码，完成登录 {app}：",
    expiry: "仅可使用一次，{minutes} 分钟内有效。",
    requested: "请求时间：{time}",
    never_ask: "{app} 的任何人都不会向您索要此确认码。请勿告诉他人。",
    not_you: "如果您现在没有登录，说明有人知道您的密码，请立即修改。",
    notice_subject: "有人尝试登录 {app}",
    notice: "{time}，有知道您密码的人尝试登录 {app}，但没有输入确认码。",
    notice_advice: "如果不是您本人，请立即修改密码。",
    notice_else: "如果是您本人，则无需任何操作。",
};

static AR: Texts = Texts {
    tag: "ar",
    right_to_left: true,
    subject: "رمز التأكيد الخاص بك في {app}",
    preheader: "افتح هذه الرسالة لرؤية الرمز.",
    title: "أكِّد أنك صاحب الحساب",
    intro: "أدخل هذا الرمز لإتمام تسجيل الدخول إلى {app}:",
    expiry: "يعمل الرمز مرة واحدة فقط. المدة المتبقية بالدقائق: {minutes}",
    requested: "وقت الطلب: {time}",
    never_ask: "لن يطلب منك أحد من {app} هذا الرمز أبدًا. لا تشاركه مع أي شخص.",
    not_you: "إذا لم تكن تسجّل الدخول الآن، فهناك من يعرف كلمة مرورك: غيّرها.",
    notice_subject: "حاول شخص تسجيل الدخول إلى {app}",
    notice: "في {time} حاول شخص يعرف كلمة مرورك تسجيل الدخول إلى {app} ولم يُدخل الرمز.",
    notice_advice: "إذا لم تكن أنت، فغيّر كلمة مرورك الآن.",
    notice_else: "إذا كنت أنت، فلا يلزمك فعل أي شيء.",
};

static HE: Texts = Texts {
    tag: "he",
    right_to_left: true,
    subject: "קוד האישור שלך עבור {app}",
    preheader: "יש לפתוח את ההודעה כדי לראות את הקוד.",
    title: "אישור הזהות שלך",
    intro: "יש להזין את הקוד הזה כדי להשלים את הכניסה אל {app}:",
    expiry: "הקוד פועל פעם אחת בלבד. זמן שנותר בדקות: {minutes}",
    requested: "מועד הבקשה: {time}",
    never_ask: "אף אחד מטעם {app} לא יבקש ממך את הקוד הזה. אין למסור אותו לאיש.",
    not_you: "אם אינך נכנס/ת כעת, מישהו אחר יודע את הסיסמה שלך: יש להחליף אותה.",
    notice_subject: "מישהו ניסה להיכנס אל {app}",
    notice: "בתאריך {time} מישהו שיודע את הסיסמה שלך ניסה להיכנס אל {app} ולא הזין את הקוד.",
    notice_advice: "אם זה לא היית את/ה, יש להחליף עכשיו את הסיסמה.",
    notice_else: "אם זה היית את/ה, אין צורך לעשות דבר.",
};
