import type { AffectedPrincipalView } from '@almanac/protocol';
import { Table } from '../../ui/table.tsx';

/** Who could do other things than now, before a role is saved. */
export function AffectedPeople(props: {
  readonly preview: { readonly affected: readonly AffectedPrincipalView[]; readonly total: number };
}) {
  const { affected, total } = props.preview;
  if (total === 0)
    return (
      <div className="note" role="status">
        Nobody could do anything else than now.
      </div>
    );
  return (
    <section className="stack-small" aria-label="Whom it concerns">
      <h2>{total === 1 ? 'It concerns one' : `It concerns ${total}`}</h2>
      <Table headings={['Who', 'Where', 'Gets', 'Loses']}>
        {affected.flatMap(({ principal, places, rights }) => [
          ...places.map(({ environment, application, gained, lost }) => (
            <tr key={`${principal.id} ${environment.id} ${application?.id ?? ''}`}>
              <td>{principal.name}</td>
              <td>{application === null ? environment.name : `${application.name} in ${environment.name}`}</td>
              <td className="gained">{gained.join(', ') || '–'}</td>
              <td className="lost">{lost.join(', ') || '–'}</td>
            </tr>
          )),
          rights.gained.length + rights.lost.length === 0 ? null : (
            <tr key={`${principal.id} rights`}>
              <td>{principal.name}</td>
              <td>rights of the installation</td>
              <td className="gained">{rights.gained.join(', ') || '–'}</td>
              <td className="lost">{rights.lost.join(', ') || '–'}</td>
            </tr>
          ),
        ])}
      </Table>
      {total > affected.length ? <p className="soft">and {total - affected.length} more</p> : null}
    </section>
  );
}
