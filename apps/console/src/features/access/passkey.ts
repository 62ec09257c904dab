import {
  type PublicKeyCredentialCreationOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { api } from '../../api.ts';

/** Whether this page may use passkeys: browsers want a name and a safe connection, and know `localhost` as both. */
export function passkeysWork(): boolean {
  return window.isSecureContext && 'credentials' in navigator && !/^[\d.]+$|^\[/.test(location.hostname);
}

/** Has the browser ask for a passkey, of whoever the server knows, or of anybody. */
export async function askForPasskey() {
  const optionsJSON = await api.askPasskey({ body: {} });
  // The answer holds what the library takes; our schema keeps members that it does not name.
  const request = optionsJSON as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'];
  return withoutUndefined(await startAuthentication({ optionsJSON: request }));
}

/** Has the browser make a passkey, and gives it a name. */
export async function makePasskey(name: string) {
  const optionsJSON = await api.beginPasskey({ body: {} });
  const creation = optionsJSON as unknown as PublicKeyCredentialCreationOptionsJSON;
  const response = withoutUndefined(await startRegistration({ optionsJSON: creation }));
  return api.addPasskey({ body: { name, response } });
}

/** What crosses the wire anyway: members without a value are left out. */
function withoutUndefined<Value>(value: Value): never {
  return JSON.parse(JSON.stringify(value)) as never;
}

/** What a browser says when somebody closed its question, in words of ours. */
export function passkeyError(error: unknown): unknown {
  return error instanceof Error && error.name === 'NotAllowedError'
    ? new Error('The browser was not given a passkey; try again, or another way')
    : error;
}
