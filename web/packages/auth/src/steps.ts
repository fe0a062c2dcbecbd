import type { AuthClient, FactorChallenge, Metadata, NextStep, StepClient } from './auth-client.js';
import type { AuthError as AnyAuthError } from './auth-error.js';
import type { FlowState } from './flow-state.js';
import { readPasswordChallenge } from './first-password.js';
import { signWithPasskey } from './signed-passkey.js';

export { choosePassword } from './first-password.js';

/**
 * The steps that few sign-ins come to, fetched by those that do. It imports nothing that all of them
 * load, or bundlers would cut that in two: the class of errors is handed to it.
 */

/** What a step is asked with. */
export interface StepContext {
  readonly client: AuthClient;
  readonly state: FlowState;
  /** Who signs in, as typed. */
  readonly email: string;
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  readonly AuthError: typeof AnyAuthError;
}

type Json = Readonly<Record<string, unknown>>;

const APP = 'SOFTWARE_TOKEN_MFA';

/** What carries the answer to a challenge: a code, or what was chosen. */
const ANSWERS: Readonly<Partial<Record<string, string>>> = {
  [APP]: 'SOFTWARE_TOKEN_MFA_CODE',
  EMAIL_OTP: 'EMAIL_OTP_CODE',
  SMS_MFA: 'SMS_MFA_CODE',
  SMS_OTP: 'SMS_OTP_CODE',
  SELECT_MFA_TYPE: 'ANSWER',
  SELECT_CHALLENGE: 'ANSWER',
};

/** What the forms can ask for, where there is a choice or a set-up. */
const CHOICES: Readonly<Partial<Record<string, readonly string[]>>> = {
  SELECT_MFA_TYPE: [APP, 'EMAIL_OTP', 'SMS_MFA'],
  SELECT_CHALLENGE: ['PASSWORD', 'WEB_AUTHN', 'EMAIL_OTP', 'SMS_OTP'],
  MFA_SETUP: [APP, 'EMAIL_OTP'],
};

/** Reads a challenge that is none of the functions' codes. */
export async function readStep(
  client: StepClient,
  response: Json,
  begun: Pick<FactorChallenge, 'name' | 'session' | 'username'>,
  AuthError: typeof AnyAuthError,
): Promise<NextStep> {
  const { name, session, username } = begun;
  const text = (of: string) => (typeof response[of] === 'string' ? response[of] : '');
  if (name === 'NEW_PASSWORD_REQUIRED') {
    return { kind: 'new-password', challenge: readPasswordChallenge(response, session, username) };
  }
  const known = Object.hasOwn(CHOICES, name) ? CHOICES[name] : undefined;
  const offered = list(
    response['AvailableChallenges'] ?? (text('MFAS_CAN_CHOOSE') || text('MFAS_CAN_SETUP')),
  ).map((each) => each.replace(/^PASSWORD_SRP$/, 'PASSWORD'));
  const choices = known?.filter((each) => offered.includes(each)) ?? [];
  const isKnown = known ? choices.length > 0 : Object.hasOwn(ANSWERS, name) || name === 'WEB_AUTHN';
  if (!isKnown) throw new AuthError('unsupported', name, name);
  const challenge: FactorChallenge = {
    name,
    username: text('USER_ID_FOR_SRP') || text('USERNAME') || username,
    session,
    destination: text('CODE_DELIVERY_DESTINATION'),
    choices,
    renews: '',
    key: '',
    passkey: text('CREDENTIAL_REQUEST_OPTIONS'),
  };
  // Nobody is asked what there is no choice of.
  const only = choices.length === 1 && name === 'MFA_SETUP' && choices[0] === APP;
  return only ? beginApp(client, challenge) : { kind: 'factor', challenge };
}

/** Answers the challenge: with a code, with one of its choices, with an address. A passkey needs no answer. */
export function answerFactor(context: StepContext, answer: string): Promise<NextStep> {
  const { state } = context;
  if (state.step !== 'factor') throw new TypeError(state.step);
  return answerChallenge(context, state.challenge, answer);
}

async function answerChallenge(
  { client, metadata, signal, AuthError, ...context }: StepContext,
  challenge: FactorChallenge,
  answer: string,
): Promise<NextStep> {
  if (!isStepClient(client)) throw new AuthError('unsupported', '', challenge.name);
  const { name, renews } = challenge;
  try {
    if (renews && answer === renews) {
      const wanted = { PREFERRED_CHALLENGE: renews };
      return renewable(await client.begin('USER_AUTH', context.email, wanted, signal));
    }
    if (name === 'MFA_SETUP') return await setUp(client, challenge, answer, metadata, signal);
    const responses =
      name === 'WEB_AUTHN'
        ? { CREDENTIAL: await signWithPasskey(challenge.passkey, signal) }
        : { [ANSWERS[name] ?? 'ANSWER']: answer };
    const next = await client.respond(challenge, name, responses, metadata, signal);
    // Who has just chosen the passkey is not asked to press another button.
    const chosen = name === 'SELECT_CHALLENGE' && next.kind === 'factor' ? next.challenge : null;
    if (chosen?.name !== 'WEB_AUTHN') return chosen ? renewable(next) : next;
    const again = { ...context, client, metadata, signal, AuthError };
    return await answerChallenge(again, chosen, '');
  } catch (error) {
    throw inTermsOfForms(error, name === 'WEB_AUTHN', AuthError);
  }
}

/** Signs in with a passkey in place of the password, where the app client allows `USER_AUTH`. */
export async function signInWithPasskey(context: StepContext): Promise<NextStep> {
  const { client, email, signal, AuthError } = context;
  if (!isStepClient(client)) throw new AuthError('unsupported', '', 'WEB_AUTHN');
  try {
    const wanted = { PREFERRED_CHALLENGE: 'WEB_AUTHN' };
    const next = await client.begin('USER_AUTH', email, wanted, signal);
    if (next.kind !== 'factor') return next;
    const { challenge } = next;
    if (challenge.name === 'WEB_AUTHN') return await answerChallenge(context, challenge, '');
    // There is no passkey: what is left to choose may be the password alone, whose form is there already.
    if (challenge.choices.some((each) => each !== 'PASSWORD')) return next;
    throw new AuthError('passkey', challenge.name, 'No passkey.');
  } catch (error) {
    throw inTermsOfForms(error, true, AuthError);
  }
}

/** A code in place of the password: beginning again with it needs nothing from the person. */
function renewable(next: NextStep): NextStep {
  const name = next.kind === 'factor' ? next.challenge.name : '';
  if (next.kind !== 'factor' || !/^(EMAIL|SMS)_OTP$/.test(name)) return next;
  return { ...next, challenge: { ...next.challenge, renews: name } };
}

async function setUp(
  client: StepClient,
  challenge: FactorChallenge,
  answer: string,
  metadata: Metadata,
  signal: AbortSignal,
): Promise<NextStep> {
  const { key, choices, session, name } = challenge;
  if (key) {
    const body = { Session: session, UserCode: answer };
    const verified = await client.call('VerifySoftwareToken', body, signal);
    const next = { ...challenge, session: String(verified['Session']) };
    return client.respond(next, name, {}, metadata, signal);
  }
  if (answer === APP) return beginApp(client, challenge, signal);
  if (choices.includes(answer))
    return { kind: 'factor', challenge: { ...challenge, choices: [answer] } };
  // An address: the code that goes there proves it.
  return client.respond(challenge, name, { EMAIL: answer }, metadata, signal);
}

/** Has the server make the key of an app. */
async function beginApp(
  client: StepClient,
  challenge: FactorChallenge,
  signal?: AbortSignal,
): Promise<NextStep> {
  const body = { Session: challenge.session };
  const made = await client.call('AssociateSoftwareToken', body, signal);
  const [key, session] = [String(made['SecretCode']), String(made['Session'])];
  return { kind: 'factor', challenge: { ...challenge, session, key } };
}

/** What the service says of a code or a passkey, as a form can act on it. */
function inTermsOfForms(
  error: unknown,
  ofPasskey: boolean,
  AuthError: typeof AnyAuthError,
): unknown {
  const isAuthError = error instanceof AuthError;
  const code = isAuthError ? error.code : '';
  const say = (kind: 'code' | 'code-over' | 'passkey') =>
    new AuthError(kind, code, error instanceof Error ? error.message : '', { cause: error });
  if (/^(CodeMismatch|EnableSoftwareToken)/.test(code)) return say('code');
  if (/^ExpiredCode/.test(code)) return say('code-over');
  // What a browser throws is no answer of the server; what that refuses is not the password.
  const refused = !isAuthError || error.kind === 'refused' || /^InvalidParameter/.test(code);
  return ofPasskey && refused ? say('passkey') : error;
}

function isStepClient(client: AuthClient): client is AuthClient & StepClient {
  return Boolean(client.begin && client.respond && client.call);
}

/** A list of names: as one, or as JSON in a text. */
function list(value: unknown): readonly string[] {
  let read = value;
  try {
    if (typeof value === 'string') read = JSON.parse(value);
  } catch {
    // No choice then: the step is one that the forms do not have.
  }
  return Array.isArray(read) ? read.map(String) : [];
}
