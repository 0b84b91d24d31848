/** The paths of signed URLs: made here, read here. They look like objects of a bucket that belongs to the service. */

export type SignedTarget =
  | { kind: 'upload'; region: string; jobId: string }
  | { kind: 'download'; region: string; assetId: string; jobId?: string };

/** Where the file of an import, or the specification of an API, is PUT. */
export function uploadPath(region: string, jobId: string): string {
  return `/aws-data-exchange-${region}/uploads/${jobId}`;
}

/** Where an asset's bytes are read. @param jobId the export that gave the URL, if one did */
export function downloadPath(region: string, assetId: string, jobId?: string): string {
  return `/aws-data-exchange-${region}/assets/${assetId}${jobId ? `/${jobId}` : ''}`;
}

/** What a path names, if it is one of ours. */
export function readSignedPath(path: string): SignedTarget | undefined {
  const [, bucket = '', kind, id, jobId] = path.split('/');
  const region = bucket.replace(/^aws-data-exchange-/, '');
  if (region === bucket || !id) return undefined;
  if (kind === 'uploads') return { kind: 'upload', region, jobId: id };
  if (kind === 'assets') return { kind: 'download', region, assetId: id, jobId };
  return undefined;
}
