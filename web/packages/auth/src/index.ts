export type {
  AuthClient,
  CodeTicket,
  FactorChallenge,
  Metadata,
  NextStep,
  PasswordChallenge,
  StepClient,
  TokenClient,
  Tokens,
} from './auth-client.js';
export { AuthError } from './auth-error.js';
export type { AuthErrorKind } from './auth-error.js';
export { readCodeChallenge } from './code-challenge.js';
export type {
  CodeAlphabet,
  CodeChallenge,
  CodeResult,
  MailState,
  Opener,
} from './code-challenge.js';
export { CognitoClient } from './cognito-client.js';
export type {
  CognitoClientEnvironment,
  CognitoClientOptions,
  CognitoClientSource,
} from './cognito-client.js';
export type * from './flow-state.js';
export { FlowStorage } from './flow-storage.js';
export type { FlowStore } from './flow-storage.js';
export { browserPlaces } from './place-store.js';
export type { PlaceStore } from './place-store.js';
export { SignInFlow } from './sign-in-flow.js';
export type { FlowSnapshot, SignInFlowOptions } from './sign-in-flow.js';
