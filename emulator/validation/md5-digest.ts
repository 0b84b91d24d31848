/** Whether a hash can be the digest of anything: the Base64 form of exactly 16 bytes. */
export function isDigest(hash: string): boolean {
  const bytes = Buffer.from(hash, 'base64');
  return bytes.length === 16 && bytes.toString('base64') === hash;
}

/** @param member names the hash in the problem @returns problems as phrases, empty if there are none */
export function digestProblems(member: string, hash: string): string[] {
  return isDigest(hash) ? [] : [`${member} must be the Base64 form of 16 bytes`];
}
