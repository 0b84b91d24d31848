import type { Fields } from './log';

/**
 * The library's three metrics, in embedded metric format: members of an ordinary log line, from which CloudWatch takes
 * them. Names and dimensions are the library's. The namespace is not: those that begin with `AWS/` are for AWS alone.
 */

export interface Measured {
  resourceType: string;
  action: string;
  durationMs: number;
  time: number;
  errorCode: string | undefined;
}

const BY_ACTION = ['DimensionKeyActionType', 'DimensionKeyResourceType'];
const BY_CODE = ['DimensionKeyActionType', 'DimensionKeyExceptionType', 'DimensionKeyResourceType'];

export function metricsOf(measured: Measured): Fields {
  const { resourceType, action, durationMs, time, errorCode } = measured;
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

/** Members that handlers must not be able to set, lest a log field pass for a metric. */
export const RESERVED = /^(?:_aws|DimensionKey.*|Handler(?:Invocation.*|Exception))$/;
