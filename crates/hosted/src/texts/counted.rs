//! The pages' own sentences that count something, in the forms that each language has for numbers.

/// The forms by their names, by language.
type Forms = &'static [(&'static str, &'static str)];

/// How long to wait after too many requests.
#[rustfmt::skip]
pub(super) static COUNTED: &[(&str, Forms)] = &[
    ("ar", &[
        ("tooManyLead.one", "انتظر ثانية واحدة، ثم حمّل هذه الصفحة مرة أخرى. لم يُحتسب أي شيء كتبته."),
        ("tooManyLead.two", "انتظر ثانيتين، ثم حمّل هذه الصفحة مرة أخرى. لم يُحتسب أي شيء كتبته."),
        ("tooManyLead.few", "انتظر {n} ثوانٍ، ثم حمّل هذه الصفحة مرة أخرى. لم يُحتسب أي شيء كتبته."),
        ("tooManyLead.other", "انتظر {n} ثانية، ثم حمّل هذه الصفحة مرة أخرى. لم يُحتسب أي شيء كتبته."),
    ]),
    ("de", &[
        ("tooManyLead.one", "Warten Sie 1 Sekunde, dann laden Sie diese Seite neu. Was Sie eingegeben haben, wurde nicht gezählt."),
        ("tooManyLead.other", "Warten Sie {n} Sekunden, dann laden Sie diese Seite neu. Was Sie eingegeben haben, wurde nicht gezählt."),
    ]),
    ("en", &[
        ("tooManyLead.one", "Wait 1 second, then reload this page. Nothing that you typed was counted."),
        ("tooManyLead.other", "Wait {n} seconds, then reload this page. Nothing that you typed was counted."),
    ]),
    ("es", &[
        ("tooManyLead.one", "Espera 1 segundo y vuelve a cargar esta página. No se ha contado nada de lo que escribiste."),
        ("tooManyLead.other", "Espera {n} segundos y vuelve a cargar esta página. No se ha contado nada de lo que escribiste."),
    ]),
    ("fr", &[
        ("tooManyLead.one", "Attendez {n} seconde, puis rechargez cette page. Rien de ce que vous avez saisi n’a été compté."),
        ("tooManyLead.other", "Attendez {n} secondes, puis rechargez cette page. Rien de ce que vous avez saisi n’a été compté."),
    ]),
    ("he", &[
        ("tooManyLead.one", "המתן שנייה אחת וטען את הדף מחדש. שום דבר שהקלדת לא נספר."),
        ("tooManyLead.two", "המתן שתי שניות וטען את הדף מחדש. שום דבר שהקלדת לא נספר."),
        ("tooManyLead.other", "המתן {n} שניות וטען את הדף מחדש. שום דבר שהקלדת לא נספר."),
    ]),
    ("it", &[
        ("tooManyLead.one", "Attendi 1 secondo, poi ricarica questa pagina. Niente di ciò che hai digitato è stato contato."),
        ("tooManyLead.other", "Attendi {n} secondi, poi ricarica questa pagina. Niente di ciò che hai digitato è stato contato."),
    ]),
    ("ja", &[
        ("tooManyLead.other", "{n} 秒待ってから、このページを再読み込みしてください。入力した内容は数えられていません。"),
    ]),
    ("ko", &[
        ("tooManyLead.other", "{n}초 기다린 뒤 이 페이지를 다시 불러오세요. 입력한 내용은 시도로 계산되지 않았습니다."),
    ]),
    ("nl", &[
        ("tooManyLead.one", "Wacht 1 seconde en laad deze pagina dan opnieuw. Niets van wat u typte is meegeteld."),
        ("tooManyLead.other", "Wacht {n} seconden en laad deze pagina dan opnieuw. Niets van wat u typte is meegeteld."),
    ]),
    ("pl", &[
        ("tooManyLead.one", "Odczekaj 1 sekundę, a potem odśwież tę stronę. Nic z tego, co wpisano, nie zostało policzone."),
        ("tooManyLead.few", "Odczekaj {n} sekundy, a potem odśwież tę stronę. Nic z tego, co wpisano, nie zostało policzone."),
        ("tooManyLead.other", "Odczekaj {n} sekund, a potem odśwież tę stronę. Nic z tego, co wpisano, nie zostało policzone."),
    ]),
    ("pt-BR", &[
        ("tooManyLead.one", "Espere {n} segundo e recarregue esta página. Nada do que você digitou foi contado."),
        ("tooManyLead.other", "Espere {n} segundos e recarregue esta página. Nada do que você digitou foi contado."),
    ]),
    ("pt-PT", &[
        ("tooManyLead.one", "Espere 1 segundo e recarregue esta página. Nada do que escreveu foi contado."),
        ("tooManyLead.other", "Espere {n} segundos e recarregue esta página. Nada do que escreveu foi contado."),
    ]),
    ("zh-CN", &[
        ("tooManyLead.other", "请等待 {n} 秒，然后重新加载此页面。您输入的内容不计入尝试次数。"),
    ]),
    ("zh-TW", &[
        ("tooManyLead.other", "請等待 {n} 秒，然後重新載入此頁面。您輸入的內容不計入嘗試次數。"),
    ]),
];
