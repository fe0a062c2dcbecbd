/** What people do who cannot sign in yet. An entry of its own, for a page that only signs in needs none of it. */
export { ACCOUNT_TEXTS, SELF_SERVICE, provideAccountTexts } from '@poolhouse/angular/account-parts';
export { ForgotPassword } from './forgot-password';
export { SignUp } from './sign-up';
