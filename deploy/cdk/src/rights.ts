import { Arn, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

import type { ConfirmCodeProps } from './props.js';
import { carriers, hasDoor, type Kind } from './settings.js';

/** What rights are given on. */
export interface Things {
  readonly log: logs.LogGroup;
  readonly key: secretsmanager.Secret;
  readonly table: dynamodb.Table | undefined;
  readonly poolArn: string;
}

/** A role that may write to the log and, if the function signs, read the key. */
export function role(scope: Construct, kind: Kind, props: ConfirmCodeProps, things: Things): iam.Role {
  const statements = [allow(['logs:CreateLogStream', 'logs:PutLogEvents'], things.log.logGroupArn)];
  if (kind.signs) statements.push(allow(['secretsmanager:GetSecretValue'], things.key.secretArn));
  return new iam.Role(scope, `${kind.name}Role`, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { log: new iam.PolicyDocument({ statements }) },
    permissionsBoundary: props.permissionsBoundary,
  });
}

/** The policies beside the roles: a new pool depends on its functions, they on their roles, and these on the pool. */
export function grant(scope: Construct, roles: Map<Kind, iam.Role>, props: ConfirmCodeProps, things: Things): void {
  const policy = (id: string, has: (kind: Kind) => boolean, ...statements: iam.PolicyStatement[]) => {
    const those = [...roles].filter(([kind]) => has(kind)).map(([, role]) => role);
    if (those.length > 0) new iam.Policy(scope, id, { statements, roles: those });
  };
  const every = () => true;
  if (props.encryptionKey) policy('KmsPolicy', every, allow(['kms:Decrypt'], props.encryptionKey.keyArn));
  if (props.network) policy('VpcPolicy', every, allow(INTERFACES, '*'));
  if (things.table) {
    const rows = things.table.tableArn;
    policy('CountersPolicy', (kind) => kind.counts, allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], rows));
    // Define asks whether an answer was an attempt, and writes nothing.
    policy('CountersReadPolicy', (kind) => kind.name === 'Define', allow(['dynamodb:GetItem'], rows));
  } else {
    const touch = ['cognito-idp:AdminGetUser', 'cognito-idp:AdminUpdateUserAttributes'];
    policy('LedgerPolicy', (kind) => kind.counts, allow(touch, things.poolArn));
  }
  const mails = (kind: Kind) => kind.mails;
  if (carriers(props).includes('ses')) policy('SesPolicy', mails, ses(scope, props));
  if (carriers(props).includes('smtp')) {
    const secret = `${props.mail.smtpUrlSecret}-??????`;
    const resource = `${arn(scope, 'secretsmanager', Stack.of(scope).region)}:secret:${secret}`;
    policy('SmtpPolicy', mails, allow(['secretsmanager:GetSecretValue'], resource));
  }
  if (hasDoor(props) && !things.table) throw new Error('requireCode needs exactCounters');
}

/** What Lambda does with a function's role to give it a network interface. None of it can be narrowed down to one. */
const INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * A finished message sent through SES v2 needs both actions. In the sandbox SES checks the recipient's identity too, and
 * an identity may have a configuration set: the condition is what narrows it down, to one sender.
 */
function ses(scope: Construct, props: ConfirmCodeProps): iam.PolicyStatement {
  const mail = arn(scope, 'ses', props.mail.sesRegion ?? Stack.of(scope).region);
  return new iam.PolicyStatement({
    actions: ['ses:SendEmail', 'ses:SendRawEmail'],
    resources: [`${mail}:identity/*`, `${mail}:configuration-set/${props.mail.sesConfigurationSet ?? '*'}`],
    conditions: { StringEquals: { 'ses:FromAddress': props.mail.from } },
  });
}

function arn(scope: Construct, service: string, region: string): string {
  const whole = Arn.format({ service, region, resource: 'x' }, Stack.of(scope));
  return whole.slice(0, -':x'.length);
}

function allow(actions: string[], resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources: [resource] });
}
