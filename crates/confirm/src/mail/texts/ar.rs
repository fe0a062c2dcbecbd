//! Arabic.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "ar",
    right_to_left: true,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day2}/{month2}/{year}",
        moment: "{date} {clock}",
    },
    label: "{name}:",
    subject: "رمز التحقق الخاص بك في {app}",
    title: "تأكيد هويتك",
    intro: "أدخل هذا الرمز لإتمام تسجيل الدخول إلى {app}.",
    expiry: "الرمز صالح حتى {until} ويُستخدم مرة واحدة فقط.",
    requested: "وقت الطلب: {time}",
    never_ask: "لن يطلب منك أحد من {app} هذا الرمز أبدًا. لا تشاركه مع أي شخص.",
    not_you: "إذا لم تكن تسجل الدخول الآن، فهناك من يعرف كلمة مرورك. غيرها فورًا.",
    support: "لديك أسئلة؟ {support}",
    notice_subject: "قد يكون هناك من يعرف كلمة مرورك في {app}",
    notice_title: "قد يكون هناك من يعرف كلمة مرورك",
    notice_body: "استخدم شخص ما كلمة مرورك عدة مرات لتسجيل الدخول إلى {app} دون إدخال الرمز الصحيح.",
    notice_advice: "إذا لم تكن أنت، فغير كلمة مرورك فورًا. وإذا كنت أنت، فلا يلزمك فعل أي شيء.",
    invitation_subject: "حسابك في {app} جاهز",
    invitation_title: "مرحبًا بك في {app}",
    invitation_intro: "تم إنشاء حساب لك. سجّل الدخول بهذه البيانات:",
    user_name: "اسم المستخدم",
    password: "كلمة المرور المؤقتة",
    password_expiry: "تنتهي صلاحية كلمة المرور المؤقتة في {time}.",
    sign_in_at: "سجّل الدخول من {link}",
    choose: "ستختار كلمة مرور جديدة عند تسجيل الدخول لأول مرة.",
    unexpected: "إذا لم تكن تتوقع هذه الرسالة، فيمكنك تجاهلها.",
};
