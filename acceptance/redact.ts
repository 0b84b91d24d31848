import { Redactor } from '../src/runtime/redaction';
import { prefixOf } from './ledger';

/**
 * Takes out of a text what belongs in no report: credentials, the queries of URLs (they sign them), ids, the account.
 *
 * @param secrets credentials of the run
 */
export function redactor(account: string, runId: string, secrets: readonly string[]): (text: string) => string {
  const redact = new Redactor(secrets);
  return (text) =>
    redact
      .text(text.replace(/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/g, '$1?…'))
      .replaceAll(prefixOf(runId), '')
      .replaceAll(runId, '<run>')
      .replaceAll(account, '<account>')
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
      .replace(/\b(?=[a-z]*\d)[a-z0-9]{30,40}\b/gi, '<id>');
}
