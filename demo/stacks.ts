import { setTimeout as sleep } from 'node:timers/promises';
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

interface Stack {
  readonly StackId: string;
  readonly Outputs?: readonly { readonly OutputKey: string; readonly OutputValue: string }[];
}

/** Values by the name of the template's parameter. */
type Parameters = Readonly<Record<string, string>>;

/** How a stack operation ended. */
export interface End {
  readonly status: string;
  /** The reasons of the events that failed, in their order. */
  readonly failures: readonly string[];
}

const POLL_MS = 200;

/** Stack operations. Each prints its events live and waits for its end. */
export class Stacks {
  private readonly seen = new Set<string>();

  constructor(private readonly aws: Aws) {}

  create(name: string, template: string, parameters: Parameters, ...flags: string[]): Promise<End> {
    const given = ['--template-body', `file://${template}`, ...asParameters(parameters), ...flags];
    return this.run('create-stack', name, ...given);
  }

  update(name: string, parameters: Parameters): Promise<End> {
    return this.run('update-stack', name, '--use-previous-template', ...asParameters(parameters));
  }

  async delete(name: string): Promise<End> {
    // A stack that has been deleted is found only by its id.
    const { StackId } = await this.describe(name);
    await this.aws.run('cloudformation', 'delete-stack', '--stack-name', name);
    return this.follow(StackId);
  }

  /** The stack's outputs by key. */
  async outputs(name: string): Promise<Record<string, string>> {
    const { Outputs = [] } = await this.describe(name);
    return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  }

  private async run(operation: string, name: string, ...flags: string[]): Promise<End> {
    await this.aws.run('cloudformation', operation, '--stack-name', name, ...flags);
    return this.follow(name);
  }

  private async describe(name: string): Promise<Stack> {
    const { Stacks } = (await this.aws.quietly('cloudformation', 'describe-stacks', '--stack-name', name)) as {
      Stacks: [Stack];
    };
    return Stacks[0];
  }

  /** Prints events as they come, until the operation on the stack itself has ended. */
  private async follow(name: string): Promise<End> {
    const failures: string[] = [];
    for (;;) {
      const flags = ['--stack-name', name];
      const { StackEvents } = (await this.aws.quietly('cloudformation', 'describe-stack-events', ...flags)) as {
        StackEvents: StackEvent[];
      };
      for (const event of StackEvents.filter(({ EventId }) => !this.seen.has(EventId)).reverse()) {
        this.seen.add(event.EventId);
        const { ResourceType, ResourceStatus, ResourceStatusReason } = event;
        show(event);
        if (ResourceStatus.endsWith('_FAILED') && ResourceStatusReason !== undefined) {
          failures.push(ResourceStatusReason);
        }
        if (ResourceType === 'AWS::CloudFormation::Stack' && /(_COMPLETE|_FAILED)$/.test(ResourceStatus)) {
          return { status: ResourceStatus, failures };
        }
      }
      await sleep(POLL_MS);
    }
  }
}

function show({ LogicalResourceId, ResourceStatus, ResourceStatusReason }: StackEvent): void {
  row([ResourceStatus, LogicalResourceId, ResourceStatusReason ?? ''], [34, 20], colourOf(ResourceStatus));
}

function asParameters(parameters: Parameters): string[] {
  const pairs = Object.entries(parameters).map(
    ([key, value]) => `ParameterKey=${key},ParameterValue=${value.replaceAll(',', '\\,')}`,
  );
  return pairs.length === 0 ? [] : ['--parameters', ...pairs];
}
