import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateRevisionCommand, UpdateRevisionCommand } from '@aws-sdk/client-dataexchange';
import { type Browser, openBrowser, type Page, whyNoBrowser } from '../../tools/browser/open-browser';
import { type Local, openLocal, s3Import } from '../emulator/support';

/** The page of the local Data Exchange, in a real browser. */

const reason = whyNoBrowser();
const inBrowser = reason === undefined ? describe : describe.skip;

// An empty `describe.skip` would not say why.
if (reason !== undefined) {
  test.skip(`the page in a browser: ${reason}`, () => undefined);
}

inBrowser('the page', () => {
  let browser: Browser;
  let local: Local;
  let page: Page;
  /** What the browser complained about, and what it asked of any other address than the emulator's. */
  let complaints: string[];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    local = await openLocal();
    complaints = [];
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${local.emulator.url}/_emulator/`)) {
        complaints.push(`a request to ${request.url()}`);
      }
    });
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(`${local.emulator.url}/_emulator/`);
    await shows('#connection', 'live');
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
    expect(local.log).toEqual([]);
    await local.close();
  });

  /** Waits until an element shows a text. */
  async function shows(selector: string, text: string): Promise<void> {
    await page
      .waitForFunction((where, what) => document.querySelector(where)?.textContent?.includes(what), {}, selector, text)
      .catch(async (error) => {
        const shown = await page.$eval(selector, (found) => found.textContent).catch(() => 'nothing');
        throw new Error(`${selector} shows ${shown} and not ${text}`, { cause: error });
      });
  }

  const text = (selector: string) => page.$eval(selector, (found) => (found as HTMLElement).innerText);

  test('tells the first step while there is nothing', async () => {
    await shows('#data-sets-view', 'aws dataexchange create-data-set');
    await shows('#requests-view', `export AWS_ENDPOINT_URL_DATAEXCHANGE=${local.emulator.url}`);
    await shows('#jobs-view', 'There is no job yet');
    await shows('#faults-view', 'No fault script is loaded');
    expect(await page.title()).toBe('Local Data Exchange');
  });

  test('follows a publication from its revision to its export, without reloading', async () => {
    local.putObject('source', 'daily.csv', 'a,b');
    const dataSetId = await local.newDataSet();
    const revisionId = await local.newRevision(dataSetId);
    const row = `#revision-${revisionId}`;
    await shows(row, 'open');
    const imported = await local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['daily.csv']));
    await shows(`#job-${imported.Id}`, 'WAITING');
    await local.start(imported.Id);
    await shows(`#job-${imported.Id}`, 'IN_PROGRESS');
    local.pass(1);
    await shows(`#job-${imported.Id}`, 'ends in 1 s');
    await page.waitForFunction(() => document.querySelector('progress')?.value === 0.5);
    await page.click('#clock-form button');
    await shows(`#job-${imported.Id}`, 'COMPLETED');
    await shows('#message', 'The clock has advanced by 10 s.');
    await shows(row, 'daily.csv 3 B');

    const names = { DataSetId: dataSetId, RevisionId: revisionId };
    await local.client.send(new UpdateRevisionCommand({ ...names, Finalized: true, Comment: 'Monday' }));
    await shows(row, 'finalized');
    await shows(row, 'Monday');
    await page.click(`#publish-${revisionId}`);
    await shows(row, 'published');
    expect(await page.$(`#publish-${revisionId}`)).toBeNull();

    const exported = await local.runJob('EXPORT_REVISIONS_TO_S3', {
      ExportRevisionsToS3: {
        DataSetId: dataSetId,
        RevisionDestinations: [{ RevisionId: revisionId, Bucket: 'target' }],
      },
    });
    await shows(`#job-${exported.Id}`, 'COMPLETED');
    await shows(`#job-${exported.Id}`, 'to bucket target');
    await shows('#requests-view', 'CreateJob');
    expect(local.readObject('target', 'daily.csv').toString()).toBe('a,b');
  });

  test('shows why a job failed, whose it is, and what a fault script did', async () => {
    const dataSetId = await local.newDataSet();
    const client = new CreateRevisionCommand({ DataSetId: dataSetId, Tags: { team: 'weather' } });
    const { Id: revisionId = '', Arn = '' } = await local.client.send(client);
    await page.click('summary');
    await page.click('#example');
    await page.click('#faults-form button[type=submit]');
    await shows('#faults-view', 'the next import fails');
    const failed = await local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['a']));
    await local.raw('POST', `/tags/${encodeURIComponent(Arn)}`, { tags: { 'DataExchangeJob.Id': failed.Id } });
    await local.start(failed.Id).catch(() => undefined);
    await shows('#requests-view', '429 ThrottlingException');
    await local.start(failed.Id).catch(() => undefined);
    await local.start(failed.Id);
    local.pass(2);
    await shows(`#job-${failed.Id}`, 'ERROR');
    expect(await text(`#job-${failed.Id}`)).toContain('ACCESS_DENIED_EXCEPTION Access to the bucket is denied.');
    expect(await text(`#job-${failed.Id}`)).toContain(`the one with the physical ID ${failed.Id}`);
    expect(await text(`#revision-${revisionId}`)).toContain('team = weather');
    expect(await text(`#revision-${revisionId}`)).toContain(`stack resource ${failed.Id}`);
    expect(await page.$$eval('#faults-view td.number', (cells) => cells.map((cell) => cell.textContent))).toEqual([
      '2',
      '1',
    ]);

    await page.$eval('#script', (field) => {
      (field as HTMLTextAreaElement).value = '{"faults": [{"on": "Nothing", "do": {"error": "ThrottlingException"}}]}';
    });
    await page.click('#faults-form button[type=submit]');
    await shows('#script-problems', 'faults[0].on is "Nothing"; it must be one of');
    // The browser reports the status 400 by itself.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
    await page.click('#remove-faults');
    await shows('#faults-view', 'No fault script is loaded');
  });

  test('shows names as they are, whatever they hold', async () => {
    const name = '<img src=x onerror=alert(1)> & "so on"';
    local.putObject('source', name, 'x');
    const { revisionId } = await local.revisionWith([name]);
    await shows(`#revision-${revisionId}`, name);
    expect(await page.$('main img')).toBeNull();
  });

  test('can be used by the keyboard alone, and keeps the focus when it draws anew', async () => {
    const { revisionId, dataSetId } = await local.revisionWith(['a.txt']);
    await shows(`#revision-${revisionId}`, 'open');
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || '');
    const order: string[] = [];
    do {
      await page.keyboard.press('Tab');
      order.push(await focused());
      const { outline, box } = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        return { outline: getComputedStyle(element).outlineStyle, box: element.getBoundingClientRect().width };
      });
      expect([order.at(-1), outline, box > 1]).toEqual([order.at(-1), 'solid', true]);
    } while (order.at(-1) !== `publish-${revisionId}` && order.length < 20);
    expect(order.slice(0, 6)).toEqual(['Skip to the content', 'Data sets', 'Jobs', 'Requests', 'Clock', 'Faults']);
    const later = await local.newRevision(dataSetId);
    await shows(`#revision-${later}`, 'open');
    expect(await focused()).toBe(`publish-${revisionId}`);
    await page.keyboard.press('Enter');
    await shows(`#revision-${revisionId}`, 'published');
    await page.waitForFunction(() => document.activeElement?.id === 'data-sets-heading');
  });

  test('has landmarks, headings, labels, and tables with captions', async () => {
    await local.revisionWith(['a.txt']);
    await shows('#jobs-view', 'COMPLETED');
    const tree = JSON.stringify(await page.accessibility.snapshot({ interestingOnly: false }));
    for (const role of ['banner', 'navigation', 'main', 'region', 'status', 'table', 'columnheader', 'spinbutton']) {
      expect(tree).toContain(`"role":"${role}"`);
    }
    const { headings, uncaptioned, unlabelled } = await page.evaluate(() => ({
      headings: [...document.querySelectorAll('h1, h2')].map((heading) => heading.textContent),
      uncaptioned: [...document.querySelectorAll('table')].filter((table) => !table.caption?.textContent).length,
      unlabelled: [...document.querySelectorAll('input, select, textarea')].filter(
        (field) => !(field as HTMLInputElement).labels?.length,
      ).length,
    }));
    expect({ uncaptioned, unlabelled }).toEqual({ uncaptioned: 0, unlabelled: 0 });
    expect(headings).toEqual([
      'Local Data Exchange',
      'Data sets',
      'Jobs',
      'Last requests',
      'Clock of the service',
      'Fault script',
    ]);
  });

  test('needs no horizontal scrolling, and has enough contrast, in two widths, light and dark', async () => {
    const longName = `${'long-name-'.repeat(20)}.csv`;
    local.putObject('source', longName, 'x');
    const { dataSetId, revisionId } = await local.revisionWith([longName]);
    const missing = 'x'.repeat(300);
    const failed = await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, [missing]));
    await shows(`#job-${failed.Id}`, 'ERROR');
    const looks = new Set<string>();
    for (const width of [360, 1280]) {
      await page.setViewport({ width, height: 800 });
      for (const value of ['light', 'dark']) {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
        const { scrolls, background, worst } = await page.evaluate(() => {
          const luminance = (color: string) => {
            const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
              const share = Number(part) / 255;
              return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
          };
          const contrast = (one: string, other: string) => {
            const [light, dark] = [luminance(one), luminance(other)].sort((first, second) => second - first);
            return (light! + 0.05) / (dark! + 0.05);
          };
          const card = getComputedStyle(document.querySelector('section')!).backgroundColor;
          const inCards = [...document.querySelectorAll('section h2, section p, section td *, section th')];
          return {
            scrolls: document.documentElement.scrollWidth > window.innerWidth,
            background: card,
            worst: Math.min(...inCards.map((element) => contrast(getComputedStyle(element).color, card))),
          };
        });
        expect({ width, value, scrolls }).toEqual({ width, value, scrolls: false });
        // WCAG 2, level AA, for text of ordinary size.
        expect(worst).toBeGreaterThanOrEqual(4.5);
        looks.add(background);
      }
    }
    expect(looks.size).toBe(2);
  });

  test('of another origin can change nothing', async () => {
    const before = local.clock.now();
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<link rel="icon" href="data:,"><title>Another page</title>');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const stranger = await browser.newPage();
    try {
      await stranger.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
      const sent = stranger.waitForResponse((response) => response.url().endsWith('/clock'));
      // A simple request: the browser sends it without asking, and only hides the answer from the page.
      await stranger.evaluate(
        (url) => fetch(url, { method: 'POST', mode: 'no-cors', body: '{"advanceSeconds": 60}' }),
        `${local.emulator.url}/_emulator/clock`,
      );
      expect((await sent).status()).toBe(403);
      expect(local.clock.now()).toBe(before);
      const refused = stranger.evaluate(
        (url) => fetch(url).then((response) => response.text()),
        `${local.emulator.url}/_emulator/state`,
      );
      await expect(refused).rejects.toThrow('Failed to fetch');
    } finally {
      await stranger.close();
      other.close();
      other.closeAllConnections();
    }
  });

  test('says so when the service is gone, and goes on when it is back', async () => {
    const { port } = local.emulator;
    await local.revisionWith(['a.txt']);
    await shows('#jobs-view', 'COMPLETED');
    await local.close();
    await shows('#connection', 'gives no answer');
    local = await openLocal({ port });
    await shows('#connection', 'live');
    await shows('#jobs-view', 'There is no job yet');
    // The browser reports each failed look by itself.
    expect(complaints.splice(0).filter((complaint) => !complaint.includes('ERR_CONNECTION'))).toEqual([]);
  });
});
