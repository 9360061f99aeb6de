import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Makes texts that only who has the secret can read or forge. */
export interface Seals {
  /** Unreserved characters of RFC 3986 alone. */
  seal(text: string, context: string): Promise<string>;
  /** What was sealed in that context; undefined for anything else. */
  open(sealed: string, context: string): Promise<string | undefined>;
}

const algorithm = 'aes-256-gcm';
const [saltBytes, tagBytes, keyBytes, ivBytes] = [16, 16, 32, 12];

/**
 * Seals of one purpose: AES-256-GCM, the context authenticated with the text. Each seal has a key of its own, derived
 * from the secret by HKDF (RFC 5869), so that no key meets a nonce twice however many seals there are.
 */
export function seals(secretOf: () => Promise<Uint8Array>, purpose: string): Seals {
  async function keyFor(salt: Uint8Array): Promise<{ key: Buffer; iv: Buffer }> {
    const derived = Buffer.from(hkdfSync('sha256', await secretOf(), salt, purpose, keyBytes + ivBytes));
    return { key: derived.subarray(0, keyBytes), iv: derived.subarray(keyBytes) };
  }

  return {
    async seal(text, context) {
      const salt = randomBytes(saltBytes);
      const { key, iv } = await keyFor(salt);
      const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(context));
      const sealed = [cipher.update(text, 'utf8'), cipher.final()];
      return Buffer.concat([salt, cipher.getAuthTag(), ...sealed]).toString('base64url');
    },

    async open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url');
      // The same bytes can be written in more than one way; only ours is a seal.
      if (bytes.length < saltBytes + tagBytes || bytes.toString('base64url') !== sealed) return undefined;
      const { key, iv } = await keyFor(bytes.subarray(0, saltBytes));
      const decipher = createDecipheriv(algorithm, key, iv)
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(saltBytes, saltBytes + tagBytes));
      const text = decipher.update(bytes.subarray(saltBytes + tagBytes));
      try {
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
