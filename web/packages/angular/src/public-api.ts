export {
  AUTH_CLIENT,
  FLOW_STORE,
  SESSION_STORE,
  SIGN_IN_OPTIONS,
  SIGN_IN_STORAGE_NAME,
  SIGN_IN_TEXTS,
  SignInFlow,
  TOKEN_CLIENT,
  provideSignIn,
} from '@poolhouse/angular/parts';
export type { SignInConfig, SignInName, SignInOptions } from '@poolhouse/angular/parts';
export { Session } from './lib/session';
export { LoginForm } from './lib/ui/login-form';
export type { Login } from './lib/ui/login-form';
export { SignIn } from './lib/ui/sign-in';
