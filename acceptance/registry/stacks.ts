import {
  type CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Parameter,
  type Stack,
  type StackEvent,
  type Tag,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';

/** How an operation on a stack ended. */
export interface End {
  readonly name: string;
  readonly id: string;
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The events of the operation, oldest first. */
  readonly events: readonly StackEvent[];
  /** Whether the status is that of an operation that did what it was asked to. */
  readonly succeeded: boolean;
  /** What the events of failed resources say, oldest first. */
  readonly failures: readonly string[];
}

export type Template = Readonly<Record<string, unknown>> | string;
export type Parameters = Readonly<Record<string, string>>;

const GOOD = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'DELETE_COMPLETE', 'IMPORT_COMPLETE'];

/** The stacks of a run. Every operation waits for its end. */
export class Stacks {
  /** @param pause waits between two looks at a stack; rejects if the run is interrupted */
  constructor(
    readonly client: CloudFormationClient,
    private readonly tags: readonly Tag[],
    private readonly pause: () => Promise<void>,
  ) {}

  async create(name: string, template: Template, parameters: Parameters = {}): Promise<End> {
    const { StackId } = await this.client.send(
      new CreateStackCommand({ StackName: name, Tags: [...this.tags], ...written(template, parameters) }),
    );
    return this.ended(name, StackId as string);
  }

  async update(name: string, template: Template, parameters: Parameters = {}): Promise<End> {
    const known = await this.eventIds(name);
    const { StackId } = await this.client.send(
      new UpdateStackCommand({ StackName: name, Tags: [...this.tags], ...written(template, parameters) }),
    );
    return this.ended(name, StackId as string, known);
  }

  /** @param id the name does not find a stack any more that has been deleted */
  async remove(name: string, id: string): Promise<End> {
    const known = await this.eventIds(id);
    await this.client.send(new DeleteStackCommand({ StackName: id }));
    return this.ended(name, id, known);
  }

  /** Waits until no operation on the stack goes on. */
  async ended(name: string, id: string, known: ReadonlySet<string> = new Set()): Promise<End> {
    for (;;) {
      const stack = await this.describe(id);
      const status = stack.StackStatus as string;
      if (!status.endsWith('_IN_PROGRESS')) {
        const events = (await this.events(id)).filter(({ EventId }) => !known.has(EventId as string));
        return {
          name,
          id,
          status,
          outputs: outputs(stack),
          events,
          succeeded: GOOD.includes(status),
          failures: failures(events),
        };
      }
      await this.pause();
    }
  }

  async describe(name: string): Promise<Stack> {
    const { Stacks: found = [] } = await this.client.send(new DescribeStacksCommand({ StackName: name }));
    return found[0] as Stack;
  }

  /** Oldest first. */
  async events(name: string): Promise<StackEvent[]> {
    const found: StackEvent[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new DescribeStackEventsCommand({ StackName: name, NextToken }));
      found.push(...(page.StackEvents ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found.reverse();
  }

  private async eventIds(name: string): Promise<ReadonlySet<string>> {
    return new Set((await this.events(name)).map(({ EventId }) => EventId as string));
  }
}

function written(template: Template, parameters: Parameters) {
  const Parameters: Parameter[] = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  const TemplateBody = typeof template === 'string' ? template : JSON.stringify(template);
  return { TemplateBody, Parameters, Capabilities: ['CAPABILITY_IAM' as const] };
}

function outputs({ Outputs = [] }: Stack): Record<string, string> {
  return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

/** CloudFormation says of a resource that it "was cancelled" or that the stack failed because of another: no cause. */
function failures(events: readonly StackEvent[]): string[] {
  return events
    .filter(
      ({ ResourceStatus = '', ResourceType }) =>
        ResourceStatus.endsWith('_FAILED') && ResourceType !== 'AWS::CloudFormation::Stack',
    )
    .map(({ ResourceStatusReason = '' }) => ResourceStatusReason);
}
