import type { IncomingMessage } from 'node:http';

/** Host and port by which the client reached the service, for URLs that it can use. */
export function hostOf({ headers, socket }: IncomingMessage): string {
  return headers.host || `${socket.localAddress}:${socket.localPort}`;
}
