/**
 * The forms of the steps after the login. `<si-sign-in>` fetches them while a person types, so they are
 * an entry of their own: what the main entry exports, a page has from the start.
 */
export { ConfirmCodeForm } from './confirm-code-form';
export { LaterSteps } from './later-steps';
export { NewPasswordForm } from './new-password-form';
export type { NewPassword } from './new-password-form';
export { OtpInput } from './otp-input';
