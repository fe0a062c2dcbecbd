import type { Metadata } from '../auth-client.js';
import type { CognitoClientOptions } from '../cognito-client.js';
import { BROWSER, type CognitoClientEnvironment } from '../environment.js';
import { type Json, Wire, record } from '../wire.js';

/** Where the pool is. A `CognitoClient` is one. */
export interface PoolSource {
  options(): Promise<CognitoClientOptions>;
}

/** Where the server says that it sends a code. */
export interface CodeDelivery {
  /** Masked: `a***@e***`. Made up where the app client hides who exists: no promise that somebody gets a mail. */
  readonly destination: string;
  /** `EMAIL` or `SMS`. */
  readonly medium: string;
  /** Of which attribute: `email`. */
  readonly attribute: string;
}

/** One call after another. */
export class Calls {
  readonly #source: PoolSource;
  readonly #wire: Wire;

  constructor(source: PoolSource, environment: CognitoClientEnvironment = BROWSER) {
    this.#source = source;
    this.#wire = new Wire(environment);
  }

  async send(operation: string, body: Json): Promise<Json> {
    const { endpoint, timeout } = await this.#source.options();
    return this.#wire.call(endpoint, operation, body, timeout);
  }

  /** With the app client's id, for operations that no token speaks for. */
  async sendAsClient(operation: string, body: Json): Promise<Json> {
    const { clientId } = await this.#source.options();
    return this.send(operation, { ClientId: clientId, ...body });
  }

  /** Told to the functions and the mail: which language the page speaks. */
  async metadata(): Promise<{ readonly ClientMetadata?: Metadata }> {
    const { locale } = await this.#source.options();
    const spoken = typeof locale === 'function' ? locale() : locale;
    return spoken ? { ClientMetadata: { locale: spoken } } : {};
  }
}

/** `null` where the server sends no code. */
export function readDelivery(details: unknown): CodeDelivery | null {
  if (details === undefined || details === null) return null;
  const given = record(details);
  return {
    destination: text(given['Destination']),
    medium: text(given['DeliveryMedium']),
    attribute: text(given['AttributeName']),
  };
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

/** `[{Name, Value}]` as an object. */
export function pairs(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(list(value).map((each) => [text(each['Name']), text(each['Value'])]));
}

/** The same the other way. */
export function attributeList(attributes: Metadata): readonly Json[] {
  return Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
}

/** Of seconds since 1970; `null` where the server tells none. */
export function moment(value: unknown): Date | null {
  return typeof value === 'number' ? new Date(1000 * value) : null;
}
