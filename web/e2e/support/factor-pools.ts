/** Pools without the functions, with factors of their own. */
import type { Person, Pool, Server } from './server';

/** A pool without functions, in which everybody has a second factor: an authenticator app, or by mail too. */
export async function createFactorPool(server: Server): Promise<Pool> {
  const recovery = { RecoveryMechanisms: [{ Name: 'admin_only', Priority: 1 }] };
  const settings = { LambdaConfig: {}, AccountRecoverySetting: recovery };
  const pool = await server.createPool('2fa', {}, settings);
  await askForFactors(server, pool, false);
  return { ...pool, authFlow: 'USER_SRP_AUTH' };
}

export async function askForFactors(
  server: Server,
  { userPoolId }: Pool,
  byMail: boolean,
): Promise<void> {
  await server.call('SetUserPoolMfaConfig', {
    UserPoolId: userPoolId,
    MfaConfiguration: 'ON',
    SoftwareTokenMfaConfiguration: { Enabled: true },
    ...(byMail ? { EmailMfaConfiguration: {} } : {}),
  });
}

/** Lets somebody choose between the app and a mail. */
export async function allowBothFactors(server: Server, pool: Pool, email: string): Promise<void> {
  await server.call('AdminSetUserMFAPreference', {
    UserPoolId: pool.userPoolId,
    Username: email,
    SoftwareTokenMfaSettings: { Enabled: true },
    EmailMfaSettings: { Enabled: true },
  });
}

/** An access token, by a password alone. */
export async function tokenOf(
  server: Server,
  pool: Pool,
  { email, password }: Person,
): Promise<string> {
  const signedIn = await server.call('AdminInitiateAuth', {
    UserPoolId: pool.userPoolId,
    ClientId: pool.clientId,
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: email, PASSWORD: password },
  });
  return String(signedIn['AuthenticationResult']?.['AccessToken']);
}

/** A pool without functions, in which passkeys and mailed codes stand for the password. */
export async function createChoicePool(server: Server): Promise<Pool> {
  const factors = ['PASSWORD', 'WEB_AUTHN', 'EMAIL_OTP'];
  const flows = ['USER_AUTH', 'USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH', 'ADMIN_USER_PASSWORD_AUTH'];
  const pool = await server.createPool(
    '2fa',
    { ExplicitAuthFlows: flows.map((flow) => `ALLOW_${flow}`) },
    { LambdaConfig: {}, Policies: { SignInPolicy: { AllowedFirstAuthFactors: factors } } },
  );
  await server.call('SetUserPoolMfaConfig', {
    UserPoolId: pool.userPoolId,
    WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'required' },
  });
  return { ...pool, authFlow: 'USER_SRP_AUTH', passkeys: true };
}

/** A pool without functions, in which a text message stands for the password, and a second factor is texted. */
export async function createTextPool(server: Server): Promise<Pool> {
  const flows = ['USER_AUTH', 'USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH'];
  const pool = await server.createPool(
    '2fa',
    { ExplicitAuthFlows: flows.map((flow) => `ALLOW_${flow}`) },
    {
      LambdaConfig: {},
      Policies: {
        SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN', 'SMS_OTP'] },
      },
    },
  );
  await server.call('SetUserPoolMfaConfig', {
    UserPoolId: pool.userPoolId,
    MfaConfiguration: 'OPTIONAL',
    SmsMfaConfiguration: {
      SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' },
    },
    WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'required' },
  });
  return { ...pool, authFlow: 'USER_SRP_AUTH', passkeys: true };
}
