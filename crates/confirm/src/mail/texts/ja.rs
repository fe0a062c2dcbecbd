//! Japanese.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "ja",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{year}年{month}月{day}日",
        moment: "{date} {clock}",
    },
    label: "{name}:",
    subject: "{app} の認証コード",
    title: "ご本人確認",
    intro: "{app} へのサインインを完了するには、次のコードを入力してください。",
    expiry: "このコードの有効期限は {until} で、1\u{a0}回のみ使用できます。",
    requested: "リクエスト日時: {time}",
    never_ask: "{app} がこのコードをお尋ねすることは決してありません。誰にも教えないでください。",
    not_you: "心当たりがない場合は、パスワードが第三者に知られています。すぐに変更してください。",
    support: "お問い合わせ: {support}",
    notice_subject: "{app} のパスワードが第三者に知られている可能性があります",
    notice_title: "パスワードが第三者に知られている可能性があります",
    notice_body: "お客様のパスワードを使った {app} へのサインインが複数回ありましたが、正しいコードは入力されませんでした。",
    notice_advice: "心当たりがない場合は、すぐにパスワードを変更してください。ご自身による操作の場合は、何もする必要はありません。",
    invitation_subject: "{app} のアカウントの準備ができました",
    invitation_title: "{app} へようこそ",
    invitation_intro: "お客様のアカウントが作成されました。次の情報でサインインしてください。",
    user_name: "ユーザー名",
    password: "仮パスワード",
    password_expiry: "仮パスワードの有効期限は {time} です。",
    sign_in_at: "サインインはこちら: {link}",
    choose: "初回のサインイン時に新しいパスワードを設定します。",
    unexpected: "このメールに心当たりがない場合は、無視してください。",
};
