import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  type Parameter,
  type ResourceToImport,
  type Stack,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { Context, Made } from '../probe';
import { pause } from './pause';

/** How an operation on a stack ended. */
export interface End {
  readonly name: string;
  readonly status: string;
  /** Whether the status is that of an operation that did what it was asked to. */
  readonly succeeded: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  /** The events of the operation, oldest first. */
  readonly events: readonly StackEvent[];
  /** What the events of resources that failed say, oldest first. */
  readonly failures: readonly string[];
}

/** A template, as JSON or as the text of a file. */
export type Template = object | string;

const GOOD = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'DELETE_COMPLETE', 'IMPORT_COMPLETE'];

/** The stacks of a run, by what they are called within it. Every operation waits for its end. */
export class Stacks {
  private readonly made = new Map<string, Made>();

  /** @param kind what the ledger calls them */
  constructor(
    private readonly context: Context,
    private readonly kind: 'stack' | 'registration' = 'stack',
  ) {}

  async create(what: string, template: Template, parameters: Readonly<Record<string, string>> = {}): Promise<End> {
    const Parameters: Parameter[] = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    const StackName = this.context.nameOf(what);
    const Tags = [this.context.tag];
    await this.make(what, () =>
      this.client.send(new CreateStackCommand({ StackName, Tags, Parameters, ...written(template) })),
    );
    return this.ended(what);
  }

  async update(what: string, template: Template): Promise<End> {
    const known = await this.eventIds(what);
    const Tags = [this.context.tag];
    await this.client.send(new UpdateStackCommand({ StackName: this.id(what), Tags, ...written(template) }));
    return this.ended(what, known);
  }

  async delete(what: string): Promise<End> {
    const known = await this.eventIds(what);
    await this.client.send(new DeleteStackCommand({ StackName: this.id(what) }));
    return this.ended(what, known);
  }

  /** Takes resources that exist into a stack; if the run has none of that name, into a new one. */
  async import(what: string, template: Template, ResourcesToImport: ResourceToImport[]): Promise<End> {
    const isNew = !this.made.has(what);
    const known = isNew ? new Set<string>() : await this.eventIds(what);
    // An import may neither change nor add tags.
    const request = new CreateChangeSetCommand({
      StackName: this.context.nameOf(what),
      ChangeSetName: 'import',
      ChangeSetType: 'IMPORT',
      ResourcesToImport,
      ...written(template),
    });
    let ChangeSetName: string | undefined;
    const send = async () => {
      const { Id, StackId } = await this.client.send(request);
      ChangeSetName = Id;
      return { StackId };
    };
    await (isNew ? this.make(what, send) : send());
    for (;;) {
      const { Status, StatusReason } = await this.client.send(new DescribeChangeSetCommand({ ChangeSetName }));
      if (Status === 'CREATE_COMPLETE') {
        break;
      }
      if (Status === 'FAILED') {
        throw new Error(`the change set for the import failed: ${StatusReason}`);
      }
      await pause(this.context);
    }
    await this.client.send(new ExecuteChangeSetCommand({ ChangeSetName }));
    await pause(this.context);
    return this.ended(what, known);
  }

  /** The id, by which a stack is also found once it has been deleted. */
  id(what: string): string {
    return this.made.get(what)?.id as string;
  }

  private async make(what: string, create: () => Promise<{ readonly StackId?: string }>): Promise<void> {
    const name = this.context.nameOf(what);
    this.made.set(what, await this.context.make(this.kind, name, async () => (await create()).StackId));
  }

  private async ended(what: string, known: ReadonlySet<string> = new Set()): Promise<End> {
    for (;;) {
      const found = await this.client.send(new DescribeStacksCommand({ StackName: this.id(what) }));
      const stack = found.Stacks?.[0] as Stack;
      const status = stack.StackStatus as string;
      if (!status.endsWith('_IN_PROGRESS')) {
        const events = (await this.events(what)).filter(({ EventId = '' }) => !known.has(EventId));
        const succeeded = GOOD.includes(status);
        return { name: what, status, succeeded, outputs: outputs(stack), events, failures: failures(events) };
      }
      await pause(this.context);
    }
  }

  /** Oldest first. */
  private async events(what: string): Promise<StackEvent[]> {
    const found: StackEvent[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new DescribeStackEventsCommand({ StackName: this.id(what), NextToken }));
      found.push(...(page.StackEvents ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found.reverse();
  }

  private async eventIds(what: string): Promise<ReadonlySet<string>> {
    return new Set((await this.events(what)).map(({ EventId = '' }) => EventId));
  }

  private get client(): Context['clients']['cloudFormation'] {
    return this.context.clients.cloudFormation;
  }
}

function written(template: Template) {
  const TemplateBody = typeof template === 'string' ? template : JSON.stringify(template);
  return { TemplateBody, Capabilities: ['CAPABILITY_IAM' as const] };
}

function outputs({ Outputs = [] }: Stack): Record<string, string> {
  return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

function failures(events: readonly StackEvent[]): string[] {
  return events
    .filter(({ ResourceType }) => ResourceType !== 'AWS::CloudFormation::Stack')
    .filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('_FAILED'))
    .map(({ ResourceStatusReason = '' }) => ResourceStatusReason);
}
