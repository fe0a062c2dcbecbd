import * as path from 'node:path';

import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

import { Alarms } from './alarms.js';
import { newClient, newPool, TRIGGERS } from './pool.js';
import { problems, type ConfirmCodeProps } from './props.js';
import { grant, role, type Things } from './rights.js';
import { environment, kinds, type Kind } from './settings.js';

/**
 * Sign-in with an emailed confirm code: the functions, with the rights that they need and no others, a key, a log and
 * alarms. It is what the project's SAM template deploys.
 */
export class ConfirmCode extends Construct {
  /** The pool: the one that was given, or a new one. */
  readonly userPool: cognito.IUserPool;
  /** The app client of a new pool. */
  readonly client?: cognito.CfnUserPoolClient;
  /** What the pool's triggers call: the alias `live` of each function. The version before stays, as the way back. */
  readonly aliases: ReadonlyMap<Kind['name'], lambda.Alias>;
  /** The log of all functions. */
  readonly log: logs.LogGroup;
  /** The key of confirm codes and ledgers. */
  readonly key: secretsmanager.Secret;
  /** The table of counters, with `exactCounters`. */
  readonly table?: dynamodb.Table;

  constructor(scope: Construct, id: string, props: ConfirmCodeProps) {
    super(scope, id);
    const found = problems(props);
    if (found.length > 0) throw new Error(`${this.node.path}: ${found.join('; ')}`);
    this.key = this.newKey(props);
    this.log = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      encryptionKey: props.encryptionKey,
    });
    if (props.exactCounters) this.table = this.newTable(props);
    const roles = new Map<Kind, iam.Role>();
    const functions = new Map<Kind, lambda.Function>();
    const aliases = new Map<Kind['name'], lambda.Alias>();
    const things: Things = { log: this.log, key: this.key, table: this.table, poolArn: '' };
    for (const kind of kinds(props)) {
      roles.set(kind, role(this, kind, props, things));
      functions.set(kind, this.newFunction(kind, props, roles.get(kind)!));
      aliases.set(kind.name, this.newAlias(kind, functions.get(kind)!));
    }
    // New challenges are judged by new functions.
    aliases.get('Create')!.node.addDependency(aliases.get('Define')!, aliases.get('Verify')!);
    this.aliases = aliases;
    if (props.userPool) {
      this.userPool = props.userPool;
    } else {
      const pool = newPool(this, aliases);
      this.client = newClient(this, pool, props.sessionMinutes ?? 15);
      this.userPool = cognito.UserPool.fromUserPoolArn(this, 'ThePool', pool.attrArn);
    }
    grant(this, roles, props, { ...things, poolArn: this.userPool.userPoolArn });
    this.letThePoolCall(functions);
    new Alarms(this, 'Alarms', props, functions, this.log);
  }

  /**
   * Sets the triggers of a pool that the same app makes. A trigger that is taken is an error. The pool also needs the
   * custom attribute `authChallenge`, a mutable string of 256 characters, and an app client with `custom: true`.
   */
  addTriggersTo(pool: cognito.UserPool): void {
    for (const [name, alias] of this.aliases) pool.addTrigger(TRIGGERS[name], alias);
  }

  /** What is left to do for a pool of another app, with the id of its app client at the end. */
  attachCommand(sessionMinutes = 15): string {
    const flags = [['Define', '--define'], ['Create', '--create'], ['Verify', '--verify'], ['PostConfirmation', '--post-confirmation']] as const;
    const named = flags.flatMap(([name, flag]) => {
      const alias = this.aliases.get(name);
      return alias ? [`${flag} ${alias.functionArn}`] : [];
    });
    return `poolhouse attach --user-pool-id ${this.userPool.userPoolId} ${named.join(' ')} --session-minutes ${sessionMinutes} --client-id`;
  }

  /**
   * The functions read it when they start; it never stands in their configuration, because everybody who may look at that must
   * not be able to compute codes. 64 letters and digits are base64 of 48 bytes.
   */
  private newKey(props: ConfirmCodeProps): secretsmanager.Secret {
    return new secretsmanager.Secret(this, 'OtpKey', {
      description: 'The key of confirm codes and ledgers (OTP_KEY)',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      encryptionKey: props.encryptionKey,
    });
  }

  /** What it holds can be lost: counts then begin at zero, so it is not backed up and goes with the stack. */
  private newTable(props: ConfirmCodeProps): dynamodb.Table {
    return new dynamodb.Table(this, 'CountersTable', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires',
      removalPolicy: RemovalPolicy.DESTROY,
      encryption: props.encryptionKey ? dynamodb.TableEncryption.CUSTOMER_MANAGED : undefined,
      encryptionKey: props.encryptionKey,
    });
  }

  private newFunction(kind: Kind, props: ConfirmCodeProps, itsRole: iam.Role): lambda.Function {
    // Functions that name a pool of the same app, whose triggers name them, would be a circle. That pool alone can call them.
    const poolId = Token.isUnresolved(props.userPool?.userPoolId) ? undefined : props.userPool?.userPoolId;
    const places = { key: this.key.secretArn, table: this.table?.tableName, poolId };
    return new lambda.Function(this, `${kind.name}Function`, {
      description: `Poolhouse ${kind.program}: ${kind.does}`,
      code: lambda.Code.fromAsset(path.join(props.zips, `${kind.program}.zip`)),
      runtime: lambda.Runtime.PROVIDED_AL2023,
      handler: 'bootstrap',
      architecture: props.architecture ?? lambda.Architecture.ARM_64,
      memorySize: 128,
      // Cognito stops listening after 5 s; a call of ours is over after 3.5 s.
      timeout: Duration.seconds(5),
      logGroup: this.log,
      loggingFormat: lambda.LoggingFormat.JSON,
      role: itsRole.withoutPolicyUpdates(),
      environment: environment(kind, props, places),
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      reservedConcurrentExecutions: props.reservedConcurrency,
      environmentEncryption: props.encryptionKey,
      layers: kind.name === 'Create' && props.templates ? [props.templates] : undefined,
      vpc: props.network?.vpc,
      vpcSubnets: props.network?.subnets,
      securityGroups: props.network?.securityGroups,
    });
  }

  private newAlias(kind: Kind, made: lambda.Function): lambda.Alias {
    return new lambda.Alias(this, `${kind.name}Alias`, { aliasName: 'live', version: made.currentVersion });
  }

  /** Both the function and its alias: a pool that calls the function goes on until it is led to the alias. */
  private letThePoolCall(functions: Map<Kind, lambda.Function>): void {
    const let_ = (id: string, functionName: string) =>
      new lambda.CfnPermission(this, id, {
        action: 'lambda:InvokeFunction',
        functionName,
        principal: 'cognito-idp.amazonaws.com',
        sourceAccount: Stack.of(this).account,
        sourceArn: this.userPool.userPoolArn,
      });
    for (const [kind, made] of functions) {
      let_(`${kind.name}Permission`, made.functionName);
      let_(`${kind.name}AliasPermission`, this.aliases.get(kind.name)!.functionArn);
    }
  }
}
