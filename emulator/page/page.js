// @ts-check
/**
 * The page of the local Data Exchange. It asks for the state once a second and draws the parts that have changed. All
 * values become text nodes. Relative times are relative to the service's clock, not to this machine's.
 *
 * @typedef {import('../server/service-state').ServiceState} State
 * @typedef {State['dataSets']['items'][number]} DataSet
 * @typedef {DataSet['revisions']['items'][number]} Revision
 * @typedef {State['jobs']['items'][number]} Job
 * @typedef {State['requests']['items'][number]} Sent
 * @typedef {State['faults']['items'][number]} Rule
 * @typedef {Node | string | undefined | readonly Content[]} Content
 * @typedef {{ heading: string, isNumber?: boolean }} Column
 */

/** Milliseconds between two looks at the service; while nobody sees the page, and of patience with one look. */
const EVERY = 1000;
const EVERY_WHEN_HIDDEN = 5000;
const PATIENCE = 10_000;

/** What the tags begin with by which AWS::DataExchange::Job marks the revisions of its stack resources. */
const OWN_TAGS = 'DataExchangeJob.';

const EXAMPLE = {
  faults: [
    { name: 'throttled twice', on: 'StartJob', calls: { to: 2 }, do: { error: 'ThrottlingException' } },
    {
      name: 'the next import fails',
      on: 'CreateJob',
      where: { jobType: 'IMPORT_ASSETS_FROM_S3' },
      calls: 1,
      do: {
        job: {
          end: 'ERROR',
          errors: [{ Code: 'ACCESS_DENIED_EXCEPTION', Message: 'Access to the bucket is denied.' }],
        },
      },
    },
  ],
};

/** @type {Readonly<Record<string, readonly [mark: string, style: string]>>} */
const STATES = {
  open: ['○', 'busy'],
  finalized: ['●', 'good'],
  published: ['★', 'good'],
  revoked: ['⊘', 'warn'],
  WAITING: ['○', 'faint'],
  IN_PROGRESS: ['◐', 'busy'],
  COMPLETED: ['✓', 'good'],
  ERROR: ['✕', 'bad'],
  CANCELLED: ['⊘', 'warn'],
  TIMED_OUT: ['⧗', 'bad'],
};

/** Epoch milliseconds of the service's clock, as of the last look. */
let now = 0;
/** Counts the looks, so that an answer that comes late does not replace a newer one. */
let looks = 0;
let shownLook = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** What each part was drawn from, as JSON. @type {Map<string, string>} */
const drawn = new Map();

// --- looking ----------------------------------------------------------------------------------------------------

async function look() {
  clearTimeout(timer);
  looks += 1;
  const thisLook = looks;
  try {
    const response = await fetch('state', { signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) {
      throw new Error(`HTTP status ${response.status}`);
    }
    const state = /** @type {State} */ (await response.json());
    if (thisLook > shownLook) {
      shownLook = thisLook;
      show(state);
      connection('● live', 'good');
    }
  } catch {
    connection('✕ The local Data Exchange gives no answer. This is what it showed last; trying again.', 'bad');
  }
  if (thisLook === looks) {
    timer = setTimeout(look, document.hidden ? EVERY_WHEN_HIDDEN : EVERY);
  }
}

/** @param {string} text @param {string} style */
function connection(text, style) {
  const place = byId('connection');
  // A status that is set again would be read out again.
  if (place.textContent !== text) {
    place.textContent = text;
    place.className = style;
  }
}

/** @param {State} state */
function show(state) {
  now = Date.parse(state.now);
  byId('now').textContent = `${state.now.slice(0, 19).replace('T', ' ')} UTC`;
  draw('facts', [state.account, state.buckets, state.seed], () => facts(state));
  draw('data-sets-view', state.dataSets, () => dataSets(state.dataSets));
  draw('jobs-view', state.jobs, () => jobs(state.jobs));
  draw('requests-view', state.requests, () => requests(state.requests));
  draw('faults-view', [state.faults, state.changedAssumptions], () => faults(state));
  byId('remove-faults').hidden = state.faults.total + state.changedAssumptions.length === 0;
  tick();
}

/**
 * Draws a part anew if what it shows has changed. The keyboard's focus stays where it was, or goes to the heading of
 * the section if that element is gone.
 * @param {string} id @param {unknown} data @param {() => Content} view
 */
function draw(id, data, view) {
  const json = JSON.stringify(data);
  if (drawn.get(id) === json) {
    return;
  }
  drawn.set(id, json);
  const place = byId(id);
  const focused = place.contains(document.activeElement) ? document.activeElement : undefined;
  place.replaceChildren(...nodes(view()));
  if (focused) {
    const next = document.getElementById(focused.id) ?? place.closest('section')?.querySelector('h2');
    next?.focus({ preventScroll: true });
  }
}

/** Brings all relative times and all progress up to the clock. */
function tick() {
  for (const time of document.querySelectorAll('time')) {
    time.textContent = relative(Date.parse(time.dateTime));
  }
  for (const bar of document.querySelectorAll('progress')) {
    const [start = 0, end = 0] = [bar.dataset.start, bar.dataset.end].map(Number);
    bar.value = end > start ? Math.min(1, (now - start) / (end - start)) : 1;
  }
}

// --- views ------------------------------------------------------------------------------------------------------

/** @param {State} state @returns {Content} */
function facts({ account, buckets, seed }) {
  const rows = [
    ['Account', account],
    ['Buckets', buckets],
    ['Seed', String(seed)],
  ];
  return rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)));
}

/** @param {State['dataSets']} found @returns {Content} */
function dataSets({ total, items }) {
  if (total === 0) {
    return empty(
      'There is no data set yet. Deploy a template with one, or make one:',
      commands('aws dataexchange create-data-set --asset-type S3_SNAPSHOT --name Weather --description Daily'),
    );
  }
  return [items.map(dataSet), more(total, items, 'data sets')];
}

/** @param {DataSet} dataSet @returns {Content} */
function dataSet({ id, name, description, assetType, region, productId, revisions }) {
  const heading = `data-set-${id}`;
  const origin = productId === undefined ? 'owned' : `entitled by the product ${productId}`;
  return element(
    'article',
    { 'aria-labelledby': heading },
    element('h3', { id: heading }, name),
    element('p', {}, shortId(id), ` ${assetType}, ${origin}, ${region}. ${description}`),
    revisions.total === 0
      ? element('p', { class: 'empty' }, 'It has no revision yet.')
      : table(
          `Revisions of ${name}`,
          ['Revision', 'State', 'Comment and tags', 'Made by', 'Assets', 'Created', ''].map((text) => ({
            heading: text,
          })),
          revisions.items.map((revision) => ({
            id: `revision-${revision.id}`,
            cells: revisionCells(revision, productId),
          })),
        ),
    more(revisions.total, revisions.items, 'revisions'),
  );
}

/** @param {Revision} revision @param {string | undefined} productId @returns {Content[]} */
function revisionCells(revision, productId) {
  const { id, state, comment, revocationComment, tags, assets, createdAt } = revision;
  const others = tags.items.filter(({ key }) => !key.startsWith(OWN_TAGS));
  const canPublish = productId === undefined && (state === 'open' || state === 'finalized');
  return [
    shortId(id),
    [
      stateMark(state),
      revocationComment === undefined ? undefined : element('div', { class: 'faint' }, revocationComment),
    ],
    [
      comment,
      element(
        'div',
        {},
        others.map(({ key, value }) => element('span', { class: 'tag' }, `${key} = ${value}`)),
      ),
      more(tags.total, tags.items, 'tags'),
    ],
    maker(revision),
    [
      element(
        'ul',
        {},
        assets.items.map(({ name, bytes }) =>
          element(
            'li',
            {},
            name,
            bytes === undefined ? undefined : element('span', { class: 'faint' }, ` ${size(bytes)}`),
          ),
        ),
      ),
      assets.total === 0 ? element('span', { class: 'faint' }, 'none') : undefined,
      more(assets.total, assets.items, 'assets'),
    ],
    ago(createdAt),
    canPublish ? publishButton(id) : undefined,
  ];
}

/** Who made a revision, by the tags that the resource type leaves on it. @param {Revision} revision @returns {Content} */
function maker({ tags, sourceId }) {
  const own = tags.items.filter(({ key }) => key.startsWith(OWN_TAGS));
  const jobId = own.find(({ key }) => key === `${OWN_TAGS}Id`)?.value;
  if (jobId !== undefined) {
    return ['stack resource ', jobLink(jobId)];
  }
  if (own.some(({ key }) => key === `${OWN_TAGS}RequestToken`)) {
    return 'a stack resource whose job is not made yet';
  }
  return sourceId === undefined ? 'a client' : ['copy of ', shortId(sourceId)];
}

/** @param {string} id @returns {Content} */
function publishButton(id) {
  const button = element(
    'button',
    { type: 'button', id: `publish-${id}`, 'aria-label': `Publish the revision ${id}` },
    'Publish',
  );
  button.addEventListener('click', () =>
    change('POST', `revisions/${id}/publish`, undefined, `Revision ${id.slice(0, 8)} is published.`),
  );
  return button;
}

/** @param {State['jobs']} found @returns {Content} */
function jobs({ total, items }) {
  if (total === 0) {
    return empty('There is no job yet. A stack with an AWS::DataExchange::Job makes one, and so does CreateJob.');
  }
  return [
    table(
      'Jobs, the newest first',
      ['Job', 'State', 'Works on', 'Stack resource', 'Created'].map((heading) => ({ heading })),
      items.map((job) => ({ id: `job-${job.id}`, cells: jobCells(job) })),
    ),
    more(total, items, 'jobs'),
  ];
}

/** @param {Job} job @returns {Content[]} */
function jobCells(job) {
  const { id, type, region, createdAt, dataSetId, dataSetName, revisionIds, direction, buckets, eventAction } = job;
  const places = buckets.length ? `bucket ${buckets.join(', ')}` : undefined;
  return [
    [shortId(id), element('div', { class: 'type' }, breakable(type)), element('div', { class: 'faint' }, region)],
    jobStateCell(job),
    [
      dataSetName ?? ['data set ', shortId(dataSetId)],
      revisionIds.items.map((revisionId) =>
        element('div', {}, element('a', { href: `#revision-${revisionId}` }, 'revision ', shortId(revisionId))),
      ),
      more(revisionIds.total, revisionIds.items, 'revisions'),
      places && element('div', { class: 'faint' }, direction === 'import' ? `from ${places}` : `to ${places}`),
    ],
    owner(job, eventAction === true),
    ago(createdAt),
  ];
}

/** @param {Job} job @returns {Content} */
function jobStateCell({ state, readsShow, errors, startedAt, endsAt, updatedAt }) {
  const isRunning = state === 'IN_PROGRESS' && startedAt !== undefined && endsAt !== undefined;
  return [
    stateMark(state),
    readsShow === undefined ? undefined : element('div', { class: 'warn' }, `GetJob shows ${readsShow}`),
    isRunning
      ? [
          element('progress', {
            max: '1',
            'aria-label': 'Progress by the clock of the service',
            'data-start': String(Date.parse(startedAt)),
            'data-end': String(Date.parse(endsAt)),
          }),
          element('div', { class: 'faint' }, 'ends ', ago(endsAt)),
        ]
      : element('div', { class: 'faint' }, state === 'WAITING' ? 'not started' : ago(updatedAt)),
    errors.items.map(({ code, message }) => element('div', { class: 'error' }, element('b', {}, code), ` ${message}`)),
    more(errors.total, errors.items, 'errors'),
  ];
}

/** The stack resource that a job belongs to, as far as tags tell. @param {Job} job @param {boolean} byEvent @returns {Content} */
function owner({ id, namedBy }, byEvent) {
  if (namedBy.some((key) => key.startsWith(OWN_TAGS))) {
    return ['the one with the physical ID ', shortId(id)];
  }
  return element('span', { class: 'faint' }, byEvent ? 'none: an event action started it' : 'no tag tells');
}

/** @param {State['requests']} found @returns {Content} */
function requests({ total, items }) {
  if (total === 0) {
    return empty(
      'There was no request yet. Let a client send its requests here:',
      [`export AWS_ENDPOINT_URL_DATAEXCHANGE=${location.origin}`, 'aws dataexchange list-data-sets'].join('\n'),
    );
  }
  return [
    table(
      'Last requests, the newest first',
      [
        { heading: 'No.', isNumber: true },
        ...['When', 'Operation', 'Job', 'Answer', 'Faults'].map((heading) => ({ heading })),
      ],
      items.map((request) => ({ cells: requestCells(request) })),
    ),
    more(total, items, 'requests'),
  ];
}

/** @param {Sent} request @returns {Content[]} */
function requestCells({ number, at, operation, method, path, jobId, status, error, faults: fired }) {
  return [
    String(number),
    ago(at),
    [operation, element('div', { class: 'faint' }, element('code', {}, `${method} ${path}`))],
    jobId === undefined ? undefined : jobLink(jobId),
    status === undefined
      ? 'none'
      : element(
          'span',
          { class: status < 400 ? 'good' : 'bad' },
          [status, error].filter((part) => part !== undefined).join(' '),
        ),
    fired?.join(', '),
  ];
}

/** @param {State} state @returns {Content} */
function faults({ faults: { total, items }, changedAssumptions }) {
  if (total + changedAssumptions.length === 0) {
    return empty(
      'No fault script is loaded: every call gets its ordinary answer. Load one to see how a client takes faults.',
    );
  }
  return [
    total === 0
      ? undefined
      : table(
          'Rules of the fault script',
          [{ heading: 'Rule' }, { heading: 'Does' }, { heading: 'Hits', isNumber: true }],
          items.map(({ name, on, does, times }) => ({
            cells: [
              [name, element('div', { class: 'faint' }, `on ${on.join(', ')}`)],
              element('code', {}, does),
              String(times),
            ],
          })),
        ),
    more(total, items, 'rules'),
    changedAssumptions.map(({ name, value }) =>
      element('p', { class: 'note' }, 'Assumption ', element('code', {}, `${name} = ${value}`)),
    ),
  ];
}

// --- parts of views ---------------------------------------------------------------------------------------------

/**
 * An element. A value of a property is never read as markup.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {Readonly<Record<string, string>>} attributes @param {readonly Content[]} content
 * @returns {HTMLElementTagNameMap[Name]}
 */
function element(name, attributes, ...content) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  made.append(...nodes(content));
  return made;
}

/** @param {Content} content @returns {(Node | string)[]} */
function nodes(content) {
  if (content === undefined) {
    return [];
  }
  return typeof content === 'string' || content instanceof Node ? [content] : content.flatMap(nodes);
}

/**
 * The roles are said because the narrow form of a table is no table to CSS.
 * @param {string} caption @param {readonly Column[]} columns
 * @param {readonly { id?: string, cells: readonly Content[] }[]} rows @returns {Content}
 */
function table(caption, columns, rows) {
  return element(
    'table',
    { role: 'table' },
    element('caption', { class: 'hidden' }, caption),
    element(
      'thead',
      { role: 'rowgroup' },
      element(
        'tr',
        { role: 'row' },
        columns.map(({ heading, isNumber }) =>
          element(
            'th',
            { role: 'columnheader', scope: 'col', ...(isNumber ? { class: 'number' } : {}) },
            heading === '' ? element('span', { class: 'hidden' }, 'Action') : heading,
          ),
        ),
      ),
    ),
    element(
      'tbody',
      { role: 'rowgroup' },
      rows.map(({ id, cells }) =>
        element(
          'tr',
          { role: 'row', ...(id === undefined ? {} : { id }) },
          columns.map(({ heading, isNumber }, at) => cell(heading, isNumber === true, cells[at])),
        ),
      ),
    ),
  );
}

/** @param {string} heading @param {boolean} isNumber @param {Content} content @returns {Content} */
function cell(heading, isNumber, content) {
  const attributes = { role: 'cell', 'data-heading': heading, ...(isNumber ? { class: 'number' } : {}) };
  const inner = nodes(content);
  return element('td', attributes, inner.length ? element('div', {}, inner) : undefined);
}

/** @param {string} state @returns {Content} */
function stateMark(state) {
  const [mark, style] = STATES[state] ?? ['?', 'faint'];
  return element('span', { class: `state ${style}` }, element('span', { 'aria-hidden': 'true' }, mark), ` ${state}`);
}

/** @param {string} id @returns {Content} */
function shortId(id) {
  return element('code', { class: 'id', title: id }, id);
}

/** A name that may go on in the next line after each underscore. @param {string} name @returns {Content} */
function breakable(name) {
  return name.split(/(?<=_)/).flatMap((part) => [part, element('wbr', {})]);
}

/** @param {string} jobId @returns {Content} */
function jobLink(jobId) {
  return element('a', { href: `#job-${jobId}` }, shortId(jobId));
}

/** @param {string} iso @returns {Content} */
function ago(iso) {
  return element('time', { datetime: iso, title: iso }, relative(Date.parse(iso)));
}

/** A command of the AWS CLI, and what a shell needs before it. @param {string} command @returns {string} */
function commands(command) {
  return [
    'export AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y AWS_DEFAULT_REGION=us-east-1',
    `export AWS_ENDPOINT_URL_DATAEXCHANGE=${location.origin}`,
    command,
  ].join('\n');
}

/** @param {string} text @param {string} [shell] commands @returns {Content} */
function empty(text, shell) {
  return [
    element('p', { class: 'empty' }, text),
    shell === undefined ? undefined : element('pre', { tabindex: '0', 'aria-label': 'Commands' }, shell),
  ];
}

/** @param {number} total @param {readonly unknown[]} items @param {string} what @returns {Content} */
function more(total, items, what) {
  const hidden = total - items.length;
  return hidden > 0 ? element('div', { class: 'more' }, `and ${hidden.toLocaleString('en')} more ${what}`) : undefined;
}

/** @param {number} bytes @returns {string} */
function size(bytes) {
  const step = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** step;
  return `${step === 0 ? amount : amount.toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][step]}`;
}

/** @param {number} moment epoch milliseconds @returns {string} */
function relative(moment) {
  const seconds = Math.round(Math.abs(now - moment) / 1000);
  /** @type {[number, string][]} */
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ];
  const [length, unit] = units.find(([least]) => seconds >= least) ?? [1, 's'];
  const amount = `${Math.floor(seconds / length)} ${unit}`;
  if (seconds === 0) {
    return 'now';
  }
  return moment > now ? `in ${amount}` : `${amount} ago`;
}

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`The page has no #${id}.`);
  }
  return found;
}

// --- changes ----------------------------------------------------------------------------------------------------

/**
 * Sends a request that changes something, and says how it went.
 * @param {string} method @param {string} path @param {unknown} body
 * @param {string} done what to say then @param {string} [failed] what to say instead of the problems
 * @returns {Promise<readonly string[]>} what is wrong, empty if nothing is
 */
async function change(method, path, body, done, failed) {
  const problems = await send(method, path, body);
  say(problems.length ? (failed ?? problems.join(' ')) : done);
  await look();
  return problems;
}

/** @param {string} method @param {string} path @param {unknown} body @returns {Promise<readonly string[]>} */
async function send(method, path, body) {
  try {
    const response = await fetch(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (response.ok) {
      return [];
    }
    const { Message, message, problems } = await response.json();
    return problems ?? [Message ?? message ?? `The request failed with the status ${response.status}.`];
  } catch {
    return ['The local Data Exchange gives no answer.'];
  }
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let saying;

/** @param {string} text */
function say(text) {
  clearTimeout(saying);
  byId('message').textContent = text;
  saying = setTimeout(() => {
    byId('message').textContent = '';
  }, 8000);
}

/** @param {string} id @returns {HTMLInputElement} */
function field(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {readonly string[]} problems */
function showScriptProblems(problems) {
  byId('script-problems').replaceChildren(...problems.map((problem) => element('p', {}, problem)));
}

byId('clock-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const advanceSeconds = field('amount').valueAsNumber * Number(field('unit').value);
  void change(
    'POST',
    'clock',
    { advanceSeconds },
    `The clock has advanced by ${advanceSeconds.toLocaleString('en')} s.`,
  );
});

byId('faults-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  let script;
  try {
    script = JSON.parse(field('script').value);
  } catch (error) {
    showScriptProblems([`The script is not JSON: ${error instanceof Error ? error.message : String(error)}`]);
    return;
  }
  showScriptProblems(
    await change(
      'PUT',
      'faults',
      script,
      'The script is loaded; its counters begin at 0.',
      'The script is not loaded.',
    ),
  );
});

byId('example').addEventListener('click', () => {
  field('script').value = JSON.stringify(EXAMPLE, undefined, 2);
  showScriptProblems([]);
});

byId('remove-faults').addEventListener('click', async () => {
  await change('DELETE', 'faults', undefined, 'The script is removed.');
  byId('faults-heading').focus();
});

// Whoever opens the editor goes on from the present script.
byId('editor').addEventListener('toggle', async () => {
  if (field('script').value === '') {
    const response = await fetch('faults').catch(() => undefined);
    const { script = {} } = response?.ok ? await response.json() : {};
    field('script').value ||= JSON.stringify(Object.keys(script).length ? script : EXAMPLE, undefined, 2);
  }
});

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    void look();
  }
});

void look();
