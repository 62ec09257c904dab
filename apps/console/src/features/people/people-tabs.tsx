import { PageTabs } from '../../ui/page-tabs.tsx';
import '../../styles/people.css';

const parts = [
  { to: '/people', label: 'People' },
  { to: '/people/teams', label: 'Teams' },
  { to: '/people/roles', label: 'Roles' },
  { to: '/people/grants', label: 'Grants' },
  { to: '/people/access', label: 'Who may what' },
] as const;

/** The parts of people and access. */
export function PeopleTabs(props: { readonly active: (typeof parts)[number]['to'] }) {
  return <PageTabs label="Parts of people and access" parts={parts} active={props.active} />;
}
