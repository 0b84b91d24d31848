import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ServiceError } from '../errors';

/**
 * Refuses a request that a web page of another origin has made its browser send. Such a page could otherwise change the
 * clock or the faults of any emulator on its visitor's machine, because a form needs nobody's leave to send.
 *
 * Browsers name the sender in `Origin` and `Sec-Fetch-Site`, and pages cannot forge either. Other clients send neither
 * and are served. Equal names in `Origin` and `Host` prove nothing if the name's owner lets it lead to this machine (DNS
 * rebinding), so a browser must have used a number or localhost.
 *
 * @throws ServiceError 403
 */
export function refuseOtherOrigins({ headers }: IncomingMessage): void {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  // "none": a person's own doing, such as an address that was typed.
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  const sender = origin === undefined || !URL.canParse(origin) ? undefined : new URL(origin);
  if (isForeign || (origin !== undefined && sender?.host !== host.toLowerCase())) {
    throw refused(
      `This request comes from the web page ${origin ?? 'of another origin'}, not from the emulator's own.`,
    );
  }
  if (sender && !cannotBeRebound(sender.hostname)) {
    throw refused(`From a browser, use the emulator by its number or as localhost, not as ${sender.hostname}.`);
  }
}

/** @param hostname of a URL, in lower case */
function cannotBeRebound(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || hostname === 'localhost' || hostname.endsWith('.localhost');
}

function refused(message: string): ServiceError {
  return new ServiceError('AccessDeniedException', 403, message);
}
