import { Page } from '../../ui/page.tsx';
import { OfflineNote } from '../../ui/page-states.tsx';
import { OwnFactors } from './own-factors.tsx';
import { OwnTokens } from './own-tokens.tsx';
import { OwnPassword, OwnSessions } from './password-and-sessions.tsx';

/** What concerns one's own account: how one proves who one is, where one is signed in, and with which tokens. */
export function AccountPage() {
  return (
    <Page title="Your account">
      <OfflineNote />
      <div className="stack">
        <h2>Second factors</h2>
        <OwnFactors />
        <h2>Password</h2>
        <OwnPassword />
        <h2>Sessions</h2>
        <OwnSessions />
        <h2>API tokens</h2>
        <OwnTokens />
      </div>
    </Page>
  );
}
