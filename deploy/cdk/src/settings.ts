import type { ConfirmCodeProps } from './props.js';

/** A function: the zip it is in, and what it may touch. */
export interface Kind {
  /** The name that its resources begin with. */
  readonly name: 'Define' | 'Create' | 'Verify' | 'PreToken' | 'PostConfirmation';
  readonly program: string;
  readonly does: string;
  /** Whether it reads the key without a door. */
  readonly signs: boolean;
  /** Whether it changes the ledger, wherever that is. */
  readonly counts: boolean;
  readonly mails: boolean;
}

/** The functions that these settings ask for. */
export function kinds(props: ConfirmCodeProps): Kind[] {
  const all: Kind[] = [
    { name: 'Define', program: '2fa-define', does: 'says what comes next in a sign-in', signs: true, counts: false, mails: false },
    { name: 'Create', program: '2fa-create', does: 'makes a code challenge and mails its code', signs: true, counts: true, mails: true },
    { name: 'Verify', program: '2fa-verify', does: 'says whether an answer is the code', signs: true, counts: true, mails: true },
  ];
  if (props.preToken ?? true) {
    const does = 'keeps the ledger out of tokens, and tokens from sign-ins without a code';
    all.push({ name: 'PreToken', program: '2fa-pre-token', does, signs: hasDoor(props), counts: hasDoor(props), mails: false });
  }
  if (props.postConfirmation ?? true) {
    const does = 'a new password opens what wrong codes have locked';
    all.push({ name: 'PostConfirmation', program: '2fa-post-confirmation', does, signs: true, counts: true, mails: false });
  }
  return all;
}

/** Whether tokens of some clients need a code. */
export function hasDoor(props: ConfirmCodeProps): boolean {
  return (props.requireCode ?? []).length > 0;
}

/** The carriers in the order in which they are tried. */
export function carriers(props: ConfirmCodeProps): ('ses' | 'smtp')[] {
  const route = props.mail.route ?? 'ses';
  return route.split('-then-') as ('ses' | 'smtp')[];
}

/** What the environment of a function refers to in the stack. */
export interface Places {
  readonly key: string;
  readonly table: string | undefined;
  /** The pool that calls the functions, if it is not of the same app. */
  readonly poolId: string | undefined;
}

/** The variables of a function, without those that would be empty. */
export function environment(kind: Kind, props: ConfirmCodeProps, places: Places): Record<string, string> {
  const keeps = kind.signs ? places : { ...places, table: undefined };
  const session = props.sessionMinutes ?? (props.userPool ? undefined : 15);
  const variables: Record<string, string | undefined> = {
    OTP_KEY: kind.signs ? `secretsmanager:${places.key}` : undefined,
    OTP_KEY_PREVIOUS: kind.signs && props.previousKey ? `secretsmanager:${places.key}?stage=AWSPREVIOUS` : undefined,
    CODE_TTL_SECONDS: String((props.codeMinutes ?? 5) * 60),
    CODE_LENGTH: String(props.codeLength ?? 6),
    TRUSTED_DEVICE_DAYS: String(props.trustedDeviceDays ?? 0),
    SESSION_MINUTES: session?.toString(),
    REQUIRE_CODE: props.requireCode?.join(','),
    CUSTOM_ATTRIBUTES: 'custom:authChallenge',
    COUNTERS_TABLE: keeps.table,
    USER_POOL_ID: places.poolId,
    ...(kind.mails ? mailVariables(kind, props) : {}),
  };
  return Object.fromEntries(Object.entries(variables).filter((pair): pair is [string, string] => Boolean(pair[1])));
}

function mailVariables(kind: Kind, props: ConfirmCodeProps): Record<string, string | undefined> {
  const { from, sesRegion, sesConfigurationSet, smtpUrlSecret } = props.mail;
  const set = sesConfigurationSet ? `?configuration-set=${sesConfigurationSet}` : '';
  const urls = { ses: `ses://${sesRegion ?? ''}${set}`, smtp: `secretsmanager:${smtpUrlSecret}` };
  const appName = props.appName ?? 'Poolhouse';
  const isCreate = kind.name === 'Create';
  return {
    APP_NAME: appName,
    MAIL_FROM: `${appName} <${from}>`,
    DEFAULT_LOCALE: props.defaultLocale ?? 'en',
    MAIL_URL: carriers(props).map((carrier) => urls[carrier]).join(','),
    MAIL_ORIGIN: isCreate ? props.mailOrigin : undefined,
    MAIL_TEMPLATES: isCreate && props.templates ? '/opt/templates' : undefined,
  };
}
