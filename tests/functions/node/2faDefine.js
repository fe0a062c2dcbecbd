// DefineAuthChallenge: the password first, then the code, at most three times.
'use strict';

const ATTEMPTS = 3;

exports.handler = async (event) => {
  const { session, userNotFound } = event.request;
  const [srp, password, ...codes] = session;
  const { response } = event;
  response.issueTokens = false;
  response.failAuthentication = false;

  if (!password) {
    response.challengeName = 'PASSWORD_VERIFIER';
    response.failAuthentication = srp?.challengeName !== 'SRP_A';
  } else if (password.challengeName !== 'PASSWORD_VERIFIER' || !password.challengeResult) {
    response.failAuthentication = true;
  } else if (codes.at(-1)?.challengeName === 'CUSTOM_CHALLENGE' && codes.at(-1).challengeResult) {
    response.issueTokens = !userNotFound;
    response.failAuthentication = Boolean(userNotFound);
  } else if (codes.length >= ATTEMPTS) {
    response.failAuthentication = true;
  } else {
    response.challengeName = 'CUSTOM_CHALLENGE';
  }
  return event;
};
