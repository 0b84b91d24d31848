import type { Fields } from './log';

/**
 * The library's three metrics in embedded metric format: members of an ordinary log line, from which CloudWatch reads
 * them. Names and dimensions are the library's. The namespace is not, because `AWS/` is reserved for AWS.
 */

export interface Measurement {
  readonly resourceType: string;
  readonly action: string;
  readonly durationMs: number;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly errorCode: string | undefined;
}

const BY_ACTION = ['DimensionKeyActionType', 'DimensionKeyResourceType'];
const BY_CODE = ['DimensionKeyActionType', 'DimensionKeyExceptionType', 'DimensionKeyResourceType'];

export function metricsOf({ resourceType, action, durationMs, time, errorCode }: Measurement): Fields {
  const Namespace = `CloudFormation/${resourceType.replaceAll('::', '/')}`;
  return {
    _aws: {
      Timestamp: time,
      CloudWatchMetrics: [
        {
          Namespace,
          Dimensions: [BY_ACTION],
          Metrics: [
            { Name: 'HandlerInvocationCount', Unit: 'Count' },
            { Name: 'HandlerInvocationDuration', Unit: 'Milliseconds' },
          ],
        },
        ...(errorCode
          ? [{ Namespace, Dimensions: [BY_CODE], Metrics: [{ Name: 'HandlerException', Unit: 'Count' }] }]
          : []),
      ],
    },
    DimensionKeyActionType: action,
    DimensionKeyResourceType: resourceType,
    HandlerInvocationCount: 1,
    HandlerInvocationDuration: durationMs,
    ...(errorCode && { DimensionKeyExceptionType: errorCode, HandlerException: 1 }),
  };
}

const RESERVED = /^(?:_aws|DimensionKey.*|Handler(?:Invocation.*|Exception))$/;

/** The fields of a line without those that CloudWatch would read as metrics: a handler must not set them. */
export function withoutMetrics(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !RESERVED.test(name)));
}
