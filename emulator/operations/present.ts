import type { Exchange } from '../exchange';
import type { JobView } from '../jobs/job-state';
import { typeOf } from '../jobs/job-types';
import { downloadPath, uploadPath } from '../signed-paths';
import { pageOf, type Walk } from '../store/paging';
import type { Asset, DataSet, Job, Revision, Tags } from '../store/records';
import type { PagingInput } from './operation';

/** Records in the API's spelling. Members without a value are left out, as the service does. */

/** ISO 8601 with milliseconds: the SDK refuses numbers. */
function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function tagsOf(tags: Tags): { Tags?: Record<string, string> } {
  return tags.size ? { Tags: Object.fromEntries(tags) } : {};
}

export function dataSetView(dataSet: DataSet): object {
  return {
    Arn: dataSet.arn,
    AssetType: dataSet.assetType,
    CreatedAt: time(dataSet.createdAt),
    Description: dataSet.description,
    Id: dataSet.id,
    Name: dataSet.name,
    Origin: 'OWNED',
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
    UpdatedAt: time(revision.updatedAt),
  };
}

export function assetView(asset: Asset, exchange: Exchange): object {
  return {
    Arn: asset.arn,
    AssetDetails: assetDetails(asset, exchange),
    AssetType: asset.assetType,
    CreatedAt: time(asset.createdAt),
    DataSetId: asset.dataSetId,
    Id: asset.id,
    Name: asset.name,
    RevisionId: asset.revisionId,
    UpdatedAt: time(asset.updatedAt),
  };
}

/** The specification of an API can be downloaded from a URL that is made when somebody asks. */
function assetDetails(asset: Asset, exchange: Exchange): object {
  if (asset.assetType !== 'API_GATEWAY_API' || !asset.content) return asset.details;
  const life = exchange.assumptions().signedUrlSeconds;
  const signed = exchange.sign(
    'GET',
    exchange.region,
    downloadPath(exchange.region, asset.id),
    exchange.clock.now(),
    life,
  );
  return {
    ApiGatewayApiAsset: {
      ...(asset.details.ApiGatewayApiAsset as object),
      ApiSpecificationDownloadUrl: signed.url,
      ApiSpecificationDownloadUrlExpiresAt: time(signed.expiresAt),
    },
  };
}

export function jobView(job: Job, view: JobView, exchange: Exchange): object {
  return {
    Arn: job.arn,
    ...(job.assetTags ? { AssetConfiguration: { Tags: job.assetTags } } : {}),
    CreatedAt: time(job.createdAt),
    Details: { [typeOf(job).member]: { ...job.details, ...jobUrls(job, view, exchange) } },
    ...(view.errors.length ? { Errors: view.errors } : {}),
    Id: job.id,
    State: view.state,
    Type: job.type,
    UpdatedAt: time(view.updatedAt),
  };
}

/** An upload URL from the beginning, a download URL once COMPLETED; each lives from the moment it first appears. */
function jobUrls(job: Job, view: JobView, exchange: Exchange): object {
  const { upload, download } = typeOf(job);
  const life = job.plan.urlSeconds ?? job.urlSeconds;
  if (upload) {
    const signed = exchange.sign('PUT', exchange.region, uploadPath(exchange.region, job.id), job.createdAt, life);
    return { [upload.url]: signed.url, [upload.expiresAt]: time(signed.expiresAt) };
  }
  if (download && view.state === 'COMPLETED') {
    const path = downloadPath(exchange.region, download.assetId(job.details), job.id);
    const signed = exchange.sign('GET', exchange.region, path, view.updatedAt, life);
    return { [download.url]: signed.url, [download.expiresAt]: time(signed.expiresAt) };
  }
  return {};
}

/** One page of a list. @param scope what a token is good for: operation and filters */
export function pageView<T>(
  exchange: Exchange,
  input: PagingInput,
  scope: string[],
  items: T[],
  keys: Walk<T>['keys'],
): { page: T[]; next: { NextToken?: string } } {
  const { pageSize, badToken } = exchange.assumptions();
  const { page, nextToken } = pageOf(items, {
    scope: JSON.stringify([exchange.region, ...scope]),
    keys,
    pageSize: input.MaxResults ?? pageSize,
    token: input.NextToken,
    forgiving: badToken === 'first-page',
    secret: exchange.tokenSecret,
  });
  return { page, next: nextToken ? { NextToken: nextToken } : {} };
}
