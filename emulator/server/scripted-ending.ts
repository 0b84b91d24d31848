import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock';
import { ServiceError, STATUS_OF_ERROR } from '../errors';
import type { Decision } from '../faults/fault-engine';
import type { FaultError } from '../faults/fault-script';

type Ending = NonNullable<Decision['ending']>;

/** Waits as the script says. @param signal ends the waiting when the emulator stops */
export async function waitAsScripted(delays: Decision['delays'], clock: Clock, signal: AbortSignal): Promise<void> {
  for (const { seconds = 0, milliseconds = 0 } of delays) {
    if (seconds) await clock.wait(seconds * 1000, signal);
    if (milliseconds) await wallPause(milliseconds, signal);
  }
}

/**
 * Ends a call as the script says.
 * @param sendError how errors look on this kind of request
 * @returns status and error name for the journal, if there was an answer
 */
export function endAsScripted(
  ending: Ending,
  request: IncomingMessage,
  response: ServerResponse,
  sendError: (error: ServiceError) => void,
): { status?: number; error?: string } {
  if (ending.error) {
    const error = asServiceError(ending.error);
    sendError(error);
    return { status: error.status, error: error.code };
  }
  if (ending.answer) {
    const { status, contentType = 'text/html', text = '', headers = {} } = ending.answer;
    response.writeHead(status, { 'content-type': contentType, ...headers });
    response.end(status === 204 || request.method === 'HEAD' ? undefined : text);
    return { status };
  }
  // A silent connection stays open until the client gives up or the emulator stops.
  if (ending.connection === 'reset') request.socket.resetAndDestroy();
  return {};
}

function asServiceError(given: string | FaultError): ServiceError {
  const { name, status, message, members }: FaultError = typeof given === 'string' ? { name: given } : given;
  return new ServiceError(
    name,
    status ?? STATUS_OF_ERROR[name] ?? 400,
    message ?? `${name}, as the fault script says.`,
    members,
  );
}

function wallPause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
