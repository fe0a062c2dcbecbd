import { createHash } from 'node:crypto';
import { Pool, Server } from '../../e2e/support/server';
import { App } from './app';
import { LOGO } from './logo';

/** A pool with hosted login, and an app client of it. */
export interface Place {
  readonly pool: Pool;
  readonly domain: string;
  readonly clientId: string;
}

/** What each kind of pool is made with. */
const NO_FUNCTIONS = { LambdaConfig: {} };
const REQUIRED_NAME = { Schema: [{ Name: 'name', Required: true, Mutable: true }] };
const BY_ADMINISTRATORS = {
  AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'admin_only', Priority: 1 }] },
};
const OPEN_TO_STRANGERS = { DcrConfiguration: { OpenDcrEnabled: true } };
const SMS = { SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' } };
const CHALLENGE = createHash('sha256').update('a'.repeat(43)).digest('base64url');

/** Pools as the states of the pages need them: made when one is first asked for, and shared by all tests of a worker. */
export class House {
  private readonly made = new Map<string, Promise<Place>>();

  constructor(
    readonly server: Server,
    readonly app: App,
  ) {}

  /** People have a password and are mailed a code, by our functions. */
  code = () => this.once('code', () => this.place(this.server.createPool('2fa')));

  /** The functions go through all that a page can be told of a code. */
  states = () => this.once('states', () => this.place(this.server.createPool('states')));

  /** Everybody has a name, and is asked for one who has none. */
  named = () =>
    this.once('named', () => this.place(this.server.createPool('2fa', {}, REQUIRED_NAME)));

  /** People sign up and reset their passwords, and are asked for no code. */
  people = () =>
    this.once('people', () => this.plain({ AutoVerifiedAttributes: ['email'], ...REQUIRED_NAME }));

  /** People sign up, and can read to what. */
  withTerms = () =>
    this.once('withTerms', async () => {
      const place = await this.plain({});
      for (const name of ['terms-of-use', 'privacy-policy'])
        await this.server.call('CreateTerms', {
          UserPoolId: place.pool.userPoolId,
          ClientId: place.clientId,
          TermsName: name,
          TermsSource: 'LINK',
          Enforcement: 'NONE',
          Links: { 'cognito:default': `https://acme.example/${name}` },
        });
      return place;
    });

  /** People choose what they begin with; passkeys are for this machine. */
  choice = () => this.once('choice', () => this.choosing(NO_FUNCTIONS));

  /** They could, if the pool's functions did not ask for a code. */
  choiceWithCode = () => this.once('choiceWithCode', () => this.choosing({}));

  /** People may have second factors. */
  secondFactors = () =>
    this.once('secondFactors', async () => {
      const place = await this.plain(BY_ADMINISTRATORS);
      await this.factors(place, 'OPTIONAL', {
        EmailMfaConfiguration: {},
        SmsMfaConfiguration: SMS,
      });
      return place;
    });

  /** Everybody has an authenticator app, and sets one up who has none. */
  apps = () =>
    this.once('apps', async () => {
      const place = await this.plain(BY_ADMINISTRATORS);
      await this.factors(place, 'ON', { SoftwareTokenMfaConfiguration: { Enabled: true } });
      return place;
    });

  /** People may come by an identity provider. */
  providers = () => this.once('providers', () => this.withProviders(['COGNITO', 'Corp']));

  /** They have to. */
  outside = () => this.once('outside', () => this.withProviders(['Corp', 'Partner']));

  /** Clients register themselves. */
  strangers = () =>
    this.once('strangers', async () => this.registered(await this.plain(OPEN_TO_STRANGERS)));

  /** The same where a code is asked for. */
  strangersWithCode = () =>
    this.once('strangersWithCode', async () => {
      const pool = this.server.createPool('2fa', {}, OPEN_TO_STRANGERS);
      return this.registered(await this.place(pool));
    });

  /** The app's own style sheet and logo, as the classic pages have them. */
  classic = () =>
    this.once('classic', async () => {
      const place = await this.plain({});
      await this.server.call('SetUICustomization', {
        UserPoolId: place.pool.userPoolId,
        CSS: [
          '.submitButton-customizable { background-color: #7a1f5c; color: #ffffff; }',
          '.banner-customizable { padding: 0px 0px 8px 0px; }',
          '.background-customizable { background-color: #faf5f9; }',
        ].join('\n'),
        ImageFile: LOGO,
      });
      return place;
    });

  /** A managed login style, in both colour schemes. */
  styled = () =>
    this.once('styled', async () => {
      const place = await this.plain({});
      await this.managed(place);
      const button = (backgroundColor: string, textColor: string) => ({
        defaults: { backgroundColor, textColor },
      });
      await this.server.call('CreateManagedLoginBranding', {
        UserPoolId: place.pool.userPoolId,
        ClientId: place.clientId,
        Settings: {
          components: {
            primaryButton: {
              lightMode: button('4b2e83ff', 'ffffffff'),
              darkMode: button('c9b3f5ff', '1b1030ff'),
            },
            pageBackground: {
              lightMode: { color: 'f3effaff' },
              darkMode: { color: '120c1eff' },
            },
          },
          componentClasses: { buttons: { borderRadius: 24 } },
        },
        Assets: [{ Category: 'FORM_LOGO', ColorMode: 'DYNAMIC', Extension: 'PNG', Bytes: LOGO }],
      });
      return place;
    });

  /** Where the app sends people. */
  asked(place: Place, more: Readonly<Record<string, string>> = {}, host = 'localhost'): string {
    const query = new URLSearchParams({
      client_id: place.clientId,
      response_type: 'code',
      redirect_uri: `${this.app.origin}/cb`,
      scope: 'openid email',
      state: 's',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      ...more,
    });
    return `${this.at(place, host)}/oauth2/authorize?${query}`;
  }

  /** Where the pages of a pool are. */
  at(place: Place, host = 'localhost'): string {
    return `${this.server.url.replace('127.0.0.1', host)}/d/${place.domain}`;
  }

  private once(kind: string, make: () => Promise<Place>): Promise<Place> {
    const made = this.made.get(kind) ?? make();
    this.made.set(kind, made);
    return made;
  }

  private async place(made: Promise<Pool>, client: object = {}): Promise<Place> {
    const pool = await made;
    const domain = await this.server.createDomain(pool);
    const { clientId } = await this.server.createOidcClient(pool, {
      CallbackURLs: [`${this.app.origin}/cb`],
      LogoutURLs: [`${this.app.origin}/bye`],
      ...client,
    });
    return { pool, domain, clientId };
  }

  private plain(pool: object, client: object = {}): Promise<Place> {
    return this.place(this.server.createPool('2fa', {}, { ...NO_FUNCTIONS, ...pool }), client);
  }

  private async choosing(functions: object): Promise<Place> {
    const factors = ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP', 'WEB_AUTHN'];
    const policy = { Policies: { SignInPolicy: { AllowedFirstAuthFactors: factors } } };
    const pool = this.server.createPool('2fa', {}, { ...policy, ...SMS, ...functions });
    const flows = ['ALLOW_USER_AUTH', 'ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
    const place = await this.place(pool, { ExplicitAuthFlows: flows });
    await this.managed(place);
    await this.factors(place, 'OFF', {
      WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'required' },
    });
    return place;
  }

  /** The pool by the eyes of a client that has registered itself. */
  private async registered(place: Place): Promise<Place> {
    const answer = await fetch(`${this.server.url}/d/${place.domain}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Notes for the terminal',
        redirect_uris: [`${this.app.origin}/cb`],
        token_endpoint_auth_method: 'none',
      }),
    });
    const { client_id } = (await answer.json()) as { client_id: string };
    return { ...place, clientId: client_id };
  }

  private async withProviders(names: readonly string[]): Promise<Place> {
    const { pool, domain } = await this.plain({});
    // Where there is one provider and nothing else, nobody sees a page.
    for (const name of ['Corp', 'Partner']) {
      const issuer = `https://${name.toLowerCase()}.example`;
      await this.server.call('CreateIdentityProvider', {
        UserPoolId: pool.userPoolId,
        ProviderName: name,
        ProviderType: 'OIDC',
        ProviderDetails: {
          client_id: 'poolhouse',
          client_secret: 'a secret of ours at the provider',
          authorize_scopes: 'openid email',
          attributes_request_method: 'GET',
          oidc_issuer: issuer,
          authorize_url: `${issuer}/authorize`,
          token_url: `${issuer}/token`,
          attributes_url: `${issuer}/me`,
          jwks_uri: `${issuer}/keys`,
        },
        AttributeMapping: { email: 'email' },
      });
    }
    const { clientId } = await this.server.createOidcClient(pool, {
      CallbackURLs: [`${this.app.origin}/cb`],
      SupportedIdentityProviders: names,
    });
    return { pool, domain, clientId };
  }

  private async managed({ pool, domain }: Place): Promise<void> {
    const version = { UserPoolId: pool.userPoolId, Domain: domain, ManagedLoginVersion: 2 };
    await this.server.call('UpdateUserPoolDomain', version);
  }

  private async factors({ pool }: Place, mode: string, factors: object): Promise<void> {
    const config = { UserPoolId: pool.userPoolId, MfaConfiguration: mode, ...factors };
    await this.server.call('SetUserPoolMfaConfig', config);
  }
}
