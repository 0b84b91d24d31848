import { digestProblems } from '../../validation/md5-digest';
import { choice, md5, text } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { type ImportDetails, importDetails, importReferences, jobType } from '../job-type';
import { takeUpload } from '../transfers';

interface Details extends ImportDetails {
  readonly ApiDescription?: string;
  readonly ApiId: string;
  readonly ApiKey?: string;
  readonly ApiName: string;
  readonly ApiSpecificationMd5Hash: string;
  readonly ProtocolType: string;
  readonly Stage: string;
}

/**
 * Makes one asset of the API's name, with the specification that was PUT before StartJob. There is no API Gateway here,
 * so the API is not looked up.
 */
export const importAssetFromApiGatewayApi = jobType<Details>({
  name: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
  member: 'ImportAssetFromApiGatewayApi',
  assetType: 'API_GATEWAY_API',
  direction: 'import',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to import assets from an API Gateway API',
  details: importDetails(
    { ApiId: text, ApiName: text, ApiSpecificationMd5Hash: md5, ProtocolType: choice(['REST']), Stage: text },
    { ApiDescription: text, ApiKey: text },
  ),
  problems: ({ ApiSpecificationMd5Hash }, { md5Check }) =>
    md5Check === 'digest' ? digestProblems('ApiSpecificationMd5Hash', ApiSpecificationMd5Hash) : [],
  references: importReferences,
  upload: { url: 'ApiSpecificationUploadUrl', expiresAt: 'ApiSpecificationUploadUrlExpiresAt' },
  async run(run) {
    const revision = openRevision(run);
    const { DataSetId: _dataSet, RevisionId: _revision, ApiSpecificationMd5Hash, ...api } = run.details;
    const content = takeUpload(run, ApiSpecificationMd5Hash, 'The API specification');
    const ApiEndpoint = `https://${api.ApiId}.execute-api.${run.region.name}.amazonaws.com/${api.Stage}`;
    const details = { ApiGatewayApiAsset: { ...api, ApiEndpoint } };
    addAssets(run, revision, 'API_GATEWAY_API', [{ name: api.ApiName, content, details }]);
  },
});
