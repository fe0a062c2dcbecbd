//! Traditional Chinese.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "zh-TW",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{year}年{month}月{day}日",
        moment: "{date} {clock}",
    },
    label: "{name}：",
    subject: "您的 {app} 驗證碼",
    title: "確認是您本人",
    intro: "請輸入以下驗證碼，完成 {app} 登入。",
    expiry: "驗證碼在 {until} 前有效，僅可使用一次。",
    requested: "要求時間：{time}",
    never_ask: "{app} 的任何人都不會向您索取此驗證碼。請勿告訴他人。",
    not_you: "如果您現在沒有登入，表示有人知道您的密碼。請立即變更密碼。",
    support: "如有疑問：{support}",
    notice_subject: "可能有人知道您的 {app} 密碼",
    notice_title: "可能有人知道您的密碼",
    notice_body: "有人多次使用您的密碼登入 {app}，但沒有輸入正確的驗證碼。",
    notice_advice: "如果不是您本人，請立即變更密碼。如果是您本人，則不需要採取任何動作。",
    invitation_subject: "您的 {app} 帳號已建立",
    invitation_title: "歡迎使用 {app}",
    invitation_intro: "已為您建立帳號。請使用以下資訊登入：",
    user_name: "使用者名稱",
    password: "臨時密碼",
    password_expiry: "臨時密碼將於 {time} 失效。",
    sign_in_at: "登入網址：{link}",
    choose: "首次登入時，您需要設定新密碼。",
    unexpected: "如果您沒有預期收到這封郵件，可以忽略它。",
};
