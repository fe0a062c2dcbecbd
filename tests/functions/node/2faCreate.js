// CreateAuthChallenge: a code by email, kept with its expiry in an attribute of the user.
'use strict';

const { randomInt } = require('node:crypto');
const {
  AdminUpdateUserAttributesCommand,
  CognitoIdentityProviderClient,
} = require('@aws-sdk/client-cognito-identity-provider');
const nodemailer = require('nodemailer');

const LIFETIME_MS = 3 * 60 * 1000;
const cognito = new CognitoIdentityProviderClient();
const mail = nodemailer.createTransport(process.env.SMTP_URL);

exports.handler = async (event) => {
  const { session, userAttributes, userNotFound } = event.request;
  // A wrong code is answered with the same challenge, not with another mail.
  const isFirst = session.at(-1)?.challengeName !== 'CUSTOM_CHALLENGE';
  if (isFirst && !userNotFound) {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    await keep(event, code, Date.now() + LIFETIME_MS);
    await send(userAttributes.email, code);
  }
  event.response.publicChallengeParameters = { medium: 'email' };
  event.response.privateChallengeParameters = {};
  event.response.challengeMetadata = 'EMAIL_CODE';
  return event;
};

function keep(event, code, expiry) {
  const attribute = { Name: process.env.CUSTOM_ATTRIBUTES, Value: JSON.stringify({ code, expiry }) };
  return cognito.send(
    new AdminUpdateUserAttributesCommand({
      UserPoolId: process.env.USER_POOL_ID ?? event.userPoolId,
      Username: event.userName,
      UserAttributes: [attribute],
    }),
  );
}

function send(to, code) {
  return mail.sendMail({
    from: process.env.MAIL_FROM,
    to,
    subject: 'Your confirm code',
    text: `Your confirm code is ${code}. It is good for three minutes.`,
  });
}
