'use strict';

// A custom sender as AWS's documentation shows one, with SES for the mail and SNS for the text message. It opens the code with AWS's
// Encryption SDK, whose keyring asks KMS.

const { buildClient, CommitmentPolicy, KmsKeyringNode } = require('@aws-crypto/client-node');
const { SESv2Client, SendEmailCommand } = require('@aws-sdk/client-sesv2');
const { SNSClient, PublishCommand } = require('@aws-sdk/client-sns');

const { decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT);
const keyring = new KmsKeyringNode({ keyIds: [process.env.KEY_ARN] });

exports.handler = async (event) => {
  const { code, userAttributes } = event.request;
  const { plaintext } = await decrypt(keyring, Buffer.from(code, 'base64'));
  const text = plaintext.toString('utf8');
  if (event.triggerSource.startsWith('CustomSMSSender_')) {
    const message = { PhoneNumber: userAttributes.phone_number, Message: `Your code: ${text}` };
    await new SNSClient({}).send(new PublishCommand(message));
    return;
  }
  // What was handed over stands in the mail, too, for whoever opens it elsewhere.
  const body = { Text: { Data: `${event.triggerSource}\nYour code: ${text}\n${code}` } };
  await new SESv2Client({}).send(
    new SendEmailCommand({
      Destination: { ToAddresses: [userAttributes.email] },
      Content: { Simple: { Subject: { Data: 'From a function' }, Body: body } },
    }),
  );
};
