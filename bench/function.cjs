/**
 * The process in which a function is measured, in plain JavaScript, so that any Node runs it. Alone, it loads the
 * function, gives it one event and prints what that took. As the child of another process it then answers orders:
 * `{ event, count, together }`, count invocations of which some run at the same time.
 */
const [file, first] = process.argv.slice(2);

// What functions print is not read by anyone.
console.log = () => {};

const context = { awsRequestId: 'bench', functionVersion: '1', getRemainingTimeInMillis: () => 60_000 };

async function invoke(entrypoint, event) {
  const answer = await entrypoint(event, context);
  if (answer.status === 'FAILED') {
    throw new Error(`the function answered FAILED: ${answer.message}`);
  }
  return answer;
}

async function main() {
  const used = process.cpuUsage();
  const began = performance.now();
  const { entrypoint } = require(file);
  const importMs = performance.now() - began;
  const { user, system } = process.cpuUsage(used);
  const rss = process.memoryUsage.rss();
  if (process.send === undefined) {
    const called = performance.now();
    await invoke(entrypoint, JSON.parse(first));
    const readMs = importMs + performance.now() - called;
    process.stdout.write(JSON.stringify({ importMs, importCpu: user + system, readMs, rss }), () => process.exit());
    return;
  }
  process.on('message', async ({ event, count = 1, together = 1 }) => {
    try {
      const started = performance.now();
      let answer;
      for (let done = 0; done < count; done += together) {
        [answer] = await Promise.all(Array.from({ length: together }, () => invoke(entrypoint, event)));
      }
      const ms = performance.now() - started;
      // V8 gives the pages of a collection back a little later, and more of them after the next one.
      for (let round = 0; round < 3 && globalThis.gc; round += 1) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { rss: now, heapTotal, heapUsed, external } = process.memoryUsage();
      const { status, nextToken, resourceModels = [] } = answer;
      const [free, kept] = [heapTotal - heapUsed, heapUsed + external];
      process.send({ ms, rss: now, free, kept, status, nextToken, models: resourceModels.length });
    } catch (error) {
      process.send({ error: error.stack });
    }
  });
  process.send({ rss });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
