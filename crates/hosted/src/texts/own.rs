//! The sentences that the forms of the packages for pages do not have.

/// The languages, in the order of the sentences below.
pub(super) const TAGS: [&str; 15] = [
    "ar", "de", "en", "es", "fr", "he", "it", "ja", "ko", "nl", "pl", "pt-BR", "pt-PT", "zh-CN", "zh-TW",
];

/// Each by its name.
#[rustfmt::skip]
pub(super) static OWN: &[(&str, [&str; 15])] = &[
    ("stale", [
        "كانت تلك الصفحة قديمة.", "Diese Seite war veraltet.", "That page was out of date.", "Esa página estaba desactualizada.",
        "Cette page n’était plus à jour.", "הדף הזה לא היה עדכני.", "Quella pagina non era aggiornata.", "そのページは古くなっていました。",
        "오래된 페이지였습니다.", "Die pagina was verouderd.", "Ta strona była nieaktualna.", "Aquela página estava desatualizada.",
        "Essa página estava desatualizada.", "该页面已过期。", "該頁面已過期。",
    ]),
    ("continueWith", [
        "المتابعة باستخدام {provider}", "Weiter mit {provider}", "Continue with {provider}", "Continuar con {provider}",
        "Continuer avec {provider}", "המשך באמצעות {provider}", "Continua con {provider}", "{provider} で続ける",
        "{provider}(으)로 계속", "Doorgaan met {provider}", "Kontynuuj z {provider}", "Continuar com {provider}",
        "Continuar com {provider}", "使用 {provider} 继续", "使用 {provider} 繼續",
    ]),
    ("signInEnded", [
        "انتهت عملية تسجيل الدخول هذه.", "Diese Anmeldung ist beendet.", "This sign-in has ended.", "Este inicio de sesión ha terminado.",
        "Cette connexion est terminée.", "ההתחברות הזו הסתיימה.", "Questo accesso è terminato.", "このサインインは終了しました。",
        "이 로그인은 종료되었습니다.", "Deze aanmelding is beëindigd.", "To logowanie zostało zakończone.", "Este login foi encerrado.",
        "Este início de sessão terminou.", "此次登录已结束。", "這次登入已結束。",
    ]),
    ("signedOutTitle", [
        "تم تسجيل خروجك", "Sie sind abgemeldet", "You’re signed out", "Has cerrado sesión",
        "Vous êtes déconnecté", "התנתקת", "Hai eseguito la disconnessione", "サインアウトしました",
        "로그아웃되었습니다", "U bent afgemeld", "Wylogowano", "Você saiu",
        "Terminou a sessão", "您已退出登录", "您已登出",
    ]),
    ("signOutTitle", [
        "هل تريد تسجيل الخروج؟", "Möchten Sie sich abmelden?", "Do you want to sign out?", "¿Quieres cerrar sesión?",
        "Voulez-vous vous déconnecter ?", "להתנתק?", "Vuoi disconnetterti?", "サインアウトしますか？",
        "로그아웃하시겠습니까?", "Wilt u zich afmelden?", "Czy chcesz się wylogować?", "Deseja sair?",
        "Pretende terminar a sessão?", "要退出登录吗？", "要登出嗎？",
    ]),
    ("signOut", [
        "تسجيل الخروج", "Abmelden", "Sign out", "Cerrar sesión",
        "Se déconnecter", "התנתקות", "Disconnetti", "サインアウト",
        "로그아웃", "Afmelden", "Wyloguj się", "Sair",
        "Terminar sessão", "退出登录", "登出",
    ]),
    ("errorTitle", [
        "تعذّر فتح هذه الصفحة", "Hier geht es nicht weiter", "This page can’t be opened", "No se puede abrir esta página",
        "Impossible d’ouvrir cette page", "אי אפשר לפתוח את הדף הזה", "Impossibile aprire questa pagina", "このページを開けません",
        "이 페이지를 열 수 없습니다", "Deze pagina kan niet worden geopend", "Nie można otworzyć tej strony", "Não é possível abrir esta página",
        "Não é possível abrir esta página", "无法打开此页面", "無法開啟此頁面",
    ]),
    ("errorLead", [
        "ارجع إلى التطبيق وابدأ من جديد هناك.", "Gehen Sie zurück zur App und beginnen Sie dort von vorn.", "Go back to the app and start again there.", "Vuelve a la aplicación y empieza allí de nuevo.",
        "Revenez à l’application et recommencez depuis là.", "חזור לאפליקציה והתחל שם מחדש.", "Torna all’app e ricomincia da lì.", "アプリに戻り、最初からやり直してください。",
        "앱으로 돌아가 다시 시작하세요.", "Ga terug naar de app en begin daar opnieuw.", "Wróć do aplikacji i zacznij tam od nowa.", "Volte ao aplicativo e comece de novo por lá.",
        "Volte à aplicação e comece de novo a partir daí.", "请返回应用并重新开始。", "請返回應用程式並重新開始。",
    ]),
    ("cookies", [
        "تحتاج هذه الصفحة إلى ملفات تعريف الارتباط. اسمح بها ثم أعد المحاولة.", "Diese Seite braucht Cookies. Erlauben Sie sie und versuchen Sie es erneut.", "This page needs cookies. Allow them, then try again.", "Esta página necesita cookies. Permítelas e inténtalo de nuevo.",
        "Cette page a besoin de cookies. Autorisez-les, puis réessayez.", "הדף הזה צריך קובצי Cookie. אפשר אותם ונסה שוב.", "Questa pagina ha bisogno dei cookie. Consentili e riprova.", "このページには Cookie が必要です。許可してからやり直してください。",
        "이 페이지에는 쿠키가 필요합니다. 허용한 뒤 다시 시도하세요.", "Deze pagina heeft cookies nodig. Sta ze toe en probeer het opnieuw.", "Ta strona wymaga plików cookie. Zezwól na nie i spróbuj ponownie.", "Esta página precisa de cookies. Permita-os e tente de novo.",
        "Esta página precisa de cookies. Permita-os e tente de novo.", "此页面需要 Cookie。请允许后重试。", "此頁面需要 Cookie。請允許後再試一次。",
    ]),
    ("foreignForm", [
        "لم يُرسَل هذا النموذج من هذه الصفحة.", "Dieses Formular kam nicht von dieser Seite.", "This form was not sent from this page.", "Este formulario no se envió desde esta página.",
        "Ce formulaire n’a pas été envoyé depuis cette page.", "הטופס הזה לא נשלח מהדף הזה.", "Questo modulo non è stato inviato da questa pagina.", "このフォームはこのページから送信されたものではありません。",
        "이 양식은 이 페이지에서 전송되지 않았습니다.", "Dit formulier is niet vanaf deze pagina verzonden.", "Ten formularz nie został wysłany z tej strony.", "Este formulário não foi enviado desta página.",
        "Este formulário não foi enviado a partir desta página.", "此表单不是从此页面发送的。", "此表單不是從此頁面送出的。",
    ]),
    ("passwordsDiffer", [
        "كلمتا المرور غير متطابقتين.", "Die beiden Passwörter sind verschieden.", "The two passwords differ.", "Las dos contraseñas son distintas.",
        "Les deux mots de passe sont différents.", "שתי הסיסמאות שונות.", "Le due password sono diverse.", "2 つのパスワードが一致しません。",
        "두 비밀번호가 다릅니다.", "De twee wachtwoorden zijn verschillend.", "Hasła różnią się od siebie.", "As duas senhas são diferentes.",
        "As duas palavras-passe são diferentes.", "两次输入的密码不同。", "兩次輸入的密碼不同。",
    ]),
    ("confirmPassword", [
        "كلمة المرور الجديدة مرة أخرى", "Neues Passwort noch einmal", "New password again", "Contraseña nueva otra vez",
        "Nouveau mot de passe, une seconde fois", "הסיסמה החדשה שוב", "Nuova password, di nuovo", "新しいパスワード（再入力）",
        "새 비밀번호 다시 입력", "Nieuw wachtwoord nogmaals", "Nowe hasło jeszcze raz", "Nova senha novamente",
        "Nova palavra-passe novamente", "再次输入新密码", "再次輸入新密碼",
    ]),
    ("appCodeTitle", [
        "أدخل الرمز من تطبيق المصادقة", "Code aus Ihrer Authentifizierungs-App", "Enter the code from your authenticator app", "Introduce el código de tu aplicación de autenticación",
        "Saisissez le code de votre application d’authentification", "הזן את הקוד מאפליקציית האימות", "Inserisci il codice della tua app di autenticazione", "認証アプリのコードを入力してください",
        "인증 앱의 코드를 입력하세요", "Voer de code uit uw authenticator-app in", "Wpisz kod z aplikacji uwierzytelniającej", "Digite o código do seu aplicativo autenticador",
        "Introduza o código da sua aplicação de autenticação", "请输入身份验证应用中的验证码", "請輸入驗證器應用程式中的驗證碼",
    ]),
    ("smsCodeTitle", [
        "تحقق من هاتفك", "Sehen Sie auf Ihr Telefon", "Check your phone", "Mira tu teléfono",
        "Consultez votre téléphone", "בדוק את הטלפון", "Controlla il telefono", "電話を確認してください",
        "휴대폰을 확인하세요", "Kijk op uw telefoon", "Sprawdź telefon", "Verifique seu telefone",
        "Verifique o seu telefone", "请查看手机", "請查看手機",
    ]),
    ("factorCode", [
        "الرمز", "Code", "Code", "Código",
        "Code", "קוד", "Codice", "コード",
        "코드", "Code", "Kod", "Código",
        "Código", "验证码", "驗證碼",
    ]),
    ("chooseFactorTitle", [
        "كيف تريد تأكيد هويتك؟", "Wie möchten Sie sich ausweisen?", "How do you want to confirm it’s you?", "¿Cómo quieres confirmar que eres tú?",
        "Comment voulez-vous confirmer votre identité ?", "איך לאשר שזה אתה?", "Come vuoi confermare la tua identità?", "本人確認の方法を選んでください",
        "본인 확인 방법을 선택하세요", "Hoe wilt u bevestigen dat u het bent?", "Jak chcesz potwierdzić swoją tożsamość?", "Como você quer confirmar que é você?",
        "Como pretende confirmar a sua identidade?", "您想如何确认身份？", "您想如何確認身分？",
    ]),
    ("factorEmail", [
        "رمز عبر البريد الإلكتروني", "Code per E-Mail", "A code by email", "Un código por correo",
        "Un code par e-mail", "קוד בדואר אלקטרוני", "Un codice via email", "メールでコードを受け取る",
        "이메일로 코드 받기", "Een code per e-mail", "Kod e-mailem", "Um código por e-mail",
        "Um código por e-mail", "通过电子邮件接收验证码", "透過電子郵件接收驗證碼",
    ]),
    ("factorSms", [
        "رمز عبر رسالة نصية", "Code per SMS", "A code by text message", "Un código por SMS",
        "Un code par SMS", "קוד במסרון", "Un codice via SMS", "SMS でコードを受け取る",
        "문자로 코드 받기", "Een code per sms", "Kod SMS-em", "Um código por SMS",
        "Um código por SMS", "通过短信接收验证码", "透過簡訊接收驗證碼",
    ]),
    ("factorApp", [
        "رمز من التطبيق", "Code aus der App", "A code from the app", "Un código de la aplicación",
        "Un code de l’application", "קוד מהאפליקציה", "Un codice dall’app", "アプリのコード",
        "앱의 코드", "Een code uit de app", "Kod z aplikacji", "Um código do aplicativo",
        "Um código da aplicação", "应用中的验证码", "應用程式中的驗證碼",
    ]),
    ("forgot", [
        "هل نسيت كلمة المرور؟", "Passwort vergessen?", "Forgot your password?", "¿Olvidaste tu contraseña?",
        "Mot de passe oublié ?", "שכחת את הסיסמה?", "Hai dimenticato la password?", "パスワードをお忘れですか？",
        "비밀번호를 잊으셨나요?", "Wachtwoord vergeten?", "Nie pamiętasz hasła?", "Esqueceu a senha?",
        "Esqueceu-se da palavra-passe?", "忘记密码？", "忘記密碼？",
    ]),
    ("forgotTitle", [
        "إعادة تعيين كلمة المرور", "Passwort zurücksetzen", "Reset your password", "Restablecer la contraseña",
        "Réinitialiser le mot de passe", "איפוס הסיסמה", "Reimposta la password", "パスワードの再設定",
        "비밀번호 재설정", "Wachtwoord opnieuw instellen", "Zresetuj hasło", "Redefinir a senha",
        "Repor a palavra-passe", "重置密码", "重設密碼",
    ]),
    ("forgotLead", [
        "سنرسل رمزًا إلى عنوان بريدك المؤكد.", "Wir schicken einen Code an Ihre bestätigte E-Mail-Adresse.", "We send a code to your verified address.", "Te enviaremos un código a tu dirección verificada.",
        "Nous envoyons un code à votre adresse vérifiée.", "נשלח קוד לכתובת המאומתת שלך.", "Inviamo un codice al tuo indirizzo verificato.", "確認済みのアドレスにコードを送信します。",
        "확인된 주소로 코드를 보내 드립니다.", "We sturen een code naar uw bevestigde adres.", "Wyślemy kod na Twój zweryfikowany adres.", "Enviaremos um código para seu endereço verificado.",
        "Enviamos um código para o seu endereço verificado.", "我们会向您已验证的地址发送验证码。", "我們會將驗證碼傳送到您已驗證的地址。",
    ]),
    ("sendCode", [
        "إرسال الرمز", "Code senden", "Send the code", "Enviar el código",
        "Envoyer le code", "שליחת הקוד", "Invia il codice", "コードを送信",
        "코드 보내기", "Code versturen", "Wyślij kod", "Enviar o código",
        "Enviar o código", "发送验证码", "傳送驗證碼",
    ]),
    ("passwordChanged", [
        "تم تغيير كلمة المرور. سجّل الدخول بالجديدة.", "Ihr Passwort wurde geändert. Melden Sie sich mit dem neuen an.", "Your password was changed. Sign in with the new one.", "Tu contraseña se ha cambiado. Inicia sesión con la nueva.",
        "Votre mot de passe a été changé. Connectez-vous avec le nouveau.", "הסיסמה שונתה. התחבר עם החדשה.", "La password è stata cambiata. Accedi con quella nuova.", "パスワードを変更しました。新しいパスワードでサインインしてください。",
        "비밀번호가 변경되었습니다. 새 비밀번호로 로그인하세요.", "Uw wachtwoord is gewijzigd. Meld u aan met het nieuwe.", "Hasło zostało zmienione. Zaloguj się nowym.", "Sua senha foi alterada. Entre com a nova.",
        "A sua palavra-passe foi alterada. Inicie sessão com a nova.", "密码已更改。请使用新密码登录。", "密碼已變更。請使用新密碼登入。",
    ]),
    ("registered", [
        "تم تأكيد تسجيلك. يمكنك الآن تسجيل الدخول.", "Ihre Registrierung ist bestätigt. Sie können sich jetzt anmelden.", "Your registration is confirmed. You can sign in now.", "Tu registro está confirmado. Ya puedes iniciar sesión.",
        "Votre inscription est confirmée. Vous pouvez vous connecter.", "ההרשמה אושרה. אפשר להתחבר עכשיו.", "La registrazione è confermata. Ora puoi accedere.", "登録を確認しました。サインインできます。",
        "가입이 확인되었습니다. 이제 로그인할 수 있습니다.", "Uw registratie is bevestigd. U kunt zich nu aanmelden.", "Rejestracja została potwierdzona. Możesz się zalogować.", "Seu cadastro foi confirmado. Você já pode entrar.",
        "O seu registo está confirmado. Já pode iniciar sessão.", "注册已确认。您现在可以登录。", "註冊已確認。您現在可以登入。",
    ]),
    ("signUp", [
        "إنشاء حساب", "Konto erstellen", "Create an account", "Crear una cuenta",
        "Créer un compte", "יצירת חשבון", "Crea un account", "アカウントを作成",
        "계정 만들기", "Account aanmaken", "Utwórz konto", "Criar uma conta",
        "Criar uma conta", "创建账户", "建立帳戶",
    ]),
    ("nameTaken", [
        "هذا الاسم مستخدم بالفعل.", "Dieser Name ist vergeben.", "That name is taken.", "Ese nombre ya está en uso.",
        "Ce nom est déjà pris.", "השם הזה תפוס.", "Questo nome è già in uso.", "その名前はすでに使われています。",
        "이미 사용 중인 이름입니다.", "Die naam is al in gebruik.", "Ta nazwa jest zajęta.", "Esse nome já está em uso.",
        "Esse nome já está a ser utilizado.", "该名称已被使用。", "該名稱已被使用。",
    ]),
    ("notTaken", [
        "تعذّر إنشاء الحساب بهذه البيانات.", "Mit diesen Angaben kann kein Konto erstellt werden.", "No account can be created with these details.", "No se puede crear una cuenta con estos datos.",
        "Impossible de créer un compte avec ces informations.", "אי אפשר ליצור חשבון עם הפרטים האלה.", "Impossibile creare un account con questi dati.", "この内容ではアカウントを作成できません。",
        "이 정보로는 계정을 만들 수 없습니다.", "Met deze gegevens kan geen account worden aangemaakt.", "Nie można utworzyć konta z tymi danymi.", "Não é possível criar uma conta com esses dados.",
        "Não é possível criar uma conta com estes dados.", "无法使用这些信息创建账户。", "無法使用這些資料建立帳戶。",
    ]),
    ("backToSignIn", [
        "العودة إلى تسجيل الدخول", "Zurück zur Anmeldung", "Back to sign-in", "Volver al inicio de sesión",
        "Retour à la connexion", "חזרה להתחברות", "Torna all’accesso", "サインインに戻る",
        "로그인으로 돌아가기", "Terug naar aanmelden", "Wróć do logowania", "Voltar para a entrada",
        "Voltar ao início de sessão", "返回登录", "返回登入",
    ]),
    ("setUpTitle", [
        "إعداد تطبيق المصادقة", "Authentifizierungs-App einrichten", "Set up your authenticator app", "Configura tu aplicación de autenticación",
        "Configurez votre application d’authentification", "הגדרת אפליקציית האימות", "Configura la tua app di autenticazione", "認証アプリを設定する",
        "인증 앱 설정", "Stel uw authenticator-app in", "Skonfiguruj aplikację uwierzytelniającą", "Configure seu aplicativo autenticador",
        "Configure a sua aplicação de autenticação", "设置身份验证应用", "設定驗證器應用程式",
    ]),
    ("setUpLead", [
        "أدخل هذا المفتاح في تطبيق المصادقة، ثم اكتب الرمز الذي يعرضه.", "Geben Sie diesen Schlüssel in Ihre Authentifizierungs-App ein, dann den Code, den sie zeigt.", "Enter this key in your authenticator app, then type the code that it shows.", "Introduce esta clave en tu aplicación de autenticación y escribe el código que muestra.",
        "Saisissez cette clé dans votre application d’authentification, puis le code qu’elle affiche.", "הזן את המפתח הזה באפליקציית האימות, ואז הקלד את הקוד שהיא מציגה.", "Inserisci questa chiave nella tua app di autenticazione, poi digita il codice che mostra.", "このキーを認証アプリに入力し、表示されたコードを入力してください。",
        "이 키를 인증 앱에 입력한 다음 표시된 코드를 입력하세요.", "Voer deze sleutel in uw authenticator-app in en typ daarna de code die de app toont.", "Wpisz ten klucz w aplikacji uwierzytelniającej, a potem kod, który pokaże.", "Digite esta chave no seu aplicativo autenticador e depois o código que ele mostra.",
        "Introduza esta chave na sua aplicação de autenticação e depois o código que ela mostra.", "在身份验证应用中输入此密钥，然后输入其显示的验证码。", "在驗證器應用程式中輸入此金鑰，再輸入其顯示的驗證碼。",
    ]),
];
