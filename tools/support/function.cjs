/**
 * The process of FunctionProcess: loads a function and answers the events that its parent sends. It is plain JavaScript, so
 * that any Node runs it. The clock is the parent's and every random number is the same, so that two functions that do the
 * same answer the same.
 */
const [file, name] = process.argv.slice(2);

let now = Date.now();
Date.now = () => now;
Math.random = () => 0.5;

const handler = require(file)[name];
const context = { awsRequestId: 'local', functionVersion: '1', getRemainingTimeInMillis: () => 60_000 };

process.on('message', async (message) => {
  now = message.now;
  process.send({ answer: await handler(message.event, context) });
});
