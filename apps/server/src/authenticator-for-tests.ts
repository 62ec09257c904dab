import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A passkey in software (WebAuthn, ES256): what it says can be bent, so that refusals can be tested. */
export interface AuthenticatorForTests {
  readonly create: (options: Challenged, bent?: Bent) => object;
  readonly prove: (options: Challenged, bent?: Bent) => object;
}

interface Challenged {
  readonly challenge: string;
}

interface Bent {
  readonly origin?: string;
  /** To whom it is bound. */
  readonly party?: string;
  /** Whether its owner unlocked it. */
  readonly unlocked?: boolean;
  readonly counter?: number;
  readonly challenge?: string;
  readonly userHandle?: string;
}

const flags = { present: 0x01, unlocked: 0x04, attested: 0x40 };

export function createAuthenticator(own: { readonly origin: string; readonly party: string }): AuthenticatorForTests {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(16);
  let counter = 0;
  const clientData = (type: string, { challenge }: Challenged, bent: Bent): Buffer =>
    Buffer.from(
      JSON.stringify({
        type,
        challenge: bent.challenge ?? challenge,
        origin: bent.origin ?? own.origin,
        crossOrigin: false,
      }),
    );
  const authData = (bent: Bent, attested: Buffer | undefined): Buffer => {
    counter += 1;
    const unlocked = bent.unlocked === false ? 0 : flags.unlocked;
    const head = Buffer.alloc(5);
    head.writeUInt8(flags.present | unlocked | (attested === undefined ? 0 : flags.attested), 0);
    head.writeUInt32BE(bent.counter ?? counter, 1);
    return Buffer.concat([sha256(bent.party ?? own.party), head, attested ?? Buffer.alloc(0)]);
  };
  const answer = (response: Readonly<Record<string, Buffer | string>>) => ({
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    type: 'public-key',
    clientExtensionResults: {},
    response: Object.fromEntries(
      Object.entries(response).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : value.toString('base64url'),
      ]),
    ),
  });
  return {
    create: (options, bent = {}) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const cose = Buffer.concat([
        Buffer.from('a5010203262001215820', 'hex'),
        Buffer.from(x, 'base64url'),
        Buffer.from('225820', 'hex'),
        Buffer.from(y, 'base64url'),
      ]);
      const data = authData(bent, Buffer.concat([Buffer.alloc(16), length, id, cose]));
      const size = Buffer.from([0x58, data.length]);
      const object = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
        size,
        data,
      ]);
      return answer({ clientDataJSON: clientData('webauthn.create', options, bent), attestationObject: object });
    },
    prove: (options, bent = {}) => {
      const client = clientData('webauthn.get', options, bent);
      const data = authData(bent, undefined);
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey);
      return answer({
        clientDataJSON: client,
        authenticatorData: data,
        signature,
        ...(bent.userHandle === undefined ? {} : { userHandle: bent.userHandle }),
      });
    },
  };
}

function sha256(content: string | Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
