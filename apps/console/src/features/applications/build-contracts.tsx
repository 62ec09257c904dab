import type { BuildDetail, BuildContracts as Contracts } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { Table } from '../../ui/table.tsx';

/** What a build provides to others and consumes of others, element by element. */
export function BuildContracts(props: { readonly build: BuildDetail['id'] }) {
  const contracts = useQuery({
    queryKey: ['build', props.build, 'contracts'],
    queryFn: () => api.getBuildContracts({ params: { build: props.build } }),
    // A build that ended keeps what it provides and was built against; who consumes it may change.
    staleTime: 60_000,
  });
  return (
    <section className="stack" aria-label="Contracts">
      <h2>Contracts</h2>
      <Read query={contracts} skeleton={<SkeletonRows rows={3} columns={4} />}>
        {({ provides, consumes }) =>
          provides.length === 0 && consumes.length === 0 ? (
            <p className="soft">
              This build provides nothing to others and consumes nothing of them. A module says so in its manifest, with{' '}
              <code>provides</code> and <code>consumes</code>.
            </p>
          ) : (
            <>
              {provides.length === 0 ? null : <Provided contracts={provides} />}
              {consumes.length === 0 ? null : <Consumed contracts={consumes} />}
            </>
          )
        }
      </Read>
    </section>
  );
}

function Provided(props: { readonly contracts: Contracts['provides'] }) {
  return (
    <Table headings={['Provides', 'Element', 'Fingerprint', 'Consumed by']}>
      {props.contracts.flatMap(({ contract, module, elements, consumers }) =>
        elements.map((element, index) => (
          <tr key={`${contract} ${element.key}`}>
            <td>{index === 0 ? <ContractName contract={contract} module={module} /> : null}</td>
            <td className="mono">{element.label}</td>
            <td className="mono soft">{element.fingerprint.slice(0, 12)}</td>
            <td>{index === 0 ? <Applications list={consumers} none="nobody yet" /> : null}</td>
          </tr>
        )),
      )}
    </Table>
  );
}

function Consumed(props: { readonly contracts: Contracts['consumes'] }) {
  return (
    <Table headings={['Consumes', 'Element', 'Built against', 'Provided by']}>
      {props.contracts.flatMap(({ contract, module, elements, providers }) =>
        elements.map(({ element, label, builtAgainst }, index) => (
          <tr key={`${contract} ${module} ${element}`}>
            <td>{index === 0 ? <ContractName contract={contract} module={module} /> : null}</td>
            <td className="mono">{element === '*' ? 'every element' : label}</td>
            <td className="mono soft">{builtAgainst?.slice(0, 12) ?? 'nothing provided it'}</td>
            <td>{index === 0 ? <Applications list={providers} none="nobody" /> : null}</td>
          </tr>
        )),
      )}
    </Table>
  );
}

function ContractName(props: { readonly contract: string; readonly module: string }) {
  return (
    <>
      {props.contract} <span className="soft">{props.module}</span>
    </>
  );
}

function Applications(props: { readonly list: Contracts['consumes'][number]['providers']; readonly none: string }) {
  if (props.list.length === 0) return <span className="soft">{props.none}</span>;
  return props.list.map(({ id, name }, index) => (
    <span key={id}>
      {index === 0 ? '' : ', '}
      <Link to="/applications/$application" params={{ application: name }} search={{}}>
        {name}
      </Link>
    </span>
  ));
}
