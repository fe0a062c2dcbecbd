//! What the mail says, in every language it is written in.
//!
//! Placeholders: `{app}` the name of the app, `{minutes}` how long the code still lives, `{time}` when it was asked for.
//! Minutes are written so that no plural form is needed. The subject and the preheader never carry the code, because
//! locked screens show them. `not_you` may be this plain: the mail goes out only after the password was right.

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
};
