// Every way in which a handler may answer.
'use strict';

exports.async = async (event) => ({ ...event, answered: 'async' });
exports.promise = (event) => Promise.resolve({ ...event, answered: 'promise' });
exports.callback = (event, context, callback) => callback(null, { ...event, answered: 'callback' });
exports.callbackLater = (event, context, callback) => {
  let left = 'unfinished';
  callback(null, { toJSON: () => left });
  setTimeout(() => (left = 'finished'), 5);
};
exports.callbackAtOnce = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setInterval(() => {}, 60_000);
  callback(null, 'with an interval that lives on');
};
exports.callbackTwice = (event, context, callback) => {
  callback(null, 'first');
  callback(null, 'second');
};
exports.callbackNothing = (event, context, callback) => callback();
exports.done = (event, context) => context.done(null, 'done');
exports.doneWithError = (event, context) => context.done(new Error('not done'));
exports.succeed = (event, context) => context.succeed('succeeded');
exports.fail = (event, context) => context.fail(new TypeError('failed'));
exports.nothing = () => {};
exports.nested = { inner: { handler: async () => 'nested' } };

exports.throws = () => {
  throw new Error('thrown');
};
exports.rejects = async () => {
  throw new RangeError('rejected');
};
exports.callbackError = (event, context, callback) => callback(new Error('called back'));
exports.callbackText = (event, context, callback) => callback('only a text');
exports.named = async () => {
  const error = new Error('a code was wrong');
  error.name = 'CodeMismatch';
  throw error;
};
exports.unprintable = async () => {
  throw Object.create(null);
};
exports.circular = async (event) => {
  event.self = event;
  return event;
};

exports.never = () => new Promise(() => {});
exports.neverAsync = async () => new Promise(() => {});
exports.unhandledRejection = async () => {
  Promise.reject(new Error('nobody waits for it'));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
exports.uncaughtException = async () => {
  setTimeout(() => {
    throw new Error('nobody catches it');
  }, 0);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
exports.exits = async () => process.exit(3);
exports.notAFunction = 'a text';

let calls = 0;
exports.context = async (event, context) => {
  console.log('call %d', ++calls, { of: context.functionName });
  const { getRemainingTimeInMillis, ...told } = context;
  const { env } = process;
  const seen = ['AWS_EXECUTION_ENV', 'NODE_PATH', 'LAMBDA_TASK_ROOT', '_HANDLER', 'HOME'];
  return {
    calls,
    told,
    hasTimeLeft: getRemainingTimeInMillis() > 0,
    environment: Object.fromEntries(seen.map((name) => [name, env[name] ?? null])),
    traced: env._X_AMZN_TRACE_ID.startsWith('Root=1-'),
    started: process.execArgv,
    beside: require('beside'),
  };
};
