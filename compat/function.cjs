/**
 * The function: loads the file that is named, and answers the events that the parent process sends. The clock is the local
 * service's and chance is none, so that two runtimes that do the same say the same.
 */
let now = 0;
Date.now = () => now;
Math.random = () => 0.5;

const { entrypoint } = require(process.argv[2]);
const context = { awsRequestId: 'compat', functionVersion: '1', getRemainingTimeInMillis: () => 60_000 };

process.on('message', async (given) => {
  now = given.now;
  process.send({ answer: await entrypoint(given.event, context) });
});
