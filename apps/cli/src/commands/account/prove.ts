import type { ProofKind } from '@almanac/domain';
import type { Proof } from '@almanac/protocol';
import { type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ask, readAll } from '../../output/ask.ts';
import { CommandError } from '../../output/report-error.ts';

export const stepUp: CommandDefinition = {
  usage: 'step-up',
  summary: 'Prove again who you are: for ten minutes, what is sensitive passes',
  examples: ['almanac step-up', 'almanac step-up --code 123456', 'almanac step-up --password-stdin < password.txt'],
  options: [
    ['--code <code>', 'the code that your authenticator app shows'],
    ['--recovery-code <code>', 'one of your recovery codes, which is used up by it'],
    ['--password-stdin', 'read the password from standard input; for whoever has no second factor'],
  ],
  run: async (session, input) => {
    const { proofs } = await session.client.getProofs();
    const [code, recoveryCode] = ['code', 'recoveryCode'].map((each) => textOption(input, each));
    const given: Proof | undefined =
      code !== undefined
        ? { kind: 'code', code }
        : recoveryCode !== undefined
          ? { kind: 'recovery-code', code: recoveryCode }
          : input.options['passwordStdin'] === true
            ? { kind: 'password', password: (await readAll()).replace(/\r?\n$/, '') }
            : undefined;
    const answer = await session.client.giveProof({ body: given ?? (await askProof(proofs)) });
    session.show(answer, () => ['For ten minutes, what is sensitive passes. Repeat the command that was refused.']);
    return exitCodes.ok;
  },
};

/** Asks for one of the proofs that count; a terminal has no passkeys. */
export async function askProof(proofs: readonly ProofKind[]): Promise<Proof> {
  if (proofs.includes('code')) return { kind: 'code', code: await ask('Code of your authenticator app: ') };
  if (proofs.includes('password')) return { kind: 'password', password: await ask('Password: ', { hidden: true }) };
  if (proofs.includes('recovery-code'))
    return { kind: 'recovery-code', code: await ask('Recovery code (a passkey works in the console alone): ') };
  throw new CommandError('what you have works in the console alone; make a token there, and use it here');
}
