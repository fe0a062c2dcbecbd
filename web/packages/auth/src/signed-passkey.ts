/**
 * Has the browser's passkey sign what the server asks, given as JSON, and gives its answer as JSON. By
 * hand, since `parseRequestOptionsFromJSON` is younger than the browsers that this must run in.
 */
export async function signWithPasskey(asked: string, signal: AbortSignal): Promise<string> {
  // Not in a page without TLS, nor on a server.
  const container = typeof navigator === 'object' ? navigator.credentials : undefined;
  if (!container || typeof PublicKeyCredential !== 'function') throw new Error('No passkeys here.');
  const options = JSON.parse(asked) as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = {
    ...options,
    challenge: fromBase64Url(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map((each) => ({
      ...each,
      id: fromBase64Url(each.id),
    })),
  } as PublicKeyCredentialRequestOptions;
  const signed = await container.get({ publicKey, signal });
  if (!(signed instanceof PublicKeyCredential)) throw new Error('No passkey.');
  return JSON.stringify(described(signed));
}

function described(signed: PublicKeyCredential): object {
  const response = signed.response as AuthenticatorAssertionResponse;
  const { authenticatorAttachment } = signed;
  const { userHandle } = response;
  return {
    id: signed.id,
    rawId: toBase64Url(signed.rawId),
    type: signed.type,
    clientExtensionResults: signed.getClientExtensionResults(),
    ...(authenticatorAttachment ? { authenticatorAttachment } : {}),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      authenticatorData: toBase64Url(response.authenticatorData),
      signature: toBase64Url(response.signature),
      ...(userHandle ? { userHandle: toBase64Url(userHandle) } : {}),
    },
  };
}

function fromBase64Url(value: string): Uint8Array<ArrayBuffer> {
  const text = atob(value.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function toBase64Url(value: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(value)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
