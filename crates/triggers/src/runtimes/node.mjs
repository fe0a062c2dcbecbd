/**
 * The Node.js runtime: loads a function's handler and hands it events from the Runtime API, as Lambda's own does.
 *
 * `_HANDLER` names the handler, `LAMBDA_TASK_ROOT` the function's folder. Handlers are CommonJS or ES modules, and
 * answer by a promise, by the callback or by `context.done`, `succeed` and `fail`. Error types, messages and exit
 * codes are those of Lambda's Node.js runtime.
 */
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, types } from 'node:util';

const {
  AWS_LAMBDA_RUNTIME_API: API,
  LAMBDA_TASK_ROOT: ROOT = process.cwd(),
  _HANDLER: HANDLER = '',
} = process.env;
const EXIT_OF_LOST_SERVER = 1;
const EXIT_OF_UNHANDLED_REJECTION = 128;
const EXIT_OF_UNCAUGHT_EXCEPTION = 129;
const NEVER_SETTLED =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise ' +
  'that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

/** An error of the runtime's own. Its name is the `errorType` that the caller gets. */
class RuntimeError extends Error {
  constructor(kind, message, cause) {
    super(message);
    this.name = `Runtime.${kind}`;
    // The stack of what the function did wrong says where; the runtime's own does not.
    if (cause?.stack) this.stack = cause.stack;
  }
}

// --- The Runtime API -------------------------------------------------------------------------------------------------

// A free socket of the agent does not keep the process alive, so an empty event loop stays empty.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, resource, text, headers = {}) {
  const body = text === undefined ? undefined : Buffer.from(text);
  const sent = body ? { 'content-type': 'application/json', 'content-length': body.length, ...headers } : headers;
  return new Promise((resolve, reject) => {
    const url = `http://${API}/2018-06-01/runtime/${resource}`;
    const request = http.request(url, { method, agent, headers: sent }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ headers: answer.headers, text: Buffer.concat(chunks).toString('utf8') }));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What an error reads like for the caller. Whatever can be thrown can be described, even what has no text. */
function describe(error) {
  try {
    const isError = types.isNativeError(error) || (error?.name && error?.message && error?.stack);
    if (!isError) return { errorType: typeof error, errorMessage: String(error), trace: [] };
    return {
      errorType: String(error.name),
      errorMessage: String(error.message),
      trace: String(error.stack ?? '').split('\n'),
    };
  } catch (unprintable) {
    return describe(unprintable);
  }
}

function postError(resource, label, error) {
  const described = describe(error);
  const { errorType, errorMessage, trace } = described;
  console.error(label, '\t' + JSON.stringify({ errorType, errorMessage, stack: trace }));
  // A header holds ASCII without line ends; the body says the type in full.
  const type = errorType.replace(/[^\x20-\x7e]/g, '?');
  return call('POST', resource, JSON.stringify(described), { 'lambda-runtime-function-error-type': type });
}

const postInitError = (error) => postError('init/error', 'Init Error', error);

// --- The log ---------------------------------------------------------------------------------------------------------

let requestId;

/** `console` writes lines as on Lambda: time, request, level, text. */
function replaceConsole() {
  const levels = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) => {
      process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${format(...values)}\n`);
    };
  }
}

// --- Version 2 of the AWS SDK ------------------------------------------------------------------------------------------

/**
 * Points version 2 of the SDK where `AWS_ENDPOINT_URL` points: version 3 reads that variable itself, 2 knows only its
 * own configuration.
 */
function pointOldSdk() {
  const { AWS_ENDPOINT_URL: endpoint, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: ignored = '' } = process.env;
  if (!endpoint || ignored.toLowerCase() === 'true') return;
  const load = Module._load;
  let isPointed = false;
  Module._load = function loadPointed(request, parent, ...rest) {
    const loaded = load.call(this, request, parent, ...rest);
    if (!isPointed && /^aws-sdk(\/|$)/.test(request)) {
      isPointed = true;
      // The services share one configuration, whichever of them was loaded.
      const { config } = load.call(this, 'aws-sdk/global', parent, ...rest);
      config.update({ endpoint });
    }
    return loaded;
  };
}

// --- The handler -----------------------------------------------------------------------------------------------------

/** `folder/file.name.of.function` in its parts. */
function parseHandler() {
  const base = path.basename(HANDLER);
  const parts = /^([^.]*)\.(.*)$/.exec(base);
  if (!HANDLER || HANDLER.includes('..')) {
    const hint = 'Use absolute paths when specifying root directories in handler names.';
    throw new RuntimeError('MalformedHandlerName', `'${HANDLER}' is not a valid handler name. ${hint}`);
  }
  if (!parts) throw new RuntimeError('MalformedHandlerName', 'Bad handler');
  return { folder: HANDLER.slice(0, HANDLER.length - base.length), file: parts[1], names: parts[2].split('.') };
}

/** Whether `.js` files in this folder are ES modules: what the nearest package.json says. */
function isModuleFolder(folder) {
  if (path.basename(folder) === 'node_modules') return false;
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest)) {
    try {
      return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
    } catch {
      // Node.js says what is wrong with it when it loads the file.
      return false;
    }
  }
  const parent = path.dirname(folder);
  return parent !== folder && isModuleFolder(parent);
}

function loadModule(folder, file) {
  const from = path.resolve(ROOT, folder);
  const bare = path.join(from, file);
  const require = createRequire(path.join(ROOT, 'noop.js'));
  const asModule = (name) => import(pathToFileURL(name).href);
  if (existsSync(`${bare}.js`)) return isModuleFolder(from) ? asModule(`${bare}.js`) : require(`${bare}.js`);
  if (existsSync(`${bare}.mjs`)) return asModule(`${bare}.mjs`);
  if (existsSync(`${bare}.cjs`)) return require(`${bare}.cjs`);
  return require(require.resolve(file, { paths: [ROOT, from] }));
}

async function loadHandler() {
  const { folder, file, names } = parseHandler();
  let module;
  try {
    module = await loadModule(folder, file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError('UserCodeSyntaxError', `SyntaxError: ${error.message}`, error);
    }
    if (error?.code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('ImportModuleError', `Error: ${error.message}`, error);
    }
    throw error;
  }
  const handler = names.reduce((value, name) => value?.[name], module);
  if (!handler) throw new RuntimeError('HandlerNotFound', `${HANDLER} is undefined or not exported`);
  if (typeof handler !== 'function') throw new RuntimeError('HandlerNotFound', `${HANDLER} is not a function`);
  return handler;
}

// --- One event after the other ---------------------------------------------------------------------------------------

/** Who hears of an error that nobody caught: the start, and later the event that is handled. */
let reportUncaught = postInitError;
/** What happens when the event loop is empty and nobody has answered. */
let whenEmpty;

function listenForTheUncaught() {
  let ending = false;
  const end = async (error, status) => {
    // What goes wrong while an error is told cannot be told.
    if (ending) process.exit(status);
    ending = true;
    try {
      await reportUncaught(error);
    } finally {
      process.exit(status);
    }
  };
  process.on('beforeExit', () => {
    const act = whenEmpty;
    whenEmpty = undefined;
    act?.();
  });
  process.on('uncaughtException', (error) => end(error, EXIT_OF_UNCAUGHT_EXCEPTION));
  process.on('unhandledRejection', (reason) => {
    const text = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
    const error = new RuntimeError('UnhandledPromiseRejection', text, reason);
    return end(error, EXIT_OF_UNHANDLED_REJECTION);
  });
}

/** An event's answer. The first one counts; `posted` is when the Runtime API has it. */
function answerOf(id) {
  let given = false;
  let resolve, reject;
  const posted = new Promise((...settle) => ([resolve, reject] = settle));
  const post = async (error, value) => {
    if (error !== null && error !== undefined) {
      await postError(`invocation/${id}/error`, 'Invoke Error', error);
      return;
    }
    let text;
    try {
      text = JSON.stringify(value) ?? 'null';
    } catch {
      return post(new Error('Unable to stringify response body'));
    }
    await call('POST', `invocation/${id}/response`, text);
  };
  const send = (error, value) => void post(error, value).then(resolve, reject);
  /** Answers at once. */
  const now = (error, value) => {
    if (given) return;
    given = true;
    whenEmpty = undefined;
    send(error, value);
  };
  /** Answers when nothing else is left to do. */
  const later = (value) => {
    if (given) return;
    given = true;
    whenEmpty = () => send(null, value);
  };
  return { now, later, posted };
}

function contextOf(headers, answer) {
  const { env } = process;
  const parsed = (name) => (headers[name] === undefined ? undefined : JSON.parse(headers[name]));
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    succeed: (value) => answer.now(null, value),
    fail: (error) => answer.now(error ?? 'handled'),
    done: (error, value) => answer.now(error, value),
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed('lambda-runtime-client-context'),
    identity: parsed('lambda-runtime-cognito-identity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function handleOne(handler, isAsync) {
  const { headers, text } = await call('GET', 'invocation/next');
  requestId = headers['lambda-runtime-aws-request-id'];
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
  const id = encodeURIComponent(requestId);
  reportUncaught = (error) => postError(`invocation/${id}/error`, 'Invoke Error', error);

  const answer = answerOf(id);
  const context = contextOf(headers, answer);
  const callback = (error, value) => {
    const waits = context.callbackWaitsForEmptyEventLoop && (error === null || error === undefined);
    return waits ? answer.later(value) : answer.now(error, value);
  };
  whenEmpty = () => answer.now(isAsync ? new RuntimeError('NodeJsExit', NEVER_SETTLED) : null);
  try {
    const returned = handler(JSON.parse(text), context, callback);
    if (typeof returned?.then === 'function') returned.then(context.succeed, context.fail);
  } catch (error) {
    callback(error ?? 'handled');
  }
  await answer.posted;
}

/** The other end of the log is the server's. Once it is closed there is no server, and nobody to work for. */
function endWithTheServer() {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(EXIT_OF_LOST_SERVER));
}

replaceConsole();
listenForTheUncaught();
endWithTheServer();
pointOldSdk();
process.env.AWS_EXECUTION_ENV = `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`;
// What is thrown here is an exception that nobody catches: it is reported as an error of the start.
const handler = await loadHandler();
const isAsync = handler.constructor?.name === 'AsyncFunction';
for (;;) {
  await handleOne(handler, isAsync);
  // What the handler left for the next turn of the event loop gets it before the next event.
  await new Promise(setImmediate);
}
