import '../../styles/governance.css';
import { Page } from '../../ui/page.tsx';
import { OfflineNote } from '../../ui/page-states.tsx';
import { Freezes } from './freezes.tsx';
import { Policies } from './policies.tsx';
import { Quarantines } from './quarantines.tsx';

/** What environments ask of a change, what is frozen, and what nobody deploys. */
export function GovernancePage() {
  return (
    <Page title="Governance" under="What environments ask of a change, what is frozen, and what nobody deploys">
      <OfflineNote />
      <div className="stack">
        <Policies />
        <Freezes />
        <Quarantines />
      </div>
    </Page>
  );
}
