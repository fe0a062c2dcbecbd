import type { Metadata } from '../auth-client.js';
import { AuthError } from '../auth-error.js';
import type { CognitoClientEnvironment } from '../environment.js';
import { type Json, member, record } from '../wire.js';
import {
  Calls,
  type CodeDelivery,
  type PoolSource,
  attributeList,
  list,
  moment,
  pairs,
  readDelivery,
  text,
} from './calls.js';
import { createPasskey } from './passkeys.js';

/** Who is signed in, as the pool has it now. */
export interface Profile {
  readonly username: string;
  readonly attributes: Metadata;
  /** What is asked for after the password: `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`, `SMS_MFA`. */
  readonly factors: readonly string[];
}

export interface Passkey {
  readonly id: string;
  /** The server's name for it. */
  readonly name: string;
  /** The domain that it was made for. */
  readonly relyingParty: string;
  readonly created: Date | null;
}

export interface Device {
  readonly key: string;
  /** Empty where the client gave it none. */
  readonly name: string;
  readonly address: string;
  readonly lastUsed: Date | null;
}

/** Where somebody is signed in, in pools that keep track of it. */
export interface UserSession {
  readonly id: string;
  readonly device: string;
  readonly address: string;
  readonly created: Date | null;
  readonly lastActive: Date | null;
  /** The session of the very token that asks. It cannot be ended here: that is a sign-out. */
  readonly current: boolean;
}

/** What people can do about their own account while they are signed in. Every method rejects with `AuthError`. */
export interface AccountCalls {
  profile(): Promise<Profile>;
  changePassword(previous: string, proposed: string): Promise<void>;
  /** Where codes were sent for new addresses. Whether an address counts before its code is the pool's to say. */
  updateAttributes(attributes: Metadata): Promise<readonly CodeDelivery[]>;
  sendAttributeCode(attribute: string): Promise<CodeDelivery | null>;
  verifyAttribute(attribute: string, code: string): Promise<void>;
  /** A new key for an authenticator app; one of before stays good until a code of the new one is given. */
  startAuthenticator(): Promise<string>;
  /** Takes a code of the app, and has it asked for from now on. */
  confirmAuthenticator(code: string, name?: string): Promise<void>;
  /** Stops asking for codes of the app. */
  stopAuthenticator(): Promise<void>;
  passkeys(): Promise<readonly Passkey[]>;
  /** Has the browser make one. Rejects with `PasskeyError`, too. */
  addPasskey(): Promise<void>;
  removePasskey(id: string): Promise<void>;
  devices(): Promise<readonly Device[]>;
  forgetDevice(key: string): Promise<void>;
  /** Empty in a pool that does not keep track. */
  sessions(): Promise<readonly UserSession[]>;
  endSession(id: string): Promise<void>;
}

/** Pages of a list that are fetched at most. */
const PAGES = 10;

/** An account at a Cognito user pool, on AWS or Poolhouse. */
export class Account implements AccountCalls {
  readonly #calls: Calls;
  readonly #accessToken: () => Promise<string | null>;

  /**
   * `pool` is a `CognitoClient`, or anything that knows where the pool is; `accessToken` is that of `AuthSession`, which
   * renews it. Its scopes must have `aws.cognito.signin.user.admin`, as those of every sign-in over the API do.
   */
  constructor(
    pool: PoolSource,
    accessToken: () => Promise<string | null>,
    environment?: CognitoClientEnvironment,
  ) {
    this.#calls = new Calls(pool, environment);
    this.#accessToken = accessToken;
  }

  async profile(): Promise<Profile> {
    const user = await this.#send('GetUser');
    const factors: unknown = user['UserMFASettingList'];
    return {
      username: member(user, 'Username'),
      attributes: pairs(user['UserAttributes']),
      factors: Array.isArray(factors) ? factors.map(text) : [],
    };
  }

  async changePassword(previous: string, proposed: string): Promise<void> {
    const body = { PreviousPassword: previous, ProposedPassword: proposed };
    await this.#send('ChangePassword', body);
  }

  async updateAttributes(attributes: Metadata): Promise<readonly CodeDelivery[]> {
    const body = { UserAttributes: attributeList(attributes), ...(await this.#calls.metadata()) };
    const sent = list((await this.#send('UpdateUserAttributes', body))['CodeDeliveryDetailsList']);
    return sent.map(readDelivery).filter((each) => each !== null);
  }

  async sendAttributeCode(attribute: string): Promise<CodeDelivery | null> {
    const body = { AttributeName: attribute, ...(await this.#calls.metadata()) };
    const answer = await this.#send('GetUserAttributeVerificationCode', body);
    return readDelivery(answer['CodeDeliveryDetails']);
  }

  async verifyAttribute(attribute: string, code: string): Promise<void> {
    await this.#send('VerifyUserAttribute', { AttributeName: attribute, Code: code });
  }

  async startAuthenticator(): Promise<string> {
    return member(await this.#send('AssociateSoftwareToken'), 'SecretCode');
  }

  async confirmAuthenticator(code: string, name = ''): Promise<void> {
    const named = name ? { FriendlyDeviceName: name } : {};
    const answer = await this.#send('VerifySoftwareToken', { UserCode: code, ...named });
    // The API has an answer for "not right" beside its errors, which nobody has seen.
    if (answer['Status'] !== 'SUCCESS')
      throw new AuthError('server', 'EnableSoftwareTokenMFAException', 'Not verified.');
    await this.#ask({ Enabled: true, PreferredMfa: true });
  }

  stopAuthenticator(): Promise<void> {
    return this.#ask({ Enabled: false, PreferredMfa: false });
  }

  async passkeys(): Promise<readonly Passkey[]> {
    const found = await this.#all('ListWebAuthnCredentials', 'Credentials', 'NextToken');
    return found.map((each) => ({
      id: text(each['CredentialId']),
      name: text(each['FriendlyCredentialName']),
      relyingParty: text(each['RelyingPartyId']),
      created: moment(each['CreatedAt']),
    }));
  }

  async addPasskey(): Promise<void> {
    const options = (await this.#send('StartWebAuthnRegistration'))['CredentialCreationOptions'];
    const credential = await createPasskey(record(options));
    await this.#send('CompleteWebAuthnRegistration', { Credential: credential });
  }

  async removePasskey(id: string): Promise<void> {
    await this.#remove('DeleteWebAuthnCredential', { CredentialId: id });
  }

  async devices(): Promise<readonly Device[]> {
    const found = await this.#all('ListDevices', 'Devices', 'PaginationToken');
    return found.map((each) => {
      const attributes = pairs(each['DeviceAttributes']);
      return {
        key: text(each['DeviceKey']),
        name: attributes['device_name'] ?? '',
        address: attributes['last_ip_used'] ?? '',
        lastUsed: moment(each['DeviceLastAuthenticatedDate']),
      };
    });
  }

  async forgetDevice(key: string): Promise<void> {
    await this.#remove('ForgetDevice', { DeviceKey: key });
  }

  async sessions(): Promise<readonly UserSession[]> {
    const found = await this.#all('ListUserSessions', 'Sessions', 'NextToken');
    return found.map((each) => ({
      id: text(each['SessionId']),
      device: text(each['DeviceType']),
      address: text(each['LastIpAddress']),
      created: moment(each['CreateDate']),
      lastActive: moment(each['LastActiveDate']),
      current: each['IsCurrentSession'] === true,
    }));
  }

  async endSession(id: string): Promise<void> {
    await this.#remove('RevokeUserSession', { SessionId: id });
  }

  async #ask(settings: Json): Promise<void> {
    await this.#send('SetUserMFAPreference', { SoftwareTokenMfaSettings: settings });
  }

  /** What is gone already is no error: somebody was quicker. */
  async #remove(operation: string, body: Json): Promise<void> {
    try {
      await this.#send(operation, body);
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  }

  /** Every page of a list. */
  async #all(operation: string, items: string, token: string): Promise<readonly Json[]> {
    const found: Json[] = [];
    let next: Json = {};
    for (let page = 0; page < PAGES; page++) {
      const answer = await this.#send(operation, next);
      found.push(...list(answer[items]));
      if (!text(answer[token])) break;
      next = { [token]: answer[token] };
    }
    return found;
  }

  async #send(operation: string, body: Json = {}): Promise<Json> {
    const token = await this.#accessToken();
    if (!token) throw new AuthError('refused', 'NotAuthorizedException', 'Nobody is signed in.');
    return this.#calls.send(operation, { AccessToken: token, ...body });
  }
}
