import { SignInTexts } from '@poolhouse/sign-in';

const plural = new Intl.PluralRules('ar');

/** "One attempt" and "two attempts" are words without a number; the rest depends on the number. */
function attempts(count: number): string {
  switch (plural.select(count)) {
    case 'one':
      return 'محاولة واحدة';
    case 'two':
      return 'محاولتان';
    case 'few':
      return `${count} محاولات`;
    default:
      return `${count} محاولة`;
  }
}

export const ARABIC: SignInTexts = {
  lang: 'ar',
  dir: 'rtl',

  signInTitle: 'تسجيل الدخول',
  signInLead: 'استخدم حساب العمل.',
  email: 'البريد الإلكتروني',
  username: 'البريد الإلكتروني أو اسم المستخدم',
  password: 'كلمة المرور',
  showPassword: 'إظهار كلمة المرور',
  hidePassword: 'إخفاء كلمة المرور',
  continue: 'متابعة',
  signingIn: 'جارٍ تسجيل الدخول…',
  stillWorking: 'ما زلنا نعمل…',

  emailMissing: 'أدخل بريدك الإلكتروني.',
  usernameMissing: 'أدخل بريدك الإلكتروني أو اسم المستخدم.',
  emailMalformed: 'أدخل عنوانًا مثل name@example.com.',
  passwordMissing: 'أدخل كلمة المرور.',
  refused: 'البريد الإلكتروني وكلمة المرور غير متطابقين. تحقق منهما وحاول مرة أخرى.',
  usernameRefused: 'الاسم وكلمة المرور غير متطابقين. تحقق منهما وحاول مرة أخرى.',
  throttled: 'محاولات كثيرة جدًا. انتظر دقيقة ثم حاول مرة أخرى.',
  deliveryFailed: 'تعذّر إرسال الرمز. انتظر دقيقة ثم حاول مرة أخرى.',
  newPasswordRequired: 'يجب تغيير كلمة المرور قبل تسجيل الدخول من هنا. اسأل المسؤول.',
  unconfirmed: 'لم يتم تأكيد هذا الحساب بعد. اسأل المسؤول.',
  unsupported: 'يحتاج هذا الحساب إلى خطوة غير متاحة هنا. اسأل المسؤول.',
  network: 'تعذّر الوصول إلى الخادم. تحقق من الاتصال وحاول مرة أخرى.',
  offline: 'أنت غير متصل. سنتابع من حيث توقفت.',
  server: 'حدث خطأ لدينا. حاول مرة أخرى بعد دقيقة.',

  codeTitle: 'تحقق من بريدك',
  codeLead: { before: 'أرسلنا رمزًا إلى ', after: '.' },
  codeLeadUnknown: 'أرسلنا إليك رمزًا.',
  codeLabel: (length) => `رمز من ${length} خانات`,
  codeHint: 'يمكنك لصق الرمز كاملًا.',
  expiresIn: (time) => `ينتهي خلال ${time}`,
  oneMinuteLeft: 'بقيت دقيقة واحدة',
  verify: 'تحقق',
  verifying: 'جارٍ التحقق من الرمز…',
  codeIncomplete: (length) => `أدخل الخانات كلها، وعددها ${length}.`,
  codeWrong: (left) =>
    left === null ? 'الرمز غير صحيح.' : `الرمز غير صحيح. المتبقي: ${attempts(left)}.`,
  codeExpired: 'انتهت صلاحية هذا الرمز. اطلب إرسال رمز جديد.',
  codeExpiredForGood: 'انتهت صلاحية هذا الرمز. ابدأ من جديد للحصول على رمز آخر.',
  resend: 'إرسال الرمز مرة أخرى',
  resendIn: (time) => `إرسال الرمز مرة أخرى خلال ${time}`,
  resent: 'أرسلنا الرمز مرة أخرى.',
  renew: 'إرسال رمز جديد',
  renewed: 'أرسلنا رمزًا جديدًا.',
  resentTooSoon: 'أرسلناه قبل لحظات. تحقق أيضًا من مجلد الرسائل غير المرغوب فيها.',
  differentAccount: 'استخدام حساب آخر',

  endedTitle: 'سجّل الدخول مرة أخرى',
  endedAttempts: 'رموز خاطئة كثيرة جدًا. سجّل الدخول مرة أخرى للحصول على رمز جديد.',
  endedLocked: 'رموز خاطئة كثيرة جدًا. انتظر بضع دقائق ثم سجّل الدخول.',
  endedSession: 'انتهت مهلة تسجيل الدخول. سجّل الدخول مرة أخرى للحصول على رمز جديد.',
  startAgain: 'البدء من جديد',

  doneTitle: 'تم تسجيل الدخول',
  doneLead: 'جارٍ نقلك إلى التطبيق…',
};
