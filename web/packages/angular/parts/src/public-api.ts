/** What the forms share. All that is for apps is exported by `@poolhouse/angular`. */
export { Heading } from './heading';
export { PasswordField } from './password-field';
export {
  AUTH_CLIENT,
  FLOW_STORE,
  SESSION_STORE,
  SIGN_IN_OPTIONS,
  SIGN_IN_STORAGE_NAME,
  SIGN_IN_TEXTS,
  TOKEN_CLIENT,
  provideSignIn,
} from './provide-sign-in';
export type { SignInConfig, SignInName, SignInOptions } from './provide-sign-in';
export { SignInFlow } from './sign-in-flow';
export { SubmitButton } from './submit-button';
export { uniqueId } from './unique-id';
export { fetchRareWords, rareWords, sayKnown } from './words';
