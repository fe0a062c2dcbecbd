import type { SignInTexts } from '../texts.js';
import type { AccountProblem } from './problem.js';

/**
 * What the forms of sign-up, forgotten passwords and the account say beside `SignInTexts`. One file for each language, in
 * `@poolhouse/auth/account/languages`.
 */
export interface AccountTexts {
  /** A link to the sign-up, its title and its button. */
  signUp: string;
  /** A link to the form of forgotten passwords. */
  forgot: string;
  /** A link to the form that takes the code of a sign-up, and its button. */
  confirmAccount: string;
  backToSignIn: string;
  /** In pools whose users have names of their own. */
  username: string;

  /** `{address}` is masked. */
  confirmLead: string;
  /** Where nobody knows here whether a code was sent. */
  confirmLeadUnknown: string;
  /** Of a pool whose mail has a link and no code. */
  confirmByLink: string;
  registeredTitle: string;
  registered: string;
  /** After a sign-up for which no code was sent. */
  pendingTitle: string;
  pending: string;

  forgotTitle: string;
  forgotLead: string;
  sendCode: string;
  haveCode: string;
  /** `{name}` is what was typed; nobody is told whether it is somebody's. */
  forgotSent: string;
  /** After a code was asked for once more, whoever was or was not sent one. */
  askedAgain: string;
  savePassword: string;
  passwordChangedTitle: string;
  signInWithNew: string;

  currentPassword: string;
  changePassword: string;
  passwordChanged: string;
  cancel: string;

  verified: string;
  unverified: string;
  verifyEmail: string;
  changeEmail: string;
  newEmail: string;
  /** Where an address counts from its code on. */
  emailWaits: string;
  emailVerified: string;
  /** Of a pool that sends no code for a new address. */
  emailChanged: string;

  app: string;
  appOn: string;
  appOff: string;
  setUpApp: string;
  replaceApp: string;
  stopApp: string;
  appLead: string;
  /** What the picture is, to those who do not see it. */
  appPicture: string;
  appKey: string;
  appCode: string;
  appDone: string;
  appStopped: string;

  passkeys: string;
  passkeysLead: string;
  noPasskeys: string;
  addPasskey: string;
  passkeyAdded: string;
  passkeyRemoved: string;
  /** `{date}` */
  added: string;

  devices: string;
  noDevices: string;
  forget: string;
  deviceForgotten: string;

  sessions: string;
  noSessions: string;
  thisSession: string;
  /** `{date}` */
  lastActive: string;
  signOut: string;
  signedOutThere: string;
  signOutEverywhere: string;

  unknownDevice: string;
  remove: string;
  loading: string;

  codeOver: string;
  appCodeWrong: string;
  nameTaken: string;
  emailTaken: string;
  notTaken: string;
  signUpClosed: string;
  confirmedAlready: string;
  unconfirmed: string;
  recoveryClosed: string;
  doneAndFailed: string;
  passwordGuessable: string;
  passwordSpaces: string;
  passwordUsed: string;
  passwordWrong: string;
  signedOut: string;
  signInAgain: string;
  passkeyExists: string;
  passkeyCancelled: string;
  passkeyUnsupported: string;
  passkeyRefused: string;
  passkeyLimit: string;
  unavailable: string;
}

/** Every problem in words, each with what to do next where there is something to do. */
export function problemSentence(
  common: SignInTexts,
  texts: AccountTexts,
  problem: AccountProblem,
): string {
  const sentences: Readonly<Record<AccountProblem, string>> = {
    'code-wrong': common.codeWrong,
    'code-over': texts.codeOver,
    'app-code': texts.appCodeWrong,
    'name-taken': texts.nameTaken,
    'email-taken': texts.emailTaken,
    'not-taken': texts.notTaken,
    'sign-up-closed': texts.signUpClosed,
    'confirmed-already': texts.confirmedAlready,
    'recovery-closed': texts.recoveryClosed,
    'done-and-failed': texts.doneAndFailed,
    unconfirmed: texts.unconfirmed,
    'password-weak': common.passwordWeak,
    'password-guessable': texts.passwordGuessable,
    'password-spaces': texts.passwordSpaces,
    'password-used': texts.passwordUsed,
    'password-wrong': texts.passwordWrong,
    'signed-out': texts.signedOut,
    'sign-in-again': texts.signInAgain,
    throttled: common.throttled,
    delivery: common.deliveryFailed,
    'passkey-exists': texts.passkeyExists,
    'passkey-cancelled': texts.passkeyCancelled,
    'passkey-unsupported': texts.passkeyUnsupported,
    'passkey-refused': texts.passkeyRefused,
    'passkey-limit': texts.passkeyLimit,
    unavailable: texts.unavailable,
    network: common.network,
    server: common.server,
  };
  return sentences[problem];
}
