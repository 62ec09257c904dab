import { refuse } from '@almanac/domain';

/** Checks an address before a builder is asked: what is not supported is refused at once, with the reason. */
export function checkRepositoryAddress(repository: string): void {
  if (repository.startsWith('/')) return;
  let url: URL;
  try {
    url = new URL(repository);
  } catch {
    refuse(
      'unsupported-repository',
      `${repository} is neither an https:// or file:// address nor an absolute path; git@host addresses come with credentials, which are not supported yet`,
    );
  }
  if (url.username !== '' || url.password !== '')
    refuse(
      'unsupported-repository',
      'the address carries credentials; private repositories are not supported yet. Remove them from the address',
    );
  if (url.protocol !== 'https:' && url.protocol !== 'file:')
    refuse('unsupported-repository', `${url.protocol}// is not supported; use https:// or file://`);
}
