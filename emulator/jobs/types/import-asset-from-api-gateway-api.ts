import { isDigest } from '../../validation/md5-digest';
import { choice, id, md5, structure, text } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { jobType } from '../job-type';
import { takeUpload } from '../transfers';

interface Details {
  ApiDescription?: string;
  ApiId: string;
  ApiKey?: string;
  ApiName: string;
  ApiSpecificationMd5Hash: string;
  DataSetId: string;
  ProtocolType: string;
  RevisionId: string;
  Stage: string;
}

/** The API becomes one asset of its name, with the specification that was PUT before StartJob. There is no API Gateway here: the request is believed. */
export const importAssetFromApiGatewayApi = jobType<Details>({
  name: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
  member: 'ImportAssetFromApiGatewayApi',
  assetType: 'API_GATEWAY_API',
  direction: 'import',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to import assets from an API Gateway API',
  details: structure(
    {
      ApiId: text,
      ApiName: text,
      ApiSpecificationMd5Hash: md5,
      DataSetId: id,
      ProtocolType: choice(['REST']),
      RevisionId: id,
      Stage: text,
    },
    { ApiDescription: text, ApiKey: text },
  ),
  problems: ({ ApiSpecificationMd5Hash }, { md5Check }) =>
    md5Check === 'digest' && !isDigest(ApiSpecificationMd5Hash)
      ? ['ApiSpecificationMd5Hash must be the Base64 form of 16 bytes']
      : [],
  references: ({ DataSetId, RevisionId }) => ({ dataSetId: DataSetId, revisionIds: [RevisionId], assetIds: [] }),
  upload: { url: 'ApiSpecificationUploadUrl', expiresAt: 'ApiSpecificationUploadUrlExpiresAt' },
  async run(work) {
    const revision = openRevision(work);
    const { ApiId, ApiName, ApiDescription, ApiKey, ProtocolType, Stage, ApiSpecificationMd5Hash } = work.details;
    const content = takeUpload(work, ApiSpecificationMd5Hash, 'The API specification');
    const asset = {
      ...(ApiDescription === undefined ? {} : { ApiDescription }),
      ApiEndpoint: `https://${ApiId}.execute-api.${work.exchange.region}.amazonaws.com/${Stage}`,
      ApiId,
      ...(ApiKey === undefined ? {} : { ApiKey }),
      ApiName,
      ProtocolType,
      Stage,
    };
    addAssets(work, revision, 'API_GATEWAY_API', [{ name: ApiName, content, details: { ApiGatewayApiAsset: asset } }]);
  },
});
