import { ListJobsCommand } from '@aws-sdk/client-dataexchange';
import { clientFor } from '../../src/service/client';

const NAME = 'AWS_ENDPOINT_URL_DATAEXCHANGE';

afterEach(() => {
  delete process.env[NAME];
});

it.each([
  ['not set', undefined, 'dataexchange.eu-west-1.amazonaws.com'],
  ['empty, as template.yml declares it', '', 'dataexchange.eu-west-1.amazonaws.com'],
  ['a local address', 'http://127.0.0.1:4570', '127.0.0.1'],
])('the host that is called if the endpoint variable is %s', async (_title, value, expected) => {
  if (value !== undefined) {
    process.env[NAME] = value;
  }
  const client = clientFor('READ', {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
  });
  let called: string | undefined;
  client.middlewareStack.add(
    () => async (given) => {
      called = (given.request as { hostname: string }).hostname;
      throw new Error('it is not sent');
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await expect(client.send(new ListJobsCommand({}))).rejects.toThrow('it is not sent');
  expect(called).toBe(expected);
});
