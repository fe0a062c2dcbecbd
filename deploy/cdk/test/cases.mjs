// Prints what the construct makes in each case, for tests/deploy/test_cdk.py to compare with the SAM template.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { App, Stack, aws_cognito, aws_ec2, aws_iam, aws_kms, aws_lambda, aws_logs, aws_sns } from 'aws-cdk-lib';

import { ConfirmCode } from '../dist/index.js';

const region = 'eu-central-1';
const account = '123456789012';
const from = 'no-reply@example.com';
const key = `arn:aws:kms:${region}:${account}:key/0a1b2c3d-0000-4000-8000-0123456789ab`;
const layer = `arn:aws:lambda:${region}:${account}:layer:codes-mail:3`;
const boundary = `arn:aws:iam::${account}:policy/boundary`;
const topic = `arn:aws:sns:${region}:${account}:alarms`;

const oldPool = (stack) => aws_cognito.UserPool.fromUserPoolId(stack, 'Old', `${region}_AbCd12345`);

/** Props by the name of the case. The same names stand in test_cdk.py, with the template's parameters. */
const cases = {
  new: () => ({ mail: { from } }),
  old: (stack) => ({ mail: { from }, userPool: oldPool(stack), preToken: false, postConfirmation: false, sessionMinutes: 12 }),
  mail: (stack) => ({
    mail: { from, route: 'smtp-then-ses', sesRegion: 'eu-west-1', sesConfigurationSet: 'codes', smtpUrlSecret: 'relay' },
    userPool: oldPool(stack),
    appName: 'Example',
    mailOrigin: 'example.com',
    defaultLocale: 'de',
    templates: aws_lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', layer),
    codeMinutes: 10,
    codeLength: 8,
    trustedDeviceDays: 30,
  }),
  relay: (stack) => ({ mail: { from, route: 'smtp', smtpUrlSecret: 'relay' }, userPool: oldPool(stack), previousKey: true }),
  everything: (stack) => ({
    mail: { from },
    userPool: oldPool(stack),
    architecture: aws_lambda.Architecture.X86_64,
    exactCounters: true,
    requireCode: ['one', 'two'],
    previousKey: true,
    reservedConcurrency: 20,
    logRetention: aws_logs.RetentionDays.THREE_MONTHS,
    alarmTopic: aws_sns.Topic.fromTopicArn(stack, 'Topic', topic),
    permissionsBoundary: aws_iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', boundary),
    encryptionKey: aws_kms.Key.fromKeyArn(stack, 'Key', key),
    network: {
      vpc: aws_ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0f000000000000000',
        availabilityZones: [`${region}a`, `${region}b`],
        privateSubnetIds: ['subnet-0a000000000000000', 'subnet-0b000000000000000'],
      }),
      securityGroups: [aws_ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0c000000000000000')],
    },
  }),
};

/** What the construct says to props that cannot be. */
const refused = {
  'no relay': { mail: { from, route: 'smtp' } },
  'no address': { mail: { from: 'Example <a@example.com>' } },
  'no table': { mail: { from }, requireCode: ['one'], preToken: false },
  numbers: { mail: { from }, codeLength: 5, trustedDeviceDays: 91, sessionMinutes: 2, reservedConcurrency: 0, appName: '' },
};

const zips = mkdtempSync(join(tmpdir(), 'poolhouse-cdk-'));
for (const program of ['define', 'create', 'verify', 'pre-token', 'post-confirmation']) {
  writeFileSync(join(zips, `2fa-${program}.zip`), program);
}
const made = (name, props, then = () => {}) => {
  const app = new App({ outdir: join(zips, name) });
  const stack = new Stack(app, 'codes', { env: { region, account } });
  then(new ConfirmCode(stack, 'Codes', { zips, ...props(stack) }), stack);
  return app.synth().getStackByName('codes').template;
};
const refusal = (name) => {
  try {
    made(name, () => refused[name]);
    return 'accepted';
  } catch (error) {
    return error.message;
  }
};
try {
  const templates = Object.fromEntries(Object.keys(cases).map((name) => [name, made(name, cases[name])]));
  const commands = {};
  made('command', cases.old, (codes, stack) => (commands.attach = stack.resolve(codes.attachCommand(12))));
  templates.own = made(
    'own',
    (stack) => ({ mail: { from }, userPool: (stack.pool = new aws_cognito.UserPool(stack, 'Pool')) }),
    (codes, stack) => codes.addTriggersTo(stack.pool),
  );
  const refusals = Object.fromEntries(Object.keys(refused).map((name) => [name, refusal(name)]));
  process.stdout.write(JSON.stringify({ templates, commands, refusals }));
} finally {
  rmSync(zips, { recursive: true });
}
