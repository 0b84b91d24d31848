import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { retarget } from '../../tools/package/type-name';
import { inTemporaryFolder } from '../../tools/support/files';
import { inRoot, pythonTool, SCHEMA_FILE } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';

/**
 * AWS::DataExchange::DataSet, which the linter's own schemas lack: newer cfn-lints have it, but check no property of a
 * registry type. The cfn-lint that cfn depends on has it.
 */
const DATA_SET_SCHEMA = `
import json
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas
print(json.dumps(schemas.get_resource_schema("us-east-1", "AWS::DataExchange::DataSet").schema))
`;

/** @throws Error with the findings, if there are any */
export async function lint(...given: string[]): Promise<void> {
  await run(pythonTool('lint', 'cfn-lint'), ['--regions', 'us-east-1', ...given]);
}

/** Lends a folder for cfn-lint's --registry-schemas: the type under that name, and AWS::DataExchange::DataSet. */
export async function withSchemas(typeName: string, use: (folder: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (schemas) => {
    const schema = retarget(await readFile(inRoot(SCHEMA_FILE), 'utf8'), typeName);
    await writeFile(join(schemas, SCHEMA_FILE), schema);
    const dataSet = await run(pythonTool('cfn', 'python'), ['-c', DATA_SET_SCHEMA]);
    await writeFile(join(schemas, 'aws-dataexchange-dataset.json'), dataSet.stdout);
    await use(schemas);
  });
}
