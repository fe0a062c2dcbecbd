import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';

/** The languages that the mail is written in. */
export type Locale =
  | 'en' | 'de' | 'fr' | 'es' | 'it' | 'pt-BR' | 'pt-PT' | 'nl' | 'pl' | 'ja' | 'ko' | 'zh-CN' | 'zh-TW' | 'ar' | 'he';

/** How mail leaves, and from whom. */
export interface MailProps {
  /** Whom the code comes from, one bare address such as `no-reply@example.com`. */
  readonly from: string;
  /**
   * Of two, the second is tried when the first does not take the mail.
   * @default 'ses'
   */
  readonly route?: 'ses' | 'smtp' | 'ses-then-smtp' | 'smtp-then-ses';
  /**
   * The region of the SES identity.
   * @default - the stack's
   */
  readonly sesRegion?: string;
  /**
   * The configuration set that mail is sent with; the functions may then use no other.
   * @default - the identity's
   */
  readonly sesConfigurationSet?: string;
  /**
   * The name of a secret of Secrets Manager in the stack's region that holds the relay's URL and nothing else. Every
   * route but `ses` needs it.
   */
  readonly smtpUrlSecret?: string;
}

/** A VPC for the functions. They need a way to the services that they call. */
export interface NetworkProps {
  readonly vpc: ec2.IVpc;
  /** @default - as of any function: the private subnets with a way out */
  readonly subnets?: ec2.SubnetSelection;
  readonly securityGroups: ec2.ISecurityGroup[];
}

/** What a {@link ConfirmCode} is made of. The names and limits are those of the SAM template's parameters. */
export interface ConfirmCodeProps {
  /** The folder with the functions' zips, `target/dist/arm64` after `cargo xtask dist`. */
  readonly zips: string;
  /**
   * The processor that the zips are for.
   * @default lambda.Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;
  /** How mail leaves, and from whom. */
  readonly mail: MailProps;
  /**
   * The pool whose sign-ins get a code. One of the same app gets its triggers by `addTriggersTo`, any other by
   * `poolhouse attach`.
   * @default - a new pool and app client, with the doors beside the code shut
   */
  readonly userPool?: cognito.IUserPool;
  /**
   * The name of the app in the mail and before the sender's address.
   * @default 'Poolhouse'
   */
  readonly appName?: string;
  /** The host name of the sign-in page, which lets devices offer the code there and nowhere else. */
  readonly mailOrigin?: string;
  /** @default 'en' */
  readonly defaultLocale?: Locale;
  /** A layer whose folder `templates` has the mail in your own words. */
  readonly templates?: lambda.ILayerVersion;
  /**
   * How long a code lives, but no longer than `sessionMinutes`.
   * @default 5
   */
  readonly codeMinutes?: 3 | 5 | 10;
  /**
   * 6 to 12 digits.
   * @default 6
   */
  readonly codeLength?: number;
  /**
   * For how many days, up to 90, a browser may stand for the code. 0: not at all.
   * @default 0
   */
  readonly trustedDeviceDays?: number;
  /**
   * The `AuthSessionValidity` of the app client, 3 to 15, which no code outlives.
   * @default - 15 for a new pool, which gets it; for another what the functions take it to be, 3
   */
  readonly sessionMinutes?: number;
  /** @default true */
  readonly preToken?: boolean;
  /** @default true */
  readonly postConfirmation?: boolean;
  /** App clients that get tokens only behind a code. Needs `preToken` and `exactCounters`. */
  readonly requireCode?: string[];
  /**
   * Whether wrong codes and mails are counted in a DynamoDB table, and not in the user's attribute.
   * @default false
   */
  readonly exactCounters?: boolean;
  /**
   * True for a day after the key was replaced.
   * @default false
   */
  readonly previousKey?: boolean;
  /** How many calls of each function may run at once, set aside out of the account's. */
  readonly reservedConcurrency?: number;
  /** @default logs.RetentionDays.ONE_MONTH */
  readonly logRetention?: logs.RetentionDays;
  /** Whom the alarms tell. */
  readonly alarmTopic?: sns.ITopic;
  /** What bounds the functions' roles. */
  readonly permissionsBoundary?: iam.IManagedPolicy;
  /** Encrypts the secret, the functions' settings, the log and the table. Its policy must let CloudWatch Logs use it. */
  readonly encryptionKey?: kms.IKey;
  /** A VPC for the functions. */
  readonly network?: NetworkProps;
}

/** The settings that cannot be. Values that are known only at deployment are left to it. */
export function problems(props: ConfirmCodeProps): string[] {
  const found: string[] = [];
  const { mail } = props;
  if (!/^[^@\s<>",]+@[^@\s<>",]+$/.test(mail.from)) found.push('mail.from must be one bare mail address');
  if ((mail.route ?? 'ses') !== 'ses' && !mail.smtpUrlSecret) found.push('this mail.route needs mail.smtpUrlSecret');
  if (!/^[^<>"\\]{1,64}$/.test(props.appName ?? 'Poolhouse')) found.push('appName must have 1 to 64 characters, none of < > " \\');
  const whole = (name: 'codeLength' | 'trustedDeviceDays' | 'sessionMinutes' | 'reservedConcurrency', least: number, most: number) => {
    const value = props[name];
    const isFine = value === undefined || (Number.isInteger(value) && value >= least && value <= most);
    if (!isFine) found.push(`${name} must be a whole number from ${least} to ${most}`);
  };
  whole('codeLength', 6, 12);
  whole('trustedDeviceDays', 0, 90);
  whole('sessionMinutes', 3, 15);
  whole('reservedConcurrency', 1, 99_999);
  if (props.requireCode?.length) {
    if (!props.exactCounters) found.push('requireCode needs exactCounters');
    if (props.preToken === false) found.push('requireCode needs preToken');
  }
  return found;
}
