/** The form of a first password, which few sign-ins ask for: `<si-sign-in>` fetches it then. */
export { NewPasswordForm } from './new-password-form';
export type { NewPassword } from './new-password-form';
export { PasswordStep } from './password-step';
