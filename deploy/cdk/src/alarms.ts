import { Names } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import type { ConfirmCodeProps } from './props.js';
import type { Kind } from './settings.js';

type Query = CfnAlarm.MetricDataQueryProperty;

/**
 * The alarms. On a small site a few failures are many, so they go by shares; and on a large one a small share that does
 * not end is one too, so they go by time.
 */
export class Alarms extends Construct {
  private readonly functions: Map<Kind, lambda.Function>;
  private readonly actions: string[] | undefined;

  constructor(scope: Construct, id: string, props: ConfirmCodeProps, functions: Map<Kind, lambda.Function>, log: logs.LogGroup) {
    super(scope, id);
    this.functions = functions;
    this.actions = props.alarmTopic && [props.alarmTopic.topicArn];
    const create = this.only('Create');
    this.errors();
    this.throttles();
    this.alarm('DurationAlarm', 'One call of 2fa-create in twenty takes more than 2.5 s; after 3.5 s it gives up', {
      namespace: 'AWS/Lambda', metricName: 'Duration', dimensions: dimensions(create),
      extendedStatistic: 'p95', unit: 'Milliseconds', period: 300, evaluationPeriods: 3,
      threshold: 2500, comparisonOperator: 'GreaterThanThreshold',
    });
    this.mail(log, create);
    if ([...functions.keys()].some((kind) => kind.name === 'PostConfirmation')) {
      const metricName = this.counted(log, 'NotCleared');
      this.alarm('NotClearedAlarm', 'Somebody has a new password and is locked all the same; the log says why', {
        namespace: 'Poolhouse', metricName, statistic: 'Sum', period: 300, evaluationPeriods: 1, threshold: 1,
      });
    }
  }

  private errors(): void {
    this.alarm('ErrorsAlarm', 'Calls of functions have failed for a quarter of an hour; the log has the errorType and the reason of each', {
      threshold: 1, evaluationPeriods: 3,
      metrics: [expression('all', 'SUM(METRICS())', 'errors'), ...this.each('Errors', 300)],
    });
    const share = 'IF(SUM(METRICS("calls")) > 0, 100 * SUM(METRICS("errors")) / SUM(METRICS("calls")), 0)';
    this.alarm('ErrorRateAlarm', 'One call of the functions in twenty has failed in a quarter of an hour; the log has the errorType and the reason', {
      threshold: 5, evaluationPeriods: 1,
      metrics: [expression('rate', share, 'percent'), ...this.each('Errors', 900, 'errors_'), ...this.each('Invocations', 900, 'calls_')],
    });
  }

  private throttles(): void {
    this.alarm('ThrottlesAlarm', "Lambda turned calls of a function away; the account's concurrency is used up", {
      threshold: 1, evaluationPeriods: 1,
      metrics: [expression('all', 'SUM(METRICS())', 'throttles'), ...this.each('Throttles', 300)],
    });
  }

  private mail(log: logs.LogGroup, create: lambda.Function): void {
    const metricName = this.counted(log, 'MailNotSent');
    this.alarm('MailNotSentAlarm', 'Codes have not been mailed for a quarter of an hour; the log says why', {
      namespace: 'Poolhouse', metricName, statistic: 'Sum', period: 300, evaluationPeriods: 3, threshold: 1,
    });
    this.alarm('MailNotSentRateAlarm', 'One challenge in ten of a quarter of an hour had a mail that was not taken; the log says why', {
      threshold: 10, evaluationPeriods: 1,
      metrics: [
        expression('rate', 'IF(challenges > 0, 100 * failed / challenges, 0)', 'percent'),
        query('failed', { namespace: 'Poolhouse', metricName }, 900),
        query('challenges', { namespace: 'AWS/Lambda', metricName: 'Invocations', dimensions: dimensions(create) }, 900),
      ],
    });
  }

  /** Counts the lines of the log with this `errorType`. */
  private counted(log: logs.LogGroup, errorType: string): string {
    const metricName = `${Names.uniqueResourceName(this, { maxLength: 100 })}-${errorType}`;
    new logs.MetricFilter(this, `${errorType}Metric`, {
      logGroup: log,
      filterPattern: logs.FilterPattern.stringValue('$.errorType', '=', errorType),
      metricNamespace: 'Poolhouse', metricName, metricValue: '1', defaultValue: 0,
    });
    return metricName;
  }

  private each(metricName: string, period: number, prefix = ''): Query[] {
    return [...this.functions].map(([kind, made]) =>
      query(`${prefix}${kind.name.toLowerCase()}`, { namespace: 'AWS/Lambda', metricName, dimensions: dimensions(made) }, period));
  }

  private only(name: Kind['name']): lambda.Function {
    const found = [...this.functions].find(([kind]) => kind.name === name);
    if (!found) throw new Error(`there is no function ${name}`);
    return found[1];
  }

  private alarm(id: string, alarmDescription: string, rest: Partial<ConstructorParameters<typeof CfnAlarm>[2]> & { evaluationPeriods: number }): void {
    new CfnAlarm(this, id, {
      alarmDescription,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      treatMissingData: 'notBreaching',
      alarmActions: this.actions,
      ...rest,
    });
  }
}

function dimensions(made: lambda.Function): CfnAlarm.DimensionProperty[] {
  return [{ name: 'FunctionName', value: made.functionName }];
}

function expression(id: string, text: string, label: string): Query {
  return { id, expression: text, label };
}

function query(id: string, metric: CfnAlarm.MetricProperty, period: number): Query {
  return { id, returnData: false, metricStat: { metric, period, stat: 'Sum' } };
}
