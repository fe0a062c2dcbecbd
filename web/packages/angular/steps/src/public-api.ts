/**
 * The form of the code, and what `<si-sign-in>` shows after the login. It fetches this while a person
 * types, so it is an entry of its own: what the main entry exports, a page has from the start.
 */
export { CodeStep, stepAfterLogin } from './code-step';
export { ConfirmCodeForm } from './confirm-code-form';
export { OtpInput } from './otp-input';
