'use strict';

// A PreAuthentication trigger that makes the call of AWS which the client names, and denies the sign-in with what came of it.

const UNSAID = '$metadata';

/** Version 3 of the SDK: a package for each service, a client, a command. */
async function callV3({ library, client, operation, parameters }) {
  const sdk = require(`@aws-sdk/client-${library}`);
  const { [UNSAID]: _, ...answer } = await new sdk[client]({}).send(new sdk[operation](parameters));
  return answer;
}

/** Version 2: one package, a class for each service, methods that make promises. */
function callV2({ client, operation, parameters }) {
  const AWS = require('aws-sdk');
  return new AWS[client]()[operation](parameters).promise();
}

/** Binary members come as Base64. */
function revive(parameters) {
  for (const key of ['RawMessage', 'Raw']) {
    const holder = parameters[key] ?? parameters.Content?.[key];
    if (holder) holder.Data = Buffer.from(holder.Data, 'base64');
  }
  return parameters;
}

exports.handler = async (event) => {
  const order = JSON.parse(event.request.validationData.order);
  const call = { ...order, parameters: revive(order.parameters) };
  let outcome;
  try {
    outcome = { answer: await (order.version === 2 ? callV2(call) : callV3(call)) };
  } catch (error) {
    outcome = { error: error.name ?? error.code, message: error.message };
  }
  throw new Error(JSON.stringify(outcome));
};
