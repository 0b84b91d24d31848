import {
  CancelJobCommand,
  CreateEventActionCommand,
  CreateRevisionCommand,
  DeleteDataSetCommand,
  DeleteRevisionCommand,
  GetDataGrantCommand,
  GetEventActionCommand,
  GetJobCommand,
  ListJobsCommand,
  ListRevisionAssetsCommand,
  SendDataSetNotificationCommand,
  StartJobCommand,
  TagResourceCommand,
} from '@aws-sdk/client-dataexchange';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { exchangeUrl } from '../clients';
import type { Context, Finding, Probe } from '../probe';
import { exchange, RIGHTS_OF_OPTIONS } from '../rights';
import { revisionExport, urlImport } from './creation';
import { withJobsOf } from './job-examples';
import {
  type Answer,
  assetsOf,
  attempt,
  cancelJob,
  createJob,
  describe,
  describeJob,
  finalize,
  finishJob,
  getJob,
  guess,
  KEYS,
  makeDataSet,
  putObject,
  runJob,
  s3Import,
  sharedBucket,
  sharedDataSet,
  startJob,
  unknownId,
  withAssets,
  withFilled,
  withRevision,
} from './support';
import { CONTENT, put, read, withUpload } from './uploads';

/** Guesses without a switch, in the order of the emulator's README. */

const LARGE_BODY_BYTES = 10 * 1024 ** 2 + 1;
const MOST_TAGS = 50;

export const ANSWERS: readonly Probe[] = [
  guess(
    'wrongSignature',
    'whether a signature that is not right is refused; the local Data Exchange looks at its form alone',
    'accepted',
    'nothing',
    async (context): Promise<Finding> => {
      const { status, text } = await request(context, 'GET', `/v1/jobs/${unknownId()}`, undefined, 'not-the-secret');
      return { seen: status === 404 ? 'accepted' : 'refused', evidence: text };
    },
  ),
  guess(
    'unknownRoute',
    'a method and path that no operation has',
    '403 AccessDeniedException',
    'nothing',
    async (context) => seenAs(await request(context, 'GET', '/v1/no-such-thing')),
  ),
  guess(
    'unknownJob',
    'a well-formed id of no job',
    '404 ResourceNotFoundException',
    'nothing',
    ({ clients }) => refusal(clients.dataExchange.send(new GetJobCommand({ JobId: unknownId() }))),
    { rights: exchange('GetJob') },
  ),
  guess(
    'malformedEventActionId',
    'an id of an event action has no pattern',
    '404 ResourceNotFoundException',
    'nothing',
    ({ clients }) => refusal(clients.dataExchange.send(new GetEventActionCommand({ EventActionId: 'too-short' }))),
    { rights: exchange('GetEventAction') },
  ),
  guess(
    'unknownDataGrant',
    'a data grant that does not exist',
    '404 ResourceNotFoundException',
    'nothing',
    ({ clients }) => refusal(clients.dataExchange.send(new GetDataGrantCommand({ DataGrantId: unknownId() }))),
    { rights: exchange('GetDataGrant') },
  ),
  guess(
    'notificationWithoutProduct',
    'SendDataSetNotification for a data set of no product',
    '400 ValidationException',
    'revisions',
    async (context) => {
      const input = { DataSetId: await sharedDataSet(context), Type: 'DATA_UPDATE' as const };
      return refusal(context.clients.dataExchange.send(new SendDataSetNotificationCommand(input)));
    },
    { rights: exchange('SendDataSetNotification') },
  ),
  guess(
    'bodyNotJson',
    'a body that is not JSON',
    '400 SerializationException',
    'nothing',
    async (context) => seenAs(await request(context, 'POST', '/v1/jobs', '{')),
    { rights: exchange('CreateJob') },
  ),
  guess('bodyTooLarge', 'a body above 10 MiB', 413, 'nothing', async (context) => {
    const { status, text } = await request(context, 'POST', '/v1/jobs', ' '.repeat(LARGE_BODY_BYTES));
    return { seen: status, evidence: text };
  }),
  guess(
    'unknownMembers',
    'whether members that the model does not have are dropped, and null counts as absent',
    'dropped',
    'revisions',
    async (context): Promise<Finding> => {
      const DataSetId = await sharedDataSet(context);
      const path = `/v1/data-sets/${DataSetId}/revisions`;
      const { status, text } = await request(context, 'POST', path, JSON.stringify({ Comment: null, Nonsense: 1 }));
      const [, RevisionId] = /"Id": ?"([^"]*)"/.exec(text) ?? [];
      if (RevisionId) {
        await context.clients.dataExchange.send(new DeleteRevisionCommand({ DataSetId, RevisionId }));
      }
      return { seen: status === 201 ? 'dropped' : 'refused', evidence: text };
    },
  ),
  guess(
    'everyProblem',
    'whether an error lists every problem of a request',
    'every',
    'revisions',
    async (context): Promise<Finding> =>
      withRevision(context, async (revision) => {
        // A hash of the wrong length, and no name.
        const details = urlImport(revision, '', 'short');
        Object.assign(details.ImportAssetFromSignedUrl, { AssetName: undefined });
        const { text } = await request(
          context,
          'POST',
          '/v1/jobs',
          JSON.stringify({
            Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
            Details: details,
          }),
        );
        const named = [/AssetName/i, /Md5Hash/i].filter((pattern) => pattern.test(text));
        return { seen: named.length === 2 ? 'every' : 'one', evidence: text };
      }),
  ),
  guess('secondStart', 'a second StartJob', '409 ConflictException', 'imports', async (context) => {
    const bucket = await sharedBucket(context);
    return withRevision(context, async (revision) => {
      const { Id } = await createJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['one.txt']));
      await startJob(context, Id);
      const finding = await refusal(context.clients.dataExchange.send(new StartJobCommand({ JobId: Id })));
      await finishJob(context, Id);
      return finding;
    });
  }),
  guess('cancelEndedJob', 'CancelJob of a job that has ended', '409 ConflictException', 'imports', async (context) => {
    const bucket = await sharedBucket(context);
    return withRevision(context, async (revision) => {
      const { Id } = await runJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['one.txt']));
      return refusal(context.clients.dataExchange.send(new CancelJobCommand({ JobId: Id })));
    });
  }),
  guess('cancelledJob', 'what GetJob shows of a cancelled job', 'CANCELLED', 'revisions', (context) =>
    withRevision(context, async (revision): Promise<Finding> => {
      const details = s3Import(revision, context.nameOf('nowhere'), ['one.txt']);
      const { Id } = await createJob(context, 'IMPORT_ASSETS_FROM_S3', details);
      await cancelJob(context, Id);
      const { State = 'none' } = await getJob(context, Id);
      return { seen: State, evidence: `GetJob shows ${State}` };
    }),
  ),
  guess(
    'statesOfJob',
    'the states of a job, in order',
    'WAITING, IN_PROGRESS, COMPLETED',
    'imports',
    async (context) => {
      const bucket = await sharedBucket(context);
      return withRevision(context, async (revision): Promise<Finding> => {
        const { Id, State } = await createJob(
          context,
          'IMPORT_ASSETS_FROM_S3',
          s3Import(revision, bucket, ['one.txt']),
        );
        await startJob(context, Id);
        const states: unknown[] = [State, (await getJob(context, Id)).State, (await finishJob(context, Id)).State];
        const seen = states.filter((state, index) => state !== states[index - 1]).join(', ');
        return states.includes('IN_PROGRESS')
          ? { seen, evidence: seen }
          : { undecided: 'the second look came before or after it ran', evidence: seen };
      });
    },
  ),
  guess('errorsOfCompletedJob', 'Errors of a job that is COMPLETED', 'absent', 'imports', async (context) => {
    const bucket = await sharedBucket(context);
    return withRevision(context, async (revision): Promise<Finding> => {
      const job = await runJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['one.txt']));
      const seen = job.Errors === undefined ? 'absent' : `a list of ${job.Errors.length}`;
      return { seen, evidence: `${describeJob(job)}; Errors: ${JSON.stringify(job.Errors)}` };
    });
  }),
  guess('jobArn', 'the ARN of a job', 'arn:aws:dataexchange:REGION:ACCOUNT:jobs/ID', 'revisions', (context) =>
    withRevision(context, async (revision): Promise<Finding> => {
      const details = s3Import(revision, context.nameOf('nowhere'), ['one.txt']);
      const { Id, Arn = '' } = await createJob(context, 'IMPORT_ASSETS_FROM_S3', details);
      await cancelJob(context, Id);
      const seen = Arn.replace(Id, 'ID').replace(context.account, 'ACCOUNT').replace(context.region, 'REGION');
      return { seen, evidence: seen };
    }),
  ),
  guess(
    'specialKeys',
    'keys that S3 allows are imported, and the name of an asset is its whole key',
    'whole key',
    'imports',
    async (context): Promise<Finding> => {
      const bucket = await sharedBucket(context);
      const keys = ['special/a b+c%20d.txt', 'special/ü(1)&x=y.txt', 'special/a//b.txt'];
      const wrong: string[] = [];
      for (const key of keys) {
        await putObject(context, bucket, key);
        await withRevision(context, async (revision) => {
          const job = await runJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, [key]));
          const names = (await assetsOf(context, revision)).map(({ Name }) => Name);
          if (names[0] !== key) {
            wrong.push(`${key}: ${describeJob(job)}, named ${names.join(', ')}`);
          }
        });
      }
      return { seen: wrong.length === 0 ? 'whole key' : 'otherwise', evidence: [keys.join(', '), ...wrong].join('; ') };
    },
    { seconds: 120 },
  ),
  guess('encryptionEcho', 'the encryption of an export is echoed, and used', 'AES256', 'exports', (context) =>
    withAssets(context, ['one.txt'], async (revision, bucket): Promise<Finding> => {
      const details = revisionExport(revision, bucket, 'encrypted/${Asset.Name}');
      const Encryption = { Type: 'AES256' as const, KmsKeyArn: undefined };
      Object.assign(details.ExportRevisionsToS3, { Encryption });
      const job = await runJob(context, 'EXPORT_REVISIONS_TO_S3', details);
      const shown = job.Details?.ExportRevisionsToS3?.Encryption?.Type ?? 'none';
      const written = await context.clients.s3.send(
        new HeadObjectCommand({ Bucket: bucket, Key: 'encrypted/one.txt' }),
      );
      const evidence = `${describeJob(job)}; the object: ${written.ServerSideEncryption ?? 'not said'}`;
      return { seen: shown, evidence };
    }),
  ),
  guess(
    's3DataAccessOfMissingBucket',
    'whether an S3 data access of a bucket that does not exist is refused',
    'COMPLETED',
    'imports',
    async (context): Promise<Finding> => {
      const dataSet = await makeDataSet(context, 'no-bucket', 'S3_DATA_ACCESS');
      const finding = await withRevision(
        context,
        async (revision): Promise<Finding> => {
          const AssetSource = { Bucket: context.nameOf('nowhere'), Keys: ['one.txt'] };
          const details = { CreateS3DataAccessFromS3Bucket: { ...revision, AssetSource } };
          return endOrRefusal(
            context,
            await attempt(createJob(context, 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET', details)),
          );
        },
        dataSet.id,
      );
      await context.remove(dataSet);
      return finding;
    },
  ),
  guess('uploadWithoutLength', 'a PUT without Content-Length', '411 MissingContentLength', 'revisions', (context) =>
    withUpload(context, async (job): Promise<Finding> => {
      const url = job.Details?.ImportAssetFromSignedUrl?.SignedUrl ?? '';
      // A stream has no length, so it is sent in chunks.
      const body = new Blob([CONTENT]).stream();
      const response = await fetch(url, { method: 'PUT', body, duplex: 'half' } as RequestInit);
      const [, code = ''] = /<Code>([^<]*)<\/Code>/.exec(await response.text()) ?? [];
      await cancelJob(context, job.Id);
      const seen = `${response.status} ${code}`.trim();
      return { seen, evidence: seen };
    }),
  ),
  guess('uploadWithoutMd5', 'whether a PUT needs Content-MD5', 'not needed', 'revisions', (context) =>
    withUpload(context, async (job): Promise<Finding> => {
      const { ok, text } = await put(job, {});
      await cancelJob(context, job.Id);
      return { seen: ok ? 'not needed' : 'needed', evidence: text };
    }),
  ),
  guess('uploadWithOtherHeaders', 'headers that the URL does not sign', 'accepted', 'revisions', (context) =>
    withUpload(context, async (job): Promise<Finding> => {
      const { ok, text } = await put(job, { 'Content-Type': 'text/csv', 'X-Acceptance': 'yes' });
      await cancelJob(context, job.Id);
      return { seen: ok ? 'accepted' : 'refused', evidence: text };
    }),
  ),
  guess(
    'uploadWithWrongMd5',
    'a PUT whose Content-MD5 is that of other content',
    '400 BadDigest',
    'revisions',
    (context) =>
      withUpload(context, async (job): Promise<Finding> => {
        const { text } = await put(job, { 'Content-MD5': Buffer.alloc(16).toString('base64') });
        await cancelJob(context, job.Id);
        return { seen: text.split(':')[0] ?? '', evidence: text };
      }),
  ),
  guess('formOfSignedUrl', 'how the URL of an upload is signed', 'X-Amz-Signature, host', 'revisions', (context) =>
    withUpload(context, async (job): Promise<Finding> => {
      const { hostname, searchParams } = new URL(job.Details?.ImportAssetFromSignedUrl?.SignedUrl ?? '');
      await cancelJob(context, job.Id);
      const names = [...searchParams.keys()].sort().join(', ');
      const signed = searchParams.get('X-Amz-SignedHeaders') ?? '';
      const seen = `${searchParams.has('X-Amz-Signature') ? 'X-Amz-Signature' : names}, ${signed}`;
      return { seen, evidence: `host ${hostname}; parameters ${names}; signed headers ${signed}` };
    }),
  ),
  guess(
    'downloadUrlBegins',
    'from when on the URL of an export lives',
    'the end of the job',
    'exports',
    (context): Promise<Finding> =>
      withAssets(context, ['one.txt'], async (revision, _bucket, [AssetId]) => {
        const details = { ExportAssetToSignedUrl: { ...revision, AssetId } };
        const job = await runJob(context, 'EXPORT_ASSET_TO_SIGNED_URL', details);
        const first = job.Details?.ExportAssetToSignedUrl?.SignedUrlExpiresAt?.getTime() ?? 0;
        await context.wait(3);
        const again = (await getJob(context, job.Id ?? '')).Details?.ExportAssetToSignedUrl;
        const fixed = first === again?.SignedUrlExpiresAt?.getTime();
        const life = (first - (job.UpdatedAt?.getTime() ?? 0)) / 1000;
        const { text } = await read(again?.SignedUrl ?? '');
        const evidence = `it expires ${life} s after the job's end; read: ${text}`;
        return { seen: fixed ? 'the end of the job' : 'each GetJob', evidence };
      }),
  ),
  guess(
    'catalogId',
    'whether CatalogId may be the twelve digits of an account, which the pattern of the model does not match',
    'accepted',
    'imports',
    (context): Promise<Finding> =>
      withJobsOf(context, 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY', async (create) => {
        const answer = await attempt(create());
        if ('done' in answer) {
          await cancelJob(context, answer.done.Id);
        }
        return { seen: 'done' in answer ? 'accepted' : 'refused', evidence: describe(answer) };
      }),
    { needs: ['LAKE_FORMATION_ROLE_ARN'], rights: RIGHTS_OF_OPTIONS },
  ),
  guess('tooManyTags', 'more than 50 tags', '400 ValidationException', 'revisions', (context) =>
    refusedTags(context, Object.fromEntries(Array.from({ length: MOST_TAGS + 1 }, (_, index) => [`tag-${index}`, '']))),
  ),
  guess('reservedTag', 'a tag whose key begins with aws:', '400 ValidationException', 'revisions', (context) =>
    refusedTags(context, { 'aws:acceptance': 'no' }),
  ),
  guess('tagsOfFinalizedRevision', 'whether a finalized revision takes tags', 'accepted', 'imports', (context) =>
    withFilled(context, ['one.txt'], async (revision): Promise<Finding> => {
      const { Arn: ResourceArn } = await finalize(context, revision);
      const input = { ResourceArn, Tags: { more: 'yes' } };
      const answer = await attempt(context.clients.dataExchange.send(new TagResourceCommand(input)));
      return { seen: 'done' in answer ? 'accepted' : 'refused', evidence: describe(answer) };
    }),
  ),
  guess(
    'deleteDataSetWithRevisions',
    'DeleteDataSet of a data set with an unpublished revision that has assets and is finalized',
    'accepted',
    'imports',
    async (context): Promise<Finding> => {
      const bucket = await sharedBucket(context);
      const { id: DataSetId = '' } = await makeDataSet(context, 'with-revisions');
      const { Id: RevisionId = '' } = await context.clients.dataExchange.send(new CreateRevisionCommand({ DataSetId }));
      const revision = { DataSetId, RevisionId };
      await runJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['one.txt']));
      await finalize(context, revision);
      const answer = await attempt(context.clients.dataExchange.send(new DeleteDataSetCommand({ DataSetId })));
      if ('done' in answer) {
        return { seen: 'accepted', evidence: describe(answer) };
      }
      return (await context.seen('publishOnFinalize')) === true
        ? { undecided: 'finalizing publishes the revision here', evidence: describe(answer) }
        : { seen: 'refused', evidence: describe(answer) };
    },
  ),
  guess(
    'eventActionOfOwned',
    'CreateEventAction for a data set of one’s own',
    '400 ValidationException',
    'imports',
    async (context) => {
      const Bucket = await sharedBucket(context);
      const Action = { ExportRevisionToS3: { RevisionDestination: { Bucket, KeyPattern: 'auto/${Asset.Name}' } } };
      const Event = { RevisionPublished: { DataSetId: await sharedDataSet(context) } };
      return refusal(context.clients.dataExchange.send(new CreateEventActionCommand({ Action, Event })));
    },
    { rights: exchange('CreateEventAction') },
  ),
  guess(
    'orderOfJobs',
    'the order of ListJobs',
    'newest first',
    'revisions',
    (context) =>
      withRevision(context, async (revision): Promise<Finding> => {
        const ids: string[] = [];
        for (let count = 0; count < 3; count += 1) {
          const details = s3Import(revision, context.nameOf('nowhere'), ['one.txt']);
          ids.push((await createJob(context, 'IMPORT_ASSETS_FROM_S3', details)).Id);
          await getJob(context, ids[count] ?? '');
          await context.wait(1);
        }
        const { Jobs = [] } = await context.clients.dataExchange.send(new ListJobsCommand(revision));
        for (const id of ids) {
          await cancelJob(context, id);
        }
        const found = Jobs.map(({ Id = '' }) => ids.indexOf(Id)).join(', ');
        return { seen: found === '2, 1, 0' ? 'newest first' : found, evidence: `made 0, 1, 2; listed ${found}` };
      }),
    { rights: exchange('ListJobs') },
  ),
  guess('orderOfAssets', 'the order of ListRevisionAssets', 'by name, descending', 'imports', async (context) => {
    const bucket = await sharedBucket(context);
    return withRevision(context, async (revision): Promise<Finding> => {
      const job = await runJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, KEYS));
      const { Assets = [] } = await context.clients.dataExchange.send(new ListRevisionAssetsCommand(revision));
      const names = Assets.map(({ Name }) => Name).join(', ');
      if (Assets.length < 2) {
        return { undecided: 'there are no two assets', evidence: describeJob(job) };
      }
      return { seen: names === 'two.txt, one.txt' ? 'by name, descending' : names, evidence: names };
    });
  }),
  guess(
    'times',
    'how times are written',
    'ISO 8601 with milliseconds',
    'revisions',
    async (context): Promise<Finding> => {
      const { text } = await request(context, 'GET', `/v1/data-sets/${await sharedDataSet(context)}`);
      const [, time = ''] = /"CreatedAt": ?"?([^",}]*)/.exec(text) ?? [];
      const usual = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time);
      return { seen: usual ? 'ISO 8601 with milliseconds' : 'otherwise', evidence: `CreatedAt: ${time}` };
    },
    { rights: exchange('GetDataSet') },
  ),
];

/** The finding of a call that should be refused, in the words `404 ResourceNotFoundException`. */
async function refusal(call: Promise<unknown>): Promise<Finding> {
  const answer = await attempt(call);
  const seen = 'done' in answer ? 'accepted' : `${answer.refused.status} ${answer.refused.name}`;
  return { seen, evidence: describe(answer) };
}

async function refusedTags(context: Context, Tags: Record<string, string>): Promise<Finding> {
  const DataSetId = await sharedDataSet(context);
  return refusal(context.clients.dataExchange.send(new CreateRevisionCommand({ DataSetId, Tags })));
}

async function endOrRefusal(context: Context, created: Answer<{ readonly Id: string }>): Promise<Finding> {
  if ('refused' in created) {
    return { seen: 'refused by CreateJob', evidence: describe(created) };
  }
  await startJob(context, created.done.Id);
  const job = await finishJob(context, created.done.Id);
  return { seen: job.State ?? '', evidence: describeJob(job) };
}

interface RawAnswer {
  readonly status: number;
  /** The header that names the error. */
  readonly name: string;
  /** Status, name and body. */
  readonly text: string;
}

/** A signed request as no client would send it. @param secret another secret access key, for a wrong signature */
async function request(
  { clients, region }: Context,
  method: string,
  path: string,
  body?: string,
  secret?: string,
): Promise<RawAnswer> {
  const url = new URL(`${await exchangeUrl(clients, region)}${path}`);
  const credentials = await clients.dataExchange.config.credentials();
  const signer = new SignatureV4({
    credentials: { ...credentials, ...(secret ? { secretAccessKey: secret } : {}) },
    region,
    service: 'dataexchange',
    sha256: Hash.bind(null, 'sha256'),
  });
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body,
  });
  const response = await fetch(url, { method, headers, body });
  const name = (response.headers.get('x-amzn-errortype') ?? '').split(':')[0] ?? '';
  return { status: response.status, name, text: `${response.status} ${name}: ${await response.text()}` };
}

function seenAs({ status, name, text }: RawAnswer): Finding {
  return { seen: `${status} ${name}`.trim(), evidence: text };
}
