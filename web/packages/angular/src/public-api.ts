export {
  AUTH_CLIENT,
  FLOW_STORE,
  LoginForm,
  SESSION_STORE,
  SIGN_IN_OPTIONS,
  SIGN_IN_STORAGE_NAME,
  SIGN_IN_TEXTS,
  Session,
  SignIn,
  SignInFlow,
  TOKEN_CLIENT,
} from '@poolhouse/angular/parts';
export type { Login, SignInConfig, SignInName, SignInOptions } from '@poolhouse/angular/parts';
export { provideSignIn } from './lib/provide-sign-in';
