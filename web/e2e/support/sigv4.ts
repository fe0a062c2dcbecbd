import { createHash, createHmac } from 'node:crypto';

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

const REGION = 'us-east-1';
const SERVICE = 'cognito-idp';

/** The headers that sign a POST of `body` to the root of `url`, by AWS Signature Version 4. */
export function signedHeaders(
  url: string,
  target: string,
  body: string,
  key: AccessKey,
  at = new Date(),
): Record<string, string> {
  const date = at.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const scope = `${day}/${REGION}/${SERVICE}/aws4_request`;
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host: new URL(url).host,
    'x-amz-date': date,
    'x-amz-target': target,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(request)].join('\n');
  const signingKey = [day, REGION, SERVICE, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${key.secret}`,
  );
  const signature = hmac(signingKey, toSign).toString('hex');
  const credential = `AWS4-HMAC-SHA256 Credential=${key.id}/${scope}`;
  return {
    ...headers,
    authorization: `${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
