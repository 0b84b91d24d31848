/** The own paths of the local Data Exchange, by which a rehearsal moves its clock and does what no call of the API can. */
export interface EmulatorControl {
  readonly url: string;
  /** Moves the service time forward. */
  advance(seconds: number): Promise<void>;
  /** Makes a revision part of a product. */
  publish(revisionId: string): Promise<void>;
  /** Puts a data set into a product that this account subscribes to. @returns the id of the entitled data set */
  entitle(dataSetId: string): Promise<string>;
  /** Ends the subscription: the entitled data set is gone. */
  endEntitlement(dataSetId: string): Promise<void>;
}

/** @returns undefined if no local Data Exchange answers at that address */
export async function findEmulator(url: string): Promise<EmulatorControl | undefined> {
  const host = new URL(url).hostname;
  if (host.endsWith('.amazonaws.com') || host.endsWith('.amazonaws.com.cn')) {
    return undefined;
  }
  const answer = await fetch(`${url}/_emulator`).then(
    async (response) => (response.ok ? ((await response.json()) as { account?: string }) : undefined),
    () => undefined,
  );
  return typeof answer?.account === 'string' ? controlOf(url) : undefined;
}

function controlOf(url: string): EmulatorControl {
  return {
    url,
    advance: async (advanceSeconds) => void (await send(url, 'POST', '/clock', { advanceSeconds })),
    publish: async (revisionId) => void (await send(url, 'POST', `/revisions/${revisionId}/publish`)),
    entitle: async (dataSetId) => (await send(url, 'POST', `/data-sets/${dataSetId}/entitle`)).Id as string,
    endEntitlement: async (dataSetId) => void (await send(url, 'DELETE', `/data-sets/${dataSetId}/entitle`)),
  };
}

async function send(url: string, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/_emulator${path}`, { method, body: body && JSON.stringify(body) });
  if (!response.ok) {
    throw new Error(`the local Data Exchange answers ${response.status} to ${method} ${path}`);
  }
  return (await response.json()) as Record<string, unknown>;
}
