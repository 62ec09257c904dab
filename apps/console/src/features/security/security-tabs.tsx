import { PageTabs } from '../../ui/page-tabs.tsx';

const parts = [
  { to: '/security/sign-in', label: 'Sign-in' },
  { to: '/security/second-factors', label: 'Second factors' },
  { to: '/security/networks', label: 'Networks' },
  { to: '/security/numbers', label: 'Numbers' },
  { to: '/security/signing-keys', label: 'Signing keys' },
  { to: '/audit', label: 'Audit' },
] as const;

/** The parts of security. */
export function SecurityTabs(props: { readonly active: (typeof parts)[number]['to'] }) {
  return <PageTabs label="Parts of security" parts={parts} active={props.active} />;
}
