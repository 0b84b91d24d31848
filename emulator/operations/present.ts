import { typeOf } from '../jobs/job-types';
import { downloadPath, type SignedMethod, type SignedUrl, uploadPath } from '../signed-urls';
import type { JobView } from '../store/job-state';
import { pageOf, type SortKey } from '../store/paging';
import type { Asset, DataSet, EventAction, Job, Revision, Tags } from '../store/records';
import type { OperationCall, PagingInput } from './operation';

/** Records in the API's spelling. Members without a value are left out, as the service does it. */

export function tagsView(tags: Tags): { Tags?: Record<string, string> } {
  return tags.size ? { Tags: Object.fromEntries(tags) } : {};
}

export function dataSetView(dataSet: DataSet): object {
  const { entitlement } = dataSet;
  return {
    Arn: dataSet.arn,
    AssetType: dataSet.assetType,
    CreatedAt: time(dataSet.createdAt),
    Description: dataSet.description,
    Id: dataSet.id,
    Name: dataSet.name,
    ...(entitlement
      ? { Origin: 'ENTITLED', OriginDetails: { ProductId: entitlement.productId }, SourceId: entitlement.sourceId }
      : { Origin: 'OWNED' }),
    UpdatedAt: time(dataSet.updatedAt),
  };
}

export function revisionView(revision: Revision): object {
  const { revokedAt } = revision;
  return {
    Arn: revision.arn,
    ...(revision.comment === undefined ? {} : { Comment: revision.comment }),
    CreatedAt: time(revision.createdAt),
    DataSetId: revision.dataSetId,
    Finalized: revision.finalized,
    Id: revision.id,
    Revoked: revokedAt !== undefined,
    ...(revokedAt === undefined ? {} : { RevokedAt: time(revokedAt), RevocationComment: revision.revocationComment }),
    ...(revision.sourceId === undefined ? {} : { SourceId: revision.sourceId }),
    UpdatedAt: time(revision.updatedAt),
  };
}

export async function assetView(asset: Asset, call: OperationCall): Promise<object> {
  const view = {
    Arn: asset.arn,
    AssetType: asset.assetType,
    CreatedAt: time(asset.createdAt),
    DataSetId: asset.dataSetId,
    Id: asset.id,
    Name: asset.name,
    RevisionId: asset.revisionId,
    ...(asset.sourceId === undefined ? {} : { SourceId: asset.sourceId }),
    UpdatedAt: time(asset.updatedAt),
  };
  return { ...view, AssetDetails: await assetDetails(asset, call) };
}

export function eventActionView(eventAction: EventAction): object {
  return {
    Action: { ExportRevisionToS3: eventAction.export },
    Arn: eventAction.arn,
    CreatedAt: time(eventAction.createdAt),
    Event: { RevisionPublished: { DataSetId: eventAction.dataSetId } },
    Id: eventAction.id,
    UpdatedAt: time(eventAction.updatedAt),
  };
}

export async function jobView(job: Job, view: JobView, call: OperationCall): Promise<object> {
  return {
    Arn: job.arn,
    ...(job.assetTags ? { AssetConfiguration: { Tags: job.assetTags } } : {}),
    CreatedAt: time(job.createdAt),
    Details: { [typeOf(job).member]: { ...job.details, ...(await jobUrls(job, view, call)) } },
    ...(view.errors.length ? { Errors: view.errors } : {}),
    Id: job.id,
    State: view.state,
    Type: job.type,
    UpdatedAt: time(view.updatedAt),
  };
}

/** One page of a list. @param scope the list that a token belongs to: operation and filters */
export function pageView<Item>(
  { region, input }: OperationCall<PagingInput>,
  scope: readonly string[],
  items: readonly Item[],
  keys: (item: Item) => readonly SortKey[],
): { page: Item[]; next: { NextToken?: string } } {
  const { pageSize, badToken } = region.assumptions();
  const { page, nextToken } = pageOf(items, {
    scope: JSON.stringify([region.name, ...scope]),
    keys,
    pageSize: input.MaxResults ?? pageSize,
    token: input.NextToken,
    forgiving: badToken === 'first-page',
    secret: region.tokenSecret,
  });
  return { page, next: nextToken ? { NextToken: nextToken } : {} };
}

/** The specification of an API can be downloaded from a URL that each read makes. */
async function assetDetails(asset: Asset, call: OperationCall): Promise<object> {
  if (asset.assetType !== 'API_GATEWAY_API' || !call.region.store.contentOf(asset)) {
    return asset.details;
  }
  const path = downloadPath(call.region.name, asset.id);
  const life = call.region.assumptions().signedUrlSeconds;
  const signed = await sign(call, 'GET', path, call.now, life);
  return {
    ApiGatewayApiAsset: {
      ...(asset.details.ApiGatewayApiAsset as object),
      ApiSpecificationDownloadUrl: signed.url,
      ApiSpecificationDownloadUrlExpiresAt: time(signed.expiresAt),
    },
  };
}

/** An upload URL from the beginning, a download URL once the job is COMPLETED. Each lives from its first moment on. */
async function jobUrls(job: Job, view: JobView, call: OperationCall): Promise<object> {
  const { upload, download } = typeOf(job);
  const life = job.plan.urlSeconds ?? job.urlSeconds;
  if (upload) {
    const signed = await sign(call, 'PUT', uploadPath(call.region.name, job.id), job.createdAt, life);
    return { [upload.url]: signed.url, [upload.expiresAt]: time(signed.expiresAt) };
  }
  if (download && view.state === 'COMPLETED') {
    const path = downloadPath(call.region.name, download.assetId(job.details), job.id);
    const signed = await sign(call, 'GET', path, view.updatedAt, life);
    return { [download.url]: signed.url, [download.expiresAt]: time(signed.expiresAt) };
  }
  return {};
}

function sign(
  { region, host }: OperationCall,
  method: SignedMethod,
  path: string,
  issuedAt: number,
  lifeSeconds: number,
): Promise<SignedUrl> {
  return region.urls.issue({ method, host, region: region.name, path, issuedAt, lifeSeconds });
}

/** ISO 8601 with milliseconds. @param milliseconds since the epoch */
function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
