import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

import type { Kind } from './settings.js';

/** Which trigger each function is for. */
export const TRIGGERS: Record<Kind['name'], cognito.UserPoolOperation> = {
  Define: cognito.UserPoolOperation.DEFINE_AUTH_CHALLENGE,
  Create: cognito.UserPoolOperation.CREATE_AUTH_CHALLENGE,
  Verify: cognito.UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE,
  PreToken: cognito.UserPoolOperation.PRE_TOKEN_GENERATION,
  PostConfirmation: cognito.UserPoolOperation.POST_CONFIRMATION,
};

/** A pool for those who start afresh, with the doors beside the code closed. */
export function newPool(scope: Construct, aliases: ReadonlyMap<Kind['name'], lambda.Alias>): cognito.CfnUserPool {
  const triggers = [...aliases].map(([name, alias]) => [TRIGGERS[name].operationName, alias.functionArn]);
  const pool = new cognito.CfnUserPool(scope, 'UserPool', {
    userPoolName: Stack.of(scope).stackName,
    deletionProtection: 'ACTIVE',
    usernameAttributes: ['email'],
    usernameConfiguration: { caseSensitive: false },
    autoVerifiedAttributes: ['email'],
    // A new address counts once it is verified: until then codes go to the old one.
    userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdate: ['email'] },
    adminCreateUserConfig: { allowAdminCreateUserOnly: true },
    // A password that the mailbox can reset would make the mailbox both factors.
    accountRecoverySetting: { recoveryMechanisms: [{ name: 'admin_only', priority: 1 }] },
    policies: { passwordPolicy: { minimumLength: 12, temporaryPasswordValidityDays: 7 } },
    schema: [
      {
        name: 'authChallenge',
        attributeDataType: 'String',
        mutable: true,
        stringAttributeConstraints: { minLength: '0', maxLength: '256' },
      },
    ],
    lambdaConfig: Object.fromEntries(triggers),
  });
  pool.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return pool;
}

/** Its app client. Any other flow signs in with a password and no code. */
export function newClient(scope: Construct, pool: cognito.CfnUserPool, sessionMinutes: number): cognito.CfnUserPoolClient {
  return new cognito.CfnUserPoolClient(scope, 'UserPoolClient', {
    userPoolId: pool.ref,
    clientName: Stack.of(scope).stackName,
    generateSecret: false,
    explicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    // Long enough for a new code after the first one has ended.
    authSessionValidity: sessionMinutes,
    preventUserExistenceErrors: 'ENABLED',
    enableTokenRevocation: true,
    // Neither list has custom:authChallenge: only the functions touch it, and they need no client's permission.
    readAttributes: ['email', 'email_verified', 'name', 'locale'],
    writeAttributes: ['name', 'locale'],
  });
}
