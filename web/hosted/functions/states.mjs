// Define, Create and Verify of somebody else, who says of a code whatever a page can be told: the next of the states with each answer
// that is not right. So that every state is seen, and none has to be waited for.
import { readFileSync } from 'node:fs';

const STATES = JSON.parse(readFileSync(new URL('states.json', import.meta.url), 'utf8'));
const RIGHT = '123456';

export const define = async (event) => {
  const { session } = event.request;
  const [srp, password, ...codes] = session;
  const { response } = event;
  const isProved = password?.challengeName === 'PASSWORD_VERIFIER' && password.challengeResult;
  response.issueTokens = codes.at(-1)?.challengeResult === true;
  response.failAuthentication = srp?.challengeName !== 'SRP_A' || Boolean(password && !isProved);
  response.challengeName = password ? 'CUSTOM_CHALLENGE' : 'PASSWORD_VERIFIER';
  return event;
};

export const create = async (event) => {
  const asked = event.request.session.filter((step) => step.challengeName === 'CUSTOM_CHALLENGE');
  const { parameters } = STATES[asked.length % STATES.length];
  event.response.publicChallengeParameters = parameters;
  event.response.privateChallengeParameters = {};
  event.response.challengeMetadata = 'STATE';
  return event;
};

export const verify = async (event) => {
  event.response.answerCorrect = event.request.challengeAnswer === RIGHT;
  return event;
};
