/** What the forms of every sign-in show or say. */
export interface CommonTexts {
  /** BCP 47 tag of the language, for `lang` and for the mail. */
  lang: string;
  dir: 'ltr' | 'rtl';

  signInTitle: string;
  signInLead: string;
  email: string;
  /** Label of the same field in pools whose users have names of their own. */
  username: string;
  password: string;
  showPassword: string;
  hidePassword: string;
  continue: string;
  signingIn: string;
  stillWorking: string;

  emailMissing: string;
  usernameMissing: string;
  emailMalformed: string;
  passwordMissing: string;
  refused: string;
  usernameRefused: string;
  network: string;
  offline: string;
  server: string;

  codeTitle: string;
  /** `codeLeadUnknown` where the server does not tell an address. */
  codeLead: string;
  codeLeadUnknown: string;
  codeLabel: string;
  codeHint: string;
  expiresIn: string;
  oneMinuteLeft: string;
  /** Beside a box to tick, where a device may stand for the code. */
  remember: string;
  verify: string;
  verifying: string;
  codeIncomplete: string;
  codeTooLong: string;
  codeWrong: string;
  /** By the language's plural rules; said after `codeWrong`. */
  triesLeft: Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
  codeExpired: string;
  resend: string;
  resendIn: string;
  resent: string;
  renew: string;
  renewIn: string;
  renewed: string;
  differentAccount: string;

  endedTitle: string;
  startAgain: string;

  doneTitle: string;
  doneLead: string;
}

/** What few sign-ins come to: an account that cannot get in, a mail that cannot leave, a first password, an end. */
export interface RareTexts {
  deliveryFailed: string;
  unverified: string;
  passwordWeak: string;
  throttled: string;
  reset: string;
  unconfirmed: string;
  administrator: string;
  unsupported: string;
  /** Before the first mail of a sign-in may leave, after too many of them or too many wrong codes. */
  heldTitle: string;
  /** In place of it where a mail was refused or given up: then waiting is not what helps. */
  undeliveredTitle: string;
  held: string;
  /** The first code, after a wait. */
  sent: string;
  /** Where a mail was asked for that has just left. */
  resentTooSoon: string;
  heldLocked: string;
  addressRefused: string;
  mailFailed: string;
  notSent: string;
  newPasswordCounts: string;
  /** `codeLabel` of codes with letters, in languages that tell digits from characters; and the two after it. */
  codeLabelLetters?: string;
  codeIncompleteLetters?: string;
  codeTooLongLetters?: string;
  /** Where a newer one is on its way or there. */
  codeReplaced: string;
  codeUsed: string;
  /** Where no new code can be asked for. */
  codeExpiredForGood: string;
  newPasswordTitle: string;
  newPasswordLead: string;
  newPassword: string;
  ruleLength: string;
  ruleUppercase: string;
  ruleLowercase: string;
  ruleNumber: string;
  ruleSymbol: string;
  /** Said after a rule that the typed password meets. */
  ruleMet: string;
  fieldMissing: string;
  passwordUnchanged: string;
  /** An authenticator app: a title, and one of several choices. */
  app: string;
  appAsk: string;
  setUpApp: string;
  appLead: string;
  /** What the picture is, to those who do not see it. */
  appPicture: string;
  appKey: string;
  appCode: string;
  /** Of a code that was used as of a wrong one. */
  appCodeWrong: string;
  /** Label of a code that was sent. */
  code: string;
  /** A title, and one of several choices; others are `email`, `password` and `passkey`. */
  textMessage: string;
  chooseTitle: string;
  setUpLead: string;
  newEmailLead: string;
  passkey: string;
  passkeyFailed: string;
  /** Labels of attributes that a pool may require; others are shown by their name. */
  attributes: Readonly<Partial<Record<string, string>>>;
  endedAttempts: string;
  endedLocked: string;
  endedClosed: string;
  endedSession: string;
  endedOver: string;
  opensPassword: string;
  opensAdministrator: string;
}

/**
 * Every word that the forms show or say, as data: `{n}`, `{time}` and `{address}` stand for what
 * varies. One file for each language, in `@poolhouse/auth/languages`.
 */
export interface SignInTexts extends CommonTexts, RareTexts {}

/** The same where what few sign-ins need is fetched when it is needed. */
export type KnownTexts = CommonTexts & Partial<RareTexts>;
