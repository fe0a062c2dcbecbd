/**
 * What the forms share, and those that a sign-in begins with: in one file, since a bundler compresses each by itself. All that is
 * for apps is exported by `@poolhouse/angular`.
 */
export { Heading } from './heading';
export { LoginForm } from './login-form';
export type { Login } from './login-form';
export { PasswordField } from './password-field';
export {
  AUTH_CLIENT,
  FLOW_STORE,
  LATER_STEPS,
  SESSION_STORE,
  SIGN_IN_OPTIONS,
  SIGN_IN_STORAGE_NAME,
  SIGN_IN_TEXTS,
  TOKEN_CLIENT,
  provideFlow,
} from './provide-sign-in';
export type { LaterSteps, SignInConfig, SignInName, SignInOptions } from './provide-sign-in';
export { Session } from './session';
export { SignIn } from './sign-in';
export { SignInFlow } from './sign-in-flow';
export { SubmitButton } from './submit-button';
export { uniqueId } from './unique-id';
export { fetchRareWords, rareWords, sayKnown } from './words';
