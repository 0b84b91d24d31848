/** ARNs in the forms of the Service Authorization Reference. */

/** @param account the owner's, or empty for an entitled data set; so for its revisions and assets */
export function dataSetArn(region: string, account: string, dataSetId: string): string {
  return `${prefix(region, account)}data-sets/${dataSetId}`;
}

export function revisionArn(region: string, account: string, dataSetId: string, revisionId: string): string {
  return `${dataSetArn(region, account, dataSetId)}/revisions/${revisionId}`;
}

export function assetArn(
  region: string,
  account: string,
  dataSetId: string,
  revisionId: string,
  assetId: string,
): string {
  return `${revisionArn(region, account, dataSetId, revisionId)}/assets/${assetId}`;
}

export function eventActionArn(region: string, account: string, eventActionId: string): string {
  return `${prefix(region, account)}event-actions/${eventActionId}`;
}

export function jobArn(region: string, account: string, jobId: string): string {
  return `${prefix(region, account)}jobs/${jobId}`;
}

/** The ARN that an access error names: of a job, a revision or a data set, or of any resource. */
export function resourceArn(
  region: string,
  account: string,
  named: { readonly jobId?: string; readonly dataSetId?: string; readonly revisionId?: string },
): string {
  const { jobId, dataSetId, revisionId } = named;
  if (jobId) {
    return jobArn(region, account, jobId);
  }
  if (dataSetId) {
    return revisionId ? revisionArn(region, account, dataSetId, revisionId) : dataSetArn(region, account, dataSetId);
  }
  return `${prefix(region, account)}*`;
}

/** The service exists in Regions of the partition `aws` only (General Reference). */
function prefix(region: string, account: string): string {
  return `arn:aws:dataexchange:${region}:${account}:`;
}
