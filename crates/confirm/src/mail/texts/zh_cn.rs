//! Simplified Chinese.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "zh-CN",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{year}年{month}月{day}日",
        moment: "{date} {clock}",
    },
    label: "{name}：",
    subject: "您的 {app} 验证码",
    title: "确认是您本人",
    intro: "请输入以下验证码，完成 {app} 登录。",
    expiry: "验证码在 {until} 前有效，仅可使用一次。",
    requested: "请求时间：{time}",
    never_ask: "{app} 的任何人都不会向您索要此验证码。请勿告诉他人。",
    not_you: "如果您现在没有登录，说明有人知道您的密码。请立即修改密码。",
    support: "如有疑问：{support}",
    notice_subject: "可能有人知道您的 {app} 密码",
    notice_title: "可能有人知道您的密码",
    notice_body: "有人多次使用您的密码登录 {app}，但没有输入正确的验证码。",
    notice_advice: "如果不是您本人操作，请立即修改密码。如果是您本人，则无需任何操作。",
    invitation_subject: "您的 {app} 帐号已创建",
    invitation_title: "欢迎使用 {app}",
    invitation_intro: "已为您创建帐号。请使用以下信息登录：",
    user_name: "用户名",
    password: "临时密码",
    password_expiry: "临时密码将于 {time} 失效。",
    sign_in_at: "登录地址：{link}",
    choose: "首次登录时，您需要设置新密码。",
    unexpected: "如果您没有预料到这封邮件，可以忽略它。",
};
