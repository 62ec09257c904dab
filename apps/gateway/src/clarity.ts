import type { ClientRequest } from './client-request.ts';

/**
 * Whether every reader agrees on where a request ends and whom it is for, beyond what Node's parsers insist on (RFC
 * 9112, sections 3.2 and 6.1; RFC 9113, section 8.3.1). A backend may read less strictly than we do; what two readers
 * take for different requests is how one is smuggled past us.
 */
export function isClear(request: ClientRequest): boolean {
  return isPath(request.url) && (request.stream === undefined ? isOneMessage(request) : hasOneAuthority(request));
}

function isOneMessage(request: ClientRequest): boolean {
  const coding = request.headers['transfer-encoding'];
  // Another coding would have to be undone here, since it ends here; and HTTP/1.0 has none.
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || request.httpVersion === '1.0')) return false;
  return hasOneHost(request);
}

function hasOneAuthority({ authority, headers, method }: ClientRequest): boolean {
  return (
    method !== 'CONNECT' &&
    authority !== undefined &&
    authority !== '' &&
    (headers.host === undefined || headers.host === authority)
  );
}

/** Only paths pass: a whole address names a host of its own, and may name another one than the Host header. */
function isPath(url: string | undefined): boolean {
  return url?.startsWith('/') === true && !url.includes('#');
}

function hasOneHost({ rawHeaders, httpVersion }: ClientRequest): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.length === 4 && rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0');
}
