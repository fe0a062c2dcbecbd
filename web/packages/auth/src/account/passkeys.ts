import { type Bytes, fromBase64, toBase64 } from '../bytes.js';
import { type Json, record } from '../wire.js';
import { list, text } from './calls.js';

/** Why the browser made no passkey: the person said no or waited too long, has one here, or it cannot make one here. */
export class PasskeyError extends Error {
  override readonly name = 'PasskeyError';

  constructor(
    readonly kind: 'cancelled' | 'exists' | 'unsupported',
    options?: ErrorOptions,
  ) {
    super(`The browser made no passkey: ${kind}.`, options);
  }
}

/**
 * Has the browser make a passkey of the server's options, and gives it as JSON. By hand, since
 * `parseCreationOptionsFromJSON` is younger than the browsers that this must run in.
 */
export async function createPasskey(options: Json): Promise<Json> {
  // Not in a page without TLS, nor on a server.
  const container = typeof navigator === 'object' ? navigator.credentials : undefined;
  if (!container || typeof PublicKeyCredential !== 'function')
    throw new PasskeyError('unsupported');
  const user = record(options['user']);
  const publicKey = {
    ...options,
    challenge: fromBase64Url(text(options['challenge'])),
    user: { ...user, id: fromBase64Url(text(user['id'])) },
    excludeCredentials: list(options['excludeCredentials']).map((each) => ({
      ...each,
      id: fromBase64Url(text(each['id'])),
    })),
  };
  let made: Credential | null;
  try {
    made = await container.create({
      publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions,
    });
  } catch (cause) {
    throw new PasskeyError(kindOf(cause), { cause });
  }
  if (!(made instanceof PublicKeyCredential)) throw new PasskeyError('cancelled');
  return described(made);
}

function kindOf(cause: unknown): PasskeyError['kind'] {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'InvalidStateError') return 'exists';
  return name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : 'unsupported';
}

function described(made: PublicKeyCredential): Json {
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    rawId: toBase64Url(made.rawId),
    type: made.type,
    clientExtensionResults: made.getClientExtensionResults(),
    ...(made.authenticatorAttachment
      ? { authenticatorAttachment: made.authenticatorAttachment }
      : {}),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      attestationObject: toBase64Url(response.attestationObject),
      transports: response.getTransports(),
      publicKeyAlgorithm: response.getPublicKeyAlgorithm(),
      authenticatorData: toBase64Url(response.getAuthenticatorData()),
    },
  };
}

function fromBase64Url(value: string): Bytes {
  return fromBase64(value.replaceAll('-', '+').replaceAll('_', '/'));
}

function toBase64Url(value: ArrayBuffer): string {
  const standard = toBase64(new Uint8Array(value));
  return standard.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
