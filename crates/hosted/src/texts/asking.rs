//! The sentences of the page that asks whether an app of strangers may have what it asks for.

/// Each by its name, in the languages of the pages' own sentences.
#[rustfmt::skip]
pub(super) static ASKING: &[(&str, [&str; 15])] = &[
    ("consentTitle", [
        "هل تسمح لـ «{client}» بالوصول؟", "„{client}“ Zugriff erlauben?", "Let “{client}” in?", "¿Permitir el acceso a «{client}»?",
        "Autoriser « {client} » ?", "לאפשר גישה ל־„{client}”?", "Consentire l’accesso a «{client}»?", "「{client}」に許可しますか？",
        "‘{client}’에 액세스를 허용하시겠습니까?", "‘{client}’ toegang geven?", "Zezwolić na dostęp aplikacji „{client}”?", "Permitir o acesso de “{client}”?",
        "Permitir o acesso de “{client}”?", "允许“{client}”访问吗？", "允許「{client}」存取嗎？",
    ]),
    ("consentNameless", [
        "تطبيق بلا اسم", "Eine App ohne Namen", "An app without a name", "Una aplicación sin nombre",
        "Une application sans nom", "אפליקציה ללא שם", "Un’app senza nome", "名前のないアプリ",
        "이름 없는 앱", "Een app zonder naam", "Aplikacja bez nazwy", "Um aplicativo sem nome",
        "Uma aplicação sem nome", "未命名的应用", "未命名的應用程式",
    ]),
    ("consentAccount", [
        "سجّلت الدخول باسم {account}.", "Sie sind als {account} angemeldet.", "You are signed in as {account}.", "Has iniciado sesión como {account}.",
        "Vous êtes connecté en tant que {account}.", "נכנסת בתור {account}.", "Hai effettuato l’accesso come {account}.", "{account} としてサインインしています。",
        "{account}(으)로 로그인되어 있습니다.", "U bent aangemeld als {account}.", "Zalogowano jako {account}.", "Você entrou como {account}.",
        "Iniciou sessão como {account}.", "您已以 {account} 的身份登录。", "您已以 {account} 的身分登入。",
    ]),
    ("consentFrom", [
        "التطبيق من:", "Die App ist von:", "The app is from:", "La aplicación es de:",
        "L’application provient de :", "האפליקציה היא מ־:", "L’app proviene da:", "このアプリの提供元：",
        "앱 출처:", "De app is van:", "Aplikacja pochodzi z:", "O aplicativo é de:",
        "A aplicação é de:", "该应用来自：", "此應用程式來自：",
    ]),
    ("consentUnchecked", [
        "سجّل التطبيق نفسه هنا، ولم يتحقق أحد من اسمه.", "Die App hat sich selbst hier eingetragen. Niemand hat ihren Namen geprüft.", "The app has registered itself here. Nobody has checked its name.", "La aplicación se ha registrado aquí por sí misma. Nadie ha comprobado su nombre.",
        "L’application s’est enregistrée elle-même ici. Personne n’a vérifié son nom.", "האפליקציה רשמה את עצמה כאן. איש לא בדק את שמה.", "L’app si è registrata qui da sola. Nessuno ne ha verificato il nome.", "このアプリは自身で登録したもので、名前は確認されていません。",
        "이 앱은 스스로 등록했으며 이름은 확인되지 않았습니다.", "De app heeft zichzelf hier aangemeld. Niemand heeft de naam gecontroleerd.", "Aplikacja zarejestrowała się tu sama. Nikt nie sprawdził jej nazwy.", "O aplicativo se registrou aqui por conta própria. Ninguém verificou o nome dele.",
        "A aplicação registou-se aqui por si própria. Ninguém verificou o seu nome.", "该应用是自行在此注册的，其名称未经核实。", "此應用程式是自行在此註冊的，其名稱未經核實。",
    ]),
    ("consentTarget", [
        "بعد ذلك ستنتقل إلى {target}.", "Danach geht es weiter zu {target}.", "You will be taken to {target}.", "Después irás a {target}.",
        "Vous serez ensuite dirigé vers {target}.", "לאחר מכן תועבר אל {target}.", "Poi verrai indirizzato a {target}.", "このあと {target} に移動します。",
        "그런 다음 {target}(으)로 이동합니다.", "Daarna gaat u naar {target}.", "Potem nastąpi przejście do {target}.", "Em seguida, você irá para {target}.",
        "Em seguida, será encaminhado para {target}.", "随后将转到 {target}。", "隨後將前往 {target}。",
    ]),
    ("consentHere", [
        "بعد ذلك ينتقل الإذن إلى برنامج على هذا الجهاز. اسمح به فقط إذا كنت قد بدأته للتو بنفسك.", "Danach geht es weiter zu einem Programm auf diesem Computer. Erlauben Sie es nur, wenn Sie es gerade selbst gestartet haben.", "You will be taken to a program on this computer. Allow it only if you have just started it yourself.", "Después irás a un programa de este equipo. Permítelo solo si acabas de iniciarlo tú.",
        "Vous serez ensuite dirigé vers un programme de cet ordinateur. N’autorisez que si vous venez de le lancer vous-même.", "לאחר מכן תועבר לתוכנה במחשב הזה. אפשר זאת רק אם הפעלת אותה בעצמך הרגע.", "Poi verrai indirizzato a un programma di questo computer. Consenti solo se l’hai appena avviato tu.", "このあと、このコンピューター上のプログラムに移動します。ご自身で起動した場合にのみ許可してください。",
        "그런 다음 이 컴퓨터의 프로그램으로 이동합니다. 방금 직접 시작한 경우에만 허용하세요.", "Daarna gaat u naar een programma op deze computer. Sta het alleen toe als u het net zelf hebt gestart.", "Potem nastąpi przejście do programu na tym komputerze. Zezwól tylko, jeśli właśnie go uruchomiono osobiście.", "Em seguida, você irá para um programa neste computador. Permita somente se você acabou de iniciá-lo.",
        "Em seguida, será encaminhado para um programa neste computador. Permita apenas se o acabou de iniciar.", "随后将转到此电脑上的程序。仅当您刚刚亲自启动它时才允许。", "隨後將前往此電腦上的程式。僅當您剛剛親自啟動它時才允許。",
    ]),
    ("consentScopes", [
        "سيتمكن من:", "Sie kann dann:", "It will be able to:", "Podrá:",
        "Elle pourra :", "היא תוכל:", "Potrà:", "許可される内容：",
        "허용되는 작업:", "De app kan dan:", "Aplikacja będzie mogła:", "Ele poderá:",
        "Poderá:", "它将能够：", "它將能夠：",
    ]),
    ("consentResource", [
        "لدى {resource}", "Bei {resource}", "At {resource}", "En {resource}",
        "Auprès de {resource}", "אצל {resource}", "Presso {resource}", "対象：{resource}",
        "대상: {resource}", "Bij {resource}", "W {resource}", "Em {resource}",
        "Em {resource}", "在 {resource}", "在 {resource}",
    ]),
    ("scope.openid", [
        "معرفة هويتك", "wissen, wer Sie sind", "know who you are", "saber quién eres",
        "savoir qui vous êtes", "לדעת מי אתה", "sapere chi sei", "本人であることの確認",
        "사용자가 누구인지 확인", "weten wie u bent", "dowiedzieć się, kim jesteś", "saber quem você é",
        "saber quem é", "知道您是谁", "知道您是誰",
    ]),
    ("scope.email", [
        "رؤية عنوان بريدك الإلكتروني", "Ihre E-Mail-Adresse sehen", "see your email address", "ver tu dirección de correo",
        "voir votre adresse e-mail", "לראות את כתובת הדוא״ל שלך", "vedere il tuo indirizzo email", "メールアドレスの閲覧",
        "이메일 주소 보기", "uw e-mailadres zien", "zobaczyć Twój adres e-mail", "ver seu endereço de e-mail",
        "ver o seu endereço de e-mail", "查看您的电子邮件地址", "查看您的電子郵件地址",
    ]),
    ("scope.phone", [
        "رؤية رقم هاتفك", "Ihre Telefonnummer sehen", "see your phone number", "ver tu número de teléfono",
        "voir votre numéro de téléphone", "לראות את מספר הטלפון שלך", "vedere il tuo numero di telefono", "電話番号の閲覧",
        "전화번호 보기", "uw telefoonnummer zien", "zobaczyć Twój numer telefonu", "ver seu número de telefone",
        "ver o seu número de telefone", "查看您的电话号码", "查看您的電話號碼",
    ]),
    ("scope.profile", [
        "رؤية اسمك وملفك الشخصي", "Ihren Namen und Ihr Profil sehen", "see your name and profile", "ver tu nombre y tu perfil",
        "voir votre nom et votre profil", "לראות את שמך ואת הפרופיל שלך", "vedere il tuo nome e il tuo profilo", "名前とプロフィールの閲覧",
        "이름과 프로필 보기", "uw naam en profiel zien", "zobaczyć Twoje imię i profil", "ver seu nome e perfil",
        "ver o seu nome e perfil", "查看您的姓名和个人资料", "查看您的姓名和個人資料",
    ]),
    ("scope.aws.cognito.signin.user.admin", [
        "تغيير حسابك، بما في ذلك كلمة المرور", "Ihr Konto ändern, auch das Passwort", "change your account, the password included", "cambiar tu cuenta, incluida la contraseña",
        "modifier votre compte, mot de passe compris", "לשנות את החשבון שלך, כולל הסיסמה", "modificare il tuo account, password inclusa", "パスワードを含むアカウントの変更",
        "비밀번호를 포함한 계정 변경", "uw account wijzigen, ook het wachtwoord", "zmieniać Twoje konto, także hasło", "alterar sua conta, inclusive a senha",
        "alterar a sua conta, incluindo a palavra-passe", "更改您的账户，包括密码", "變更您的帳戶，包括密碼",
    ]),
    ("allow", [
        "السماح", "Erlauben", "Allow", "Permitir",
        "Autoriser", "לאפשר", "Consenti", "許可する",
        "허용", "Toestaan", "Zezwól", "Permitir",
        "Permitir", "允许", "允許",
    ]),
    ("deny", [
        "رفض", "Ablehnen", "Deny", "Denegar",
        "Refuser", "לסרב", "Nega", "拒否する",
        "거부", "Weigeren", "Odmów", "Negar",
        "Recusar", "拒绝", "拒絕",
    ]),
];
