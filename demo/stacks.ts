import type { Aws } from './aws';
import { colourOf, row } from './terminal';

interface StackEvent {
  readonly EventId: string;
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceStatus: string;
  readonly ResourceStatusReason?: string;
  readonly PhysicalResourceId?: string;
}

/** How a stack operation ended. */
export interface End {
  readonly status: string;
  /** The reasons of what failed, in the order of events. */
  readonly failures: readonly string[];
}

const POLL_MS = 200;

/** Stack operations with their events live, as `describe-stack-events` tells them. */
export class Stacks {
  private readonly seen = new Set<string>();

  constructor(private readonly aws: Aws) {}

  async create(name: string, template: string, given: Record<string, string> = {}, ...flags: string[]): Promise<End> {
    await this.aws.run(
      'cloudformation',
      'create-stack',
      '--stack-name',
      name,
      '--template-body',
      `file://${template}`,
      ...asParameters(given),
      ...flags,
    );
    return this.follow(name);
  }

  async update(name: string, given: Record<string, string>): Promise<End> {
    await this.aws.run(
      'cloudformation',
      'update-stack',
      '--stack-name',
      name,
      '--use-previous-template',
      ...asParameters(given),
    );
    return this.follow(name);
  }

  async delete(name: string): Promise<End> {
    // A deleted stack is found by its id alone.
    const id = (await this.describe(name)).StackId;
    await this.aws.run('cloudformation', 'delete-stack', '--stack-name', name);
    return this.follow(id);
  }

  /** The stack's outputs by key. */
  async outputs(name: string): Promise<Record<string, string>> {
    const { Outputs = [] } = await this.describe(name);
    return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  }

  private async describe(name: string): Promise<{
    StackId: string;
    StackStatus: string;
    Outputs?: { OutputKey: string; OutputValue: string }[];
  }> {
    const answer = (await this.aws.quietly(
      'cloudformation',
      'describe-stacks',
      '--stack-name',
      name,
      '--output',
      'json',
    )) as {
      Stacks: never[];
    };
    return answer.Stacks[0] as never;
  }

  /** Prints events as they come, until the stack itself is done. */
  private async follow(name: string): Promise<End> {
    const failures: string[] = [];
    for (;;) {
      const answer = (await this.aws.quietly(
        'cloudformation',
        'describe-stack-events',
        '--stack-name',
        name,
        '--output',
        'json',
      )) as {
        StackEvents: StackEvent[];
      };
      const fresh = answer.StackEvents.filter(({ EventId }) => !this.seen.has(EventId)).reverse();
      for (const event of fresh) {
        this.seen.add(event.EventId);
        show(event);
        if (event.ResourceStatus.endsWith('_FAILED') && event.ResourceStatusReason !== undefined) {
          failures.push(event.ResourceStatusReason);
        }
        const ofStack = event.ResourceType === 'AWS::CloudFormation::Stack';
        if (
          ofStack &&
          /(_COMPLETE|_FAILED)$/.test(event.ResourceStatus) &&
          !/CLEANUP_IN_PROGRESS/.test(event.ResourceStatus)
        ) {
          return { status: event.ResourceStatus, failures };
        }
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function show({ LogicalResourceId, ResourceStatus, ResourceStatusReason }: StackEvent): void {
  row([ResourceStatus, LogicalResourceId, ResourceStatusReason ?? ''], [34, 20], colourOf(ResourceStatus));
}

function asParameters(given: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(given).map(
    ([key, value]) => `ParameterKey=${key},ParameterValue=${value.replaceAll(',', '\\,')}`,
  );
  return pairs.length === 0 ? [] : ['--parameters', ...pairs];
}
