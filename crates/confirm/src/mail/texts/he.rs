//! Hebrew.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "he",
    right_to_left: true,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day}.{month}.{year}",
        moment: "{date}, {clock}",
    },
    label: "{name}:",
    subject: "קוד האימות שלך עבור {app}",
    title: "אימות הזהות שלך",
    intro: "יש להזין את הקוד הזה כדי להשלים את הכניסה אל {app}.",
    expiry: "הקוד בתוקף עד {until} וניתן לשימוש פעם אחת בלבד.",
    requested: "מועד הבקשה: {time}",
    never_ask: "אף אחד מטעם {app} לא יבקש ממך את הקוד הזה. אין לשתף אותו עם איש.",
    not_you: "אם לא ביקשת להיכנס, מישהו אחר יודע את הסיסמה שלך. יש להחליף אותה מיד.",
    support: "שאלות? {support}",
    notice_subject: "ייתכן שמישהו יודע את הסיסמה שלך אל {app}",
    notice_title: "ייתכן שמישהו יודע את הסיסמה שלך",
    notice_body: "מישהו השתמש בסיסמה שלך כמה פעמים כדי להיכנס אל {app} בלי להזין את הקוד הנכון.",
    notice_advice: "אם זה לא היה ביוזמתך, יש להחליף את הסיסמה מיד. אם כן, אין צורך לעשות דבר.",
    invitation_subject: "החשבון שלך אצל {app} מוכן",
    invitation_title: "ברוכים הבאים אל {app}",
    invitation_intro: "נוצר עבורך חשבון. אפשר להיכנס עם הפרטים האלה:",
    user_name: "שם משתמש",
    password: "סיסמה זמנית",
    password_expiry: "תוקף הסיסמה הזמנית יפוג ב-{time}.",
    sign_in_at: "כניסה בכתובת {link}",
    choose: "בכניסה הראשונה יהיה עליך לבחור סיסמה חדשה.",
    unexpected: "אם לא ציפית להודעה הזו, אפשר להתעלם ממנה.",
};
