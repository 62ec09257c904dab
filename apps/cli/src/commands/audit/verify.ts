import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { type AuditCheckpoint, type AuditFault, AuditVerifier } from '@almanac/domain';
import { auditCheckpoint, auditLine } from '@almanac/protocol';
import { type CommandDefinition, listOption, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { listAll, pageQuery } from '../../paging.ts';
import type { Session } from '../../session.ts';

export const verifyAudit: CommandDefinition = {
  usage: 'verify',
  summary: 'Read the whole audit and check on this machine that nobody changed it',
  examples: ['almanac audit verify', 'almanac audit verify --against checkpoints.jsonl'],
  options: [
    ['--against <file>', 'checkpoints that were kept elsewhere, a line each: they show a tail that was cut'],
    ['--key <key...>', 'the public keys that sign, as they were noted earlier; without them the server is believed'],
  ],
  run: async (session, input) => {
    const told = await checkpointsOf(session);
    const file = textOption(input, 'against');
    const noted = listOption(input, 'key');
    const kept = file === undefined ? [] : await readCheckpoints(file);
    const verifier = new AuditVerifier({
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
      checkpoints: [...kept, ...told.checkpoints],
      isSigned: (text, by) => {
        const known =
          noted.length > 0 ? noted : told.keys.filter((each) => each.keyId === by.keyId).map((each) => each.publicKey);
        return known.some((publicKey) => isSignedBy(text, { signature: by.signature, publicKey }));
      },
    });
    const answer = await session.client.exportAudit({ query: {} });
    if (!(answer instanceof Response) || answer.body === null)
      throw new CommandError('the server sent no entries', exitCodes.defect);
    for await (const line of createInterface({ input: Readable.fromWeb(answer.body) }))
      if (line !== '') verifier.entry(auditLine.parse(JSON.parse(line)));
    const verdict = verifier.end();
    session.show({ ...verdict, unsealed: told.unsealed, kept: kept.length }, () => [
      ...verdict.faults.map((each) => `${session.terminal.paint('red', '✗')} ${faultWords(each)}`),
      verdict.last === null
        ? 'There are no sealed entries.'
        : `${verdict.entries} entries, ${verdict.first} to ${verdict.last}: ${
            verdict.faults.length === 0 ? 'nobody changed them' : 'do not trust them'
          }; ${verdict.confirmed} signed checkpoints agree.`,
      ...(told.unsealed === 0 ? [] : [`${told.unsealed} newer entries are not sealed yet.`]),
      ...(file === undefined
        ? ['A tail that was cut shows only against checkpoints that were kept elsewhere: --against <file>.']
        : []),
    ]);
    return verdict.faults.length === 0 ? exitCodes.ok : exitCodes.workFailed;
  },
};

async function checkpointsOf(session: Session) {
  let [keys, unsealed]: [readonly { readonly keyId: string; readonly publicKey: string }[], number] = [[], 0];
  const checkpoints = await listAll(async (cursor) => {
    const found = await session.client.listAuditCheckpoints({ query: pageQuery(cursor) });
    ({ keys, unsealed } = found);
    return found;
  });
  return { checkpoints, keys, unsealed };
}

async function readCheckpoints(file: string): Promise<readonly AuditCheckpoint[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((each) => each.trim() !== '');
  return lines.map((line, at) => {
    const parsed = auditCheckpoint.safeParse(parseJson(line));
    if (!parsed.success) throw new CommandError(`${file}, line ${at + 1}, is no checkpoint`);
    return parsed.data;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Ed25519, with the key as its 32 bytes in base64url. */
function isSignedBy(text: string, by: { readonly signature: string; readonly publicKey: string }): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: by.publicKey }, format: 'jwk' });
  return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(by.signature, 'base64url'));
}

function faultWords(fault: AuditFault): string {
  switch (fault.kind) {
    case 'gap':
      return `after entry ${fault.expected - 1} comes ${fault.found}: entries are missing or in another order`;
    case 'altered':
      return `entry ${fault.sequence} is not what was sealed`;
    case 'rewritten':
      return `entry ${fault.sequence} is another one than the one that was signed: the chain was written anew`;
    case 'cut':
      return `entry ${fault.sequence} was signed, and the chain ends at ${fault.last}`;
    case 'forged-checkpoint':
      return `the checkpoint of entry ${fault.sequence} is signed by nobody who is known`;
  }
}
