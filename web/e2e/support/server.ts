import { randomBytes } from 'node:crypto';
import { AccessKey, signedHeaders } from './sigv4';

export interface Pool {
  readonly userPoolId: string;
  readonly clientId: string;
  /** What a sign-in with a password begins with; `CUSTOM_AUTH` when absent. */
  readonly authFlow?: string;
  /** A passkey signs in. */
  readonly passkeys?: boolean;
}

export interface Person {
  readonly email: string;
  readonly password: string;
}

export interface Mail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Whose functions a pool has: ours in process, ours as processes, handlers as articles write them, or those that go
 * through what a page can be told.
 */
export type Functions = '2fa' | 'process' | 'article' | 'states';

const FUNCTIONS = 'arn:aws:lambda:us-east-1:000000000000:function';

/** A running server, prepared as its operator would prepare it: over the API and the inbox. */
export class Server {
  constructor(
    readonly url: string,
    private readonly key: AccessKey,
    /** Where its inbox is, which answers nobody who comes by way of a proxy. */
    private readonly inbox = url,
  ) {}

  async createPool(
    functions: Functions = '2fa',
    settings: Readonly<Record<string, unknown>> = {},
    poolSettings: Readonly<Record<string, unknown>> = {},
  ): Promise<Pool> {
    const { Schema = [], ...others } = poolSettings;
    const pool = await this.call('CreateUserPool', {
      PoolName: 'browser-tests',
      UsernameAttributes: ['email'],
      LambdaConfig: {
        DefineAuthChallenge: `${FUNCTIONS}:${functions}Define`,
        CreateAuthChallenge: `${FUNCTIONS}:${functions}Create`,
        VerifyAuthChallengeResponse: `${FUNCTIONS}:${functions}Verify`,
      },
      Schema: [
        { Name: 'authChallenge', AttributeDataType: 'String', Mutable: true },
        ...(Schema as readonly object[]),
      ],
      ...others,
    });
    const userPoolId = String(pool['UserPool']?.['Id']);
    const client = await this.call('CreateUserPoolClient', {
      UserPoolId: userPoolId,
      ClientName: 'browser',
      AuthSessionValidity: 5,
      PreventUserExistenceErrors: 'ENABLED',
      ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      ...settings,
    });
    return { userPoolId, clientId: String(client['UserPoolClient']?.['ClientId']) };
  }

  /** Hosted login for a pool: its domain. */
  async createDomain(pool: Pool, domain = `d${randomBytes(6).toString('hex')}`): Promise<string> {
    await this.call('CreateUserPoolDomain', { UserPoolId: pool.userPoolId, Domain: domain });
    return domain;
  }

  /** An app client of hosted login, for an app at this origin. */
  async createHostedClient(pool: Pool, origin: string): Promise<string> {
    const urls = { CallbackURLs: [`${origin}/cb`], LogoutURLs: [`${origin}/bye`] };
    return (await this.createOidcClient(pool, urls)).clientId;
  }

  /** An app client of hosted login with these settings. The secret is empty where none is asked for. */
  async createOidcClient(
    pool: Pool,
    settings: Readonly<Record<string, unknown>>,
  ): Promise<{ clientId: string; clientSecret: string }> {
    const created = await this.call('CreateUserPoolClient', {
      UserPoolId: pool.userPoolId,
      ClientName: 'hosted',
      AuthSessionValidity: 5,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      SupportedIdentityProviders: ['COGNITO'],
      ...settings,
    });
    const client = created['UserPoolClient'];
    return {
      clientId: String(client?.['ClientId']),
      clientSecret: String(client?.['ClientSecret'] ?? ''),
    };
  }

  /** A pool whose people are known by another provider, with an attribute for their groups there. */
  async createPlainPool(): Promise<Pool> {
    const pool = await this.call('CreateUserPool', {
      PoolName: 'browser-tests',
      Schema: [{ Name: 'groups', AttributeDataType: 'String', Mutable: true }],
    });
    return { userPoolId: String(pool['UserPool']?.['Id']), clientId: '' };
  }

  /** A SAML provider of a pool; what is shown of its details. */
  async createSamlProvider(
    pool: Pool,
    name: string,
    details: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const made = await this.call('CreateIdentityProvider', {
      UserPoolId: pool.userPoolId,
      ProviderName: name,
      ProviderType: 'SAML',
      ProviderDetails: details,
      AttributeMapping: { email: 'mail', 'custom:groups': 'groups' },
    });
    return made['IdentityProvider']?.['ProviderDetails'] as Record<string, string>;
  }

  /** The certificate by which SAML providers know a pool. */
  async signingCertificate(pool: Pool): Promise<string> {
    const shown = await this.call('GetSigningCertificate', { UserPoolId: pool.userPoolId });
    return String(shown['Certificate']);
  }

  /** A user as an administrator sees them. */
  async describeUser(
    pool: Pool,
    name: string,
  ): Promise<{ status: string; attributes: Record<string, string> }> {
    const user = { UserPoolId: pool.userPoolId, Username: name };
    const shown = (await this.call('AdminGetUser', user)) as Record<string, unknown>;
    const attributes = shown['UserAttributes'] as { Name: string; Value: string }[];
    return {
      status: String(shown['UserStatus']),
      attributes: Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value])),
    };
  }

  /** An app client of a pool in which people sign up by themselves, and confirm it by a mailed link. */
  async createSignUpClient(): Promise<string> {
    const pool = await this.call('CreateUserPool', {
      PoolName: 'browser-tests',
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
      VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_LINK' },
    });
    const client = await this.call('CreateUserPoolClient', {
      UserPoolId: pool['UserPool']?.['Id'],
      ClientName: 'browser',
    });
    return String(client['UserPoolClient']?.['ClientId']);
  }

  /** A pool in which a passkey signs in, made on pages of this machine. */
  async createPasskeyPool(): Promise<Pool> {
    const pool = await this.call('CreateUserPool', {
      PoolName: 'browser-tests',
      UsernameAttributes: ['email'],
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } },
    });
    const userPoolId = String(pool['UserPool']?.['Id']);
    await this.call('SetUserPoolMfaConfig', {
      UserPoolId: userPoolId,
      WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'required' },
    });
    const client = await this.call('CreateUserPoolClient', {
      UserPoolId: userPoolId,
      ClientName: 'browser',
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    });
    return { userPoolId, clientId: String(client['UserPoolClient']?.['ClientId']) };
  }

  /**
   * A pool in which people look after themselves, and sign in with a mailed code: they sign up, reset passwords, change
   * addresses, and have authenticator apps, passkeys, devices and sessions.
   */
  async createPeoplePool(settings: Readonly<Record<string, unknown>> = {}): Promise<Pool> {
    const pool = await this.createPool(
      '2fa',
      { AuthSessionValidity: 5 },
      {
        AutoVerifiedAttributes: ['email'],
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
        DeviceConfiguration: {},
        Policies: {
          PasswordPolicy: { MinimumLength: 10, RequireNumbers: true },
          SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] },
        },
        ...settings,
      },
    );
    const { userPoolId: UserPoolId } = pool;
    await this.call('SetUserPoolMfaConfig', {
      UserPoolId,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
      WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'required' },
    });
    await this.call('SetUserPoolSessionConfiguration', {
      UserPoolId,
      UserSessionTracking: 'ENABLED',
      TokenSession: { MaxPerUser: 20 },
    });
    return pool;
  }

  /** A pool in which every call of Amplify's has something to do. */
  async createAmplifyPool(): Promise<Pool> {
    const pool = await this.call('CreateUserPool', {
      PoolName: 'browser-tests',
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
      DeviceConfiguration: {
        ChallengeRequiredOnNewDevice: true,
        DeviceOnlyRememberedOnUserPrompt: false,
      },
      Policies: {
        SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'WEB_AUTHN'] },
      },
    });
    const userPoolId = String(pool['UserPool']?.['Id']);
    await this.call('SetUserPoolMfaConfig', {
      UserPoolId: userPoolId,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
      WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'required' },
    });
    const client = await this.call('CreateUserPoolClient', {
      UserPoolId: userPoolId,
      ClientName: 'browser',
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    });
    return { userPoolId, clientId: String(client['UserPoolClient']?.['ClientId']) };
  }

  /** What the server says of a user, as an administrator sees it. */
  async user(pool: Pool, email: string): Promise<Record<string, unknown>> {
    const names = { UserPoolId: pool.userPoolId, Username: email };
    return this.call('AdminGetUser', names);
  }

  async signOutEverywhere(pool: Pool, email: string): Promise<void> {
    const names = { UserPoolId: pool.userPoolId, Username: email };
    await this.call('AdminUserGlobalSignOut', names);
  }

  /** As a client does that lets devices be remembered; what it would prove later matters to nobody here. */
  async confirmDevice(AccessToken: string, DeviceKey: string, DeviceName: string): Promise<void> {
    const DeviceSecretVerifierConfig = {
      PasswordVerifier: randomBytes(384).toString('base64'),
      Salt: randomBytes(16).toString('base64'),
    };
    const body = { AccessToken, DeviceKey, DeviceName, DeviceSecretVerifierConfig };
    await this.call('ConfirmDevice', body);
  }

  /** Signs somebody up, or has another mail sent to them; the link in the newest mail. */
  async mailLink(operation: 'SignUp' | 'ResendConfirmationCode', body: object): Promise<string> {
    const email = (body as { Username: string }).Username;
    const before = (await this.mailsTo(email)).length;
    await this.call(operation, body);
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      const mails = await this.mailsTo(email);
      const link = /https?:\/\/\S+\/confirmUser(\S+)/.exec(mails[0]?.text ?? '');
      if (link && mails.length > before) return `${this.url}/confirmUser${link[1]}`;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`No mail with a link came for ${email}.`);
  }

  /** A new user; with a password of the administrator's that still has to be changed, if asked. */
  async createPerson(
    pool: Pool,
    options: { temporary?: boolean; email?: string; name?: string; phone?: string } = {},
  ): Promise<Person> {
    const person = {
      email: options.email ?? `ana.${randomBytes(6).toString('hex')}@example.com`,
      password: `Correct-Hörse-9-${randomBytes(4).toString('hex')}!`,
    };
    const user = { UserPoolId: pool.userPoolId, Username: person.email };
    await this.call('AdminCreateUser', {
      ...user,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: person.email },
        { Name: 'email_verified', Value: 'true' },
        ...(options.name ? [{ Name: 'name', Value: options.name }] : []),
        ...(options.phone
          ? [
              { Name: 'phone_number', Value: options.phone },
              { Name: 'phone_number_verified', Value: 'true' },
            ]
          : []),
      ],
    });
    await this.setPassword(pool, person.email, person.password, !options.temporary);
    return person;
  }

  async setPassword(pool: Pool, email: string, password: string, permanent = true): Promise<void> {
    await this.call('AdminSetUserPassword', {
      UserPoolId: pool.userPoolId,
      Username: email,
      Password: password,
      Permanent: permanent,
    });
  }

  /** Newest first. */
  async mailsTo(email: string): Promise<Mail[]> {
    const response = await fetch(
      `${this.inbox}/inbox/api/messages?to=${encodeURIComponent(email)}`,
    );
    return (await response.json()) as Mail[];
  }

  /** The code in the mail after so many others; waits for it. */
  async codeAfter(email: string, before: number, digits = 6): Promise<string> {
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      const mails = await this.mailsTo(email);
      const code = new RegExp(`(?<!\\d)\\d{${digits}}(?!\\d)`).exec(mails[0]?.text ?? '');
      if (code && mails.length > before) return code[0];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`No further mail with a code came for ${email}.`);
  }

  /** The code of a second factor in the mail after so many others. */
  otpAfter(email: string, before: number): Promise<string> {
    return this.codeAfter(email, before, 8);
  }

  /** The code in the newest mail; waits for the mail. */
  codeFor(email: string): Promise<string> {
    return this.codeAfter(email, 0);
  }

  /** Calls an operation of the API as its operator. */
  async call(
    operation: string,
    body: unknown,
  ): Promise<Record<string, Record<string, unknown> | undefined>> {
    const text = JSON.stringify(body);
    const target = `AWSCognitoIdentityProviderService.${operation}`;
    const headers = signedHeaders(this.url, target, text, this.key);
    const response = await fetch(`${this.url}/`, { method: 'POST', headers, body: text });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${operation}: ${response.status} ${answer}`);
    return JSON.parse(answer) as Record<string, Record<string, unknown> | undefined>;
  }
}
