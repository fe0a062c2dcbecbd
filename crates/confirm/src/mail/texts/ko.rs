//! Korean.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "ko",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{year}년 {month}월 {day}일",
        moment: "{date} {clock}",
    },
    label: "{name}:",
    subject: "{app} 인증 코드",
    title: "본인 확인",
    intro: "{app} 로그인을 완료하려면 다음 코드를 입력하세요.",
    expiry: "이 코드는 {until}까지 유효하며 한 번만 사용할 수 있습니다.",
    requested: "요청 시각: {time}",
    never_ask: "{app}에서는 이 코드를 절대 요청하지 않습니다. 다른 사람에게 알려 주지 마세요.",
    not_you: "지금 로그인하는 중이 아니라면 다른 사람이 비밀번호를 알고 있는 것입니다. 즉시 비밀번호를 변경하세요.",
    support: "문의: {support}",
    notice_subject: "다른 사람이 {app} 비밀번호를 알고 있을 수 있습니다",
    notice_title: "다른 사람이 비밀번호를 알고 있을 수 있습니다",
    notice_body: "누군가 회원님의 비밀번호로 {app} 로그인을 여러 번 시도했지만 올바른 코드를 입력하지 않았습니다.",
    notice_advice: "본인이 아니라면 즉시 비밀번호를 변경하세요. 본인이라면 아무것도 하지 않아도 됩니다.",
    invitation_subject: "{app} 계정이 준비되었습니다",
    invitation_title: "{app}에 오신 것을 환영합니다",
    invitation_intro: "회원님의 계정이 생성되었습니다. 다음 정보로 로그인하세요.",
    user_name: "사용자 이름",
    password: "임시 비밀번호",
    password_expiry: "임시 비밀번호는 {time}에 만료됩니다.",
    sign_in_at: "로그인: {link}",
    choose: "처음 로그인할 때 새 비밀번호를 설정하게 됩니다.",
    unexpected: "예상하지 못한 메일이라면 무시하셔도 됩니다.",
};
