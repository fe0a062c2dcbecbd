// VerifyAuthChallengeResponse: the answer against the code in the attribute, while it has not expired.
'use strict';

exports.handler = async (event) => {
  const { challengeAnswer, userAttributes } = event.request;
  const kept = userAttributes[process.env.CUSTOM_ATTRIBUTES];
  const { code, expiry } = kept ? JSON.parse(kept) : {};
  event.response.answerCorrect = code !== undefined && challengeAnswer === code && Date.now() < expiry;
  return event;
};
