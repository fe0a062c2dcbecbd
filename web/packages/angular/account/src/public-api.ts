/** What people do about their own account while they are signed in. An entry of its own: nobody needs it before. */
export { ACCOUNT, ACCOUNT_TEXTS, provideAccountTexts } from '@poolhouse/angular/account-parts';
export { AccountApp } from './account-app';
export { AccountDevices } from './account-devices';
export { AccountEmail } from './account-email';
export { AccountPasskeys } from './account-passkeys';
export { AccountPassword } from './account-password';
export { AccountSessions } from './account-sessions';
