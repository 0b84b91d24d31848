/** Whether a hash can be the digest of anything: the Base64 form of exactly 16 bytes. */
export function isDigest(hash: string): boolean {
  const bytes = Buffer.from(hash, 'base64');
  return bytes.length === 16 && bytes.toString('base64') === hash;
}
