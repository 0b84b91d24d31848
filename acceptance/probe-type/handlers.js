/**
 * The handlers of the probe type. They write each event that they receive to the run's bucket, without credentials and
 * tokens, and answer as the property Script of the resource says. The bucket is the only place of a private type's
 * handlers that a caller reads at once and in order; the models lie there too, so that READ finds what CREATE made.
 *
 * Script is JSON: by operation (CREATE, READ, UPDATE, DELETE, LIST, and ROLLBACK for an UPDATE in a rollback) a list of
 * steps. The first call of an operation on a resource takes the first step, and so on; after the last one every call
 * succeeds at once. A step:
 *
 *   sleep         seconds before the answer
 *   until         waits before that until a call has come or answered: "events/CREATE/1", "ended/CREATE/0"
 *   throw, exit   the handler throws an error of this text, or ends its process
 *   raw           this value is the answer
 *   event         members of the progress event: status, errorCode, message, callbackDelaySeconds, callbackContext
 *   contextBytes  the callback context is filled up to this size
 *   model         "none" and "anonymous" (without identifier) leave out what an answer would have
 *   set           values that the model of the answer has
 *   gone          the resource is removed first
 *
 * Plain JavaScript without dependencies: what is packed is what is read here.
 */
const { createHash, createHmac, randomUUID } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');
const { gunzipSync } = require('node:zlib');
const { bucket } = require('./settings.json');

/** Milliseconds. */
const LONGEST_WAIT = 150_000;

exports.entrypoint = async function entrypoint(received) {
  const at = Date.now();
  const compressed = '__COMPRESSED__' in received;
  const event = compressed
    ? JSON.parse(gunzipSync(Buffer.from(received.__COMPRESSED__, 'base64')).toString())
    : received;
  const store = new Store(event);
  const wanted = event.requestData.resourceProperties ?? {};
  const operation = event.action === 'UPDATE' && event.rollback === true ? 'ROLLBACK' : event.action;
  const stored = wanted.Id === undefined ? undefined : await store.get(`models/${wanted.Id}.json`);
  const name = wanted.Name ?? stored?.Name ?? 'unknown';

  const folder = `events/${name}/${operation}/`;
  const call = (await store.list(folder)).length;
  const record = { at, operation, call, compressed, bytes: JSON.stringify(received).length, event: redacted(event) };
  await store.put(`${folder}${at}-${randomUUID().slice(0, 8)}.json`, record);

  const step = JSON.parse(wanted.Script ?? stored?.Script ?? '{}')[operation]?.[call] ?? {};
  if (step.until !== undefined) {
    await happened(store, name, step.until);
  }
  await sleep((step.sleep ?? 0) * 1000);
  if (step.exit) {
    process.exit(1);
  }
  if (step.throw !== undefined) {
    throw new Error(step.throw);
  }
  if (step.gone) {
    await store.remove(`models/${wanted.Id}.json`);
  }
  const given = step.raw ?? (await answer(event, step, step.gone ? undefined : stored, store));
  await store.put(`ended/${name}/${operation}/${call}`, { at: Date.now() });
  return given;
};

/** Waits for another call of the same resource, at most as long as a function may run. */
async function happened(store, name, what) {
  const [kind, operation, call] = what.split('/');
  const prefix = kind === 'events' ? `events/${name}/${operation}/` : `ended/${name}/${operation}/${call}`;
  const wanted = kind === 'events' ? Number(call) + 1 : 1;
  const until = Date.now() + LONGEST_WAIT;
  while (Date.now() < until && (await store.list(prefix)).length < wanted) {
    await sleep(200);
  }
}

async function answer(event, step, stored, store) {
  const id = event.requestData.resourceProperties?.Id;
  switch (event.action) {
    case 'CREATE': {
      const made = { Id: newId(event), Made: 'by CREATE' };
      return changed(event, step, made, store);
    }
    case 'UPDATE':
      return stored === undefined ? failed('NotFound', id) : changed(event, step, { Id: id, Made: 'by UPDATE' }, store);
    case 'READ':
      return stored === undefined
        ? failed('NotFound', id)
        : { status: 'SUCCESS', resourceModel: readable(stored), ...step.event };
    case 'DELETE': {
      if (stored === undefined) {
        return failed('NotFound', id);
      }
      const given = { status: 'SUCCESS', ...step.event };
      if (given.status === 'SUCCESS') {
        await store.remove(`models/${id}.json`);
        return given;
      }
      return { ...given, resourceModel: { Id: id } };
    }
    case 'LIST': {
      const keys = await store.list('models/');
      const models = await Promise.all(keys.map((key) => store.get(key)));
      return { status: 'SUCCESS', resourceModels: models.filter((model) => model !== undefined).map(readable) };
    }
    default:
      return failed('InvalidRequest', `unknown action ${event.action}`);
  }
}

/** Answers have the types of the schema, whether or not events have them. */
function typed({ Count, Flag, ...model }) {
  return {
    ...model,
    ...(Count !== undefined && { Count: Number(Count) }),
    ...(Flag !== undefined && { Flag: String(Flag) === 'true' }),
  };
}

/** What CREATE and UPDATE answer. The model of IN_PROGRESS is the whole one, since it is the next call's. */
async function changed(event, step, made, store) {
  const given = { status: 'SUCCESS', ...step.event };
  const model = typed({ ...event.requestData.resourceProperties, ...made, ...step.set });
  if (given.status !== 'FAILED') {
    await store.put(`models/${model.Id}.json`, model);
  }
  if (step.contextBytes !== undefined) {
    given.callbackContext = { ...given.callbackContext, filling: 'x'.repeat(step.contextBytes) };
  }
  if (step.model === 'none') {
    return given;
  }
  const { Id, ...anonymous } = given.status === 'SUCCESS' ? readable(model) : model;
  return { ...given, resourceModel: step.model === 'anonymous' ? anonymous : { ...anonymous, Id } };
}

/** The same for each call of one CREATE, whatever CloudFormation remembers of the first. */
function newId(event) {
  return `${event.requestData.resourceProperties.Name}-${digest(event.bearerToken).slice(0, 12)}`;
}

function readable({ Unreadable, ...model }) {
  return model;
}

function failed(errorCode, message) {
  return { status: 'FAILED', errorCode, message: String(message) };
}

/** The event without what would let anybody act: credentials become "given", tokens a part of their digest. */
function redacted(value, key = '') {
  if (/credentials$/i.test(key)) {
    return value === null ? null : 'given';
  }
  if (/token$/i.test(key) && typeof value === 'string') {
    return digest(value).slice(0, 12);
  }
  if (key === 'filling') {
    return value.length;
  }
  if (Array.isArray(value)) {
    return value.map((each) => redacted(each));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redacted(each, name)]));
  }
  return value;
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** The run's bucket, by the credentials of the event. */
class Store {
  constructor(event) {
    this.region = event.region;
    this.credentials = event.requestData.callerCredentials;
    const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
    this.endpoint = new URL(AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL ?? `https://s3.${event.region}.amazonaws.com`);
  }

  put(key, value) {
    return this.call('PUT', key, '', JSON.stringify(value));
  }

  remove(key) {
    return this.call('DELETE', key);
  }

  /** @returns undefined if there is no such object */
  async get(key) {
    const text = await this.call('GET', key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** The keys that begin with a prefix, up to 1,000. */
  async list(prefix) {
    const xml = await this.call('GET', '', `list-type=2&prefix=${encodeURIComponent(prefix)}`);
    return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key);
  }

  /** One request, signed with Signature Version 4. @returns the body, or undefined for 404 */
  async call(method, key, query = '', body = '') {
    const path = `/${bucket}${key === '' ? '' : `/${key}`}`;
    const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, '');
    const headers = {
      host: this.endpoint.host,
      'x-amz-content-sha256': digest(body),
      'x-amz-date': time,
      'x-amz-security-token': this.credentials.sessionToken,
    };
    const names = Object.keys(headers).join(';');
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    const canonical = [method, path, query, lines.join(''), names, digest(body)].join('\n');
    const scope = [time.slice(0, 8), this.region, 's3', 'aws4_request'];
    const secret = Buffer.from(`AWS4${this.credentials.secretAccessKey}`);
    const signingKey = scope.reduce((secretKey, part) => hmac(secretKey, part), secret);
    const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), digest(canonical)].join('\n');
    const credential = `${this.credentials.accessKeyId}/${scope.join('/')}`;
    const signature = hmac(signingKey, toSign).toString('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;

    const url = `${this.endpoint.origin}${path}${query === '' ? '' : `?${query}`}`;
    const { host, ...sent } = headers;
    const sentBody = method === 'PUT' ? body : undefined;
    const response = await fetch(url, { method, headers: { ...sent, authorization }, body: sentBody });
    const text = await response.text();
    if (response.status === 404 && key !== '') {
      return undefined;
    }
    if (!response.ok) {
      throw new Error(`S3 answered ${response.status} to ${method} of ${key === '' ? prefixOf(query) : key}`);
    }
    return text;
  }
}

function prefixOf(query) {
  return decodeURIComponent(query);
}

function hmac(key, text) {
  return createHmac('sha256', key).update(text).digest();
}
