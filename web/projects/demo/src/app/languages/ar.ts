import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'مرحبًا',
  welcomeName: 'مرحبًا، {name}',
  signedInAs: 'سجّلت الدخول باسم {name}.',
  name: 'الاسم',
  email: 'البريد الإلكتروني',
  lastSignIn: 'آخر تسجيل دخول',
  tokensUntil: 'الجلسة صالحة حتى',
  refresh: 'تمديد الجلسة',
  refreshed: 'تم تمديد الجلسة.',
  signOut: 'تسجيل الخروج',
  signOutEverywhere: 'تسجيل الخروج من كل الأجهزة',
  signedInTitle: 'تم تسجيل الدخول',
  sessionEnded: 'انتهت هذه الجلسة. سجّل الخروج ثم سجّل الدخول من جديد.',
  tryAgain: 'لم ينجح ذلك. تحقق من الاتصال وحاول مرة أخرى.',
  unavailableTitle: 'تسجيل الدخول غير متاح',
  unavailableLead: 'لم يحدد الخادم مجموعة المستخدمين. تحقق من أنه يعمل ومن إعداد مجموعة.',
  retry: 'المحاولة مرة أخرى',
};
