export {
  AUTH_CLIENT,
  FLOW_STORE,
  SESSION_STORE,
  SIGN_IN_OPTIONS,
  SIGN_IN_STORAGE_NAME,
  SIGN_IN_TEXTS,
  TOKEN_CLIENT,
  provideSignIn,
} from './lib/provide-sign-in';
export type { SignInConfig, SignInName, SignInOptions } from './lib/provide-sign-in';
export { Session } from './lib/session';
export { SignInFlow } from './lib/sign-in-flow';
export { ConfirmCodeForm } from './lib/ui/confirm-code-form';
export { LoginForm } from './lib/ui/login-form';
export type { Login } from './lib/ui/login-form';
export { NewPasswordForm } from './lib/ui/new-password-form';
export type { NewPassword } from './lib/ui/new-password-form';
export { OtpInput } from './lib/ui/otp-input';
export { SignIn } from './lib/ui/sign-in';
