import type { Metadata, NextStep, PasswordChallenge } from './auth-client.js';
import type { StepContext } from './steps.js';

/**
 * What only a first password needs: few sign-ins fetch it. It imports nothing that all of them load,
 * or bundlers would cut that in two.
 */

/** Reads a `NEW_PASSWORD_REQUIRED`'s `ChallengeParameters`: JSON inside texts. */
export function readPasswordChallenge(
  parameters: Readonly<Record<string, unknown>>,
  session: string,
  username: string,
): PasswordChallenge {
  const required = Object.values(strings(parameters['requiredAttributes']));
  return {
    username,
    session,
    attributes: strings(parameters['userAttributes']),
    required: required.map((each) => each.replace('userAttributes.', '')),
  };
}

/** The texts of an object or a list that came as JSON inside a text; none where it is no such text. */
function strings(text: unknown): Metadata {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch {
    // Nothing to ask for, then: the server says so if it wants more.
  }
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
  return Object.fromEntries(entries.filter(([, each]) => typeof each === 'string'));
}

/** The service's name of the challenge. */
const PASSWORD = 'NEW_PASSWORD_REQUIRED';

/** The `ChallengeResponses` to it. */
export function passwordResponses(password: string, attributes: Metadata): Metadata {
  const given = Object.entries(attributes).map(([name, value]) => [
    `userAttributes.${name}`,
    value,
  ]);
  return { NEW_PASSWORD: password, ...Object.fromEntries(given) };
}

/**
 * Answers the challenge of a first password. Cognito ends this answer in tokens; where a trigger
 * refuses those, since no code came first, the new password may have been set all the same: one more
 * sign-in finds out.
 */
export async function choosePassword(
  { client, state, email, metadata, signal, AuthError }: StepContext,
  password: string,
  attributes: Metadata,
): Promise<NextStep> {
  if (state.step !== 'new-password') throw new TypeError(state.step);
  const { challenge } = state;
  const choose = (): Promise<NextStep> | undefined => {
    if (client.choosePassword)
      return client.choosePassword(challenge, password, attributes, metadata, signal);
    const responses = passwordResponses(password, attributes);
    return client.respond?.(challenge, PASSWORD, responses, metadata, signal);
  };
  try {
    const next = await choose();
    if (next) return next;
  } catch (error) {
    if (!(error instanceof AuthError) || !/LambdaValidation/.test(error.code)) throw error;
    return client
      .signIn(email || challenge.username, password, metadata, signal)
      .catch((cause: unknown) => {
        if (cause instanceof AuthError && cause.kind === 'network') throw cause;
        throw new AuthError('administrator', error.code, error.message, { cause });
      });
  }
  throw new AuthError('reset', '', '');
}
