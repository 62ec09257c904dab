import { auditCategories } from '@almanac/domain';
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { z } from 'zod';
import { api, isProblem } from './api.ts';
import { BreakGlassPage } from './features/access/break-glass-page.tsx';
import { PasswordPage } from './features/access/password-page.tsx';
import { ProviderCallbackPage } from './features/access/provider-callback-page.tsx';
import { SetupPage } from './features/access/setup-page.tsx';
import { SignInPage } from './features/access/sign-in-page.tsx';
import { AccountPage } from './features/account/account-page.tsx';
import { ApplicationPage } from './features/applications/application-page.tsx';
import { ApplicationsPage } from './features/applications/applications-page.tsx';
import { BuildPage } from './features/applications/build-page.tsx';
import { AuditPage } from './features/audit/audit-page.tsx';
import { EnvironmentPage } from './features/environments/environment-page.tsx';
import { BoardPage } from './features/estate/board-page.tsx';
import { GovernancePage } from './features/governance/governance-page.tsx';
import { HistoryPage } from './features/history/history-page.tsx';
import { NotificationsPage } from './features/notifications/notifications-page.tsx';
import { SubscriptionPage } from './features/notifications/subscription-page.tsx';
import { PeoplePage } from './features/people/people-page.tsx';
import { PlansPage } from './features/plans/plans-page.tsx';
import { ProviderPage } from './features/providers/provider-page.tsx';
import { ProvidersPage } from './features/providers/providers-page.tsx';
import { SecondFactorsPage } from './features/security/second-factors-page.tsx';
import { SettingsPage } from './features/settings/settings-page.tsx';
import { SitePage } from './features/sites/site-page.tsx';
import { SitesPage } from './features/sites/sites-page.tsx';
import { Shell } from './shell/shell.tsx';
import { ErrorNote } from './ui/page-states.tsx';

interface RouterContext {
  readonly queryClient: QueryClient;
  /** The query of the address at which the console was opened, as it was written. */
  readonly cameWith: string;
}

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: ({ error }) => (
    <div className="centered">
      <ErrorNote error={error} retry={() => location.reload()} />
    </div>
  ),
  notFoundComponent: () => (
    <div className="centered">
      <p>
        There is no such page. <a href="/">Back to the estate</a>
      </p>
    </div>
  ),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: z.object({ token: z.string().optional() }),
  component: SetupPage,
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: z.object({ to: z.string().optional() }),
  component: SignInPage,
});

const providerCallback = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/callback/$provider',
  component: ProviderCallbackPage,
});

const breakGlass = createRoute({ getParentRoute: () => root, path: '/break-glass', component: BreakGlassPage });
const password = createRoute({ getParentRoute: () => root, path: '/password', component: PasswordPage });

/** Everything behind the sign-in: whoever is not signed in is sent there, and comes back afterwards. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location: wanted }) => {
    try {
      const me = await context.queryClient.fetchQuery({
        queryKey: ['me'],
        queryFn: () => api.getMe(),
        staleTime: 60_000,
      });
      return { me };
    } catch (error) {
      const out = isProblem(error, 'not-signed-in') || isProblem(error, 'second-factor-needed');
      // The router takes what is thrown here for where to go.
      // oxlint-disable-next-line typescript/only-throw-error
      if (out) throw redirect({ to: '/sign-in', search: { to: wanted.href } });
      throw error;
    }
  },
  component: Shell,
});

const board = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  validateSearch: z.object({
    search: z.string().optional(),
    by: z.literal('team').optional(),
    cell: z.string().optional(),
    add: z.boolean().optional(),
  }),
  component: BoardPage,
});
const applications = createRoute({
  getParentRoute: () => signedIn,
  path: '/applications',
  component: ApplicationsPage,
});
const application = createRoute({
  getParentRoute: () => signedIn,
  path: '/applications/$application',
  validateSearch: z.object({
    tab: z.enum(['builds', 'versions', 'environments', 'settings', 'headers']).optional(),
    in: z.string().optional(),
  }),
  component: ApplicationPage,
});
const build = createRoute({ getParentRoute: () => signedIn, path: '/builds/$build', component: BuildPage });
const plans = createRoute({
  getParentRoute: () => signedIn,
  path: '/plans',
  validateSearch: z.object({ environment: z.string().optional() }),
  component: PlansPage,
});
const compose = createRoute({
  getParentRoute: () => signedIn,
  path: '/plans/compose',
  validateSearch: z.object({
    to: z.string().optional(),
    from: z.string().optional(),
    choose: z.string().optional(),
    // Addresses are written by hand too.
    rollout: z.record(z.string(), z.string()).optional().catch(undefined),
    everything: z.boolean().optional(),
    filter: z.coerce.string().optional(),
    team: z.coerce.string().optional(),
    all: z.boolean().optional(),
    plan: z.number().optional(),
  }),
  component: lazyRouteComponent(() => import('./features/plans/compose-page.tsx'), 'ComposePage'),
});
const releases = createRoute({
  getParentRoute: () => signedIn,
  path: '/releases',
  component: lazyRouteComponent(() => import('./features/releases/releases-page.tsx'), 'ReleasesPage'),
});
const release = createRoute({
  getParentRoute: () => signedIn,
  path: '/releases/$release',
  component: lazyRouteComponent(() => import('./features/releases/release-page.tsx'), 'ReleasePage'),
});
const policy = createRoute({
  getParentRoute: () => signedIn,
  path: '/governance/policy',
  validateSearch: z.object({
    scope: z.enum(['estate', 'path', 'environment']).optional(),
    environment: z.string().optional(),
  }),
  component: lazyRouteComponent(() => import('./features/governance/policy-page.tsx'), 'PolicyPage'),
});
const plan = createRoute({
  getParentRoute: () => signedIn,
  path: '/plans/$plan',
  component: lazyRouteComponent(() => import('./features/plans/plan-page.tsx'), 'PlanPage'),
});
const sites = createRoute({ getParentRoute: () => signedIn, path: '/sites', component: SitesPage });
const site = createRoute({
  getParentRoute: () => signedIn,
  path: '/sites/$site',
  validateSearch: z.object({ log: z.string().optional() }),
  component: SitePage,
});
const environment = createRoute({
  getParentRoute: () => signedIn,
  path: '/environments/$environment',
  validateSearch: z.object({
    tab: z.enum(['now', 'rings', 'headers', 'history']).optional(),
    at: z.string().optional(),
    with: z.string().optional(),
    show: z.enum(['state']).optional(),
  }),
  component: EnvironmentPage,
});
const history = createRoute({
  getParentRoute: () => signedIn,
  path: '/history',
  validateSearch: z.object({ environment: z.string().optional(), application: z.string().optional() }),
  component: HistoryPage,
});
const governance = createRoute({ getParentRoute: () => signedIn, path: '/governance', component: GovernancePage });
const people = createRoute({ getParentRoute: () => signedIn, path: '/people', component: PeoplePage });
const teams = createRoute({
  getParentRoute: () => signedIn,
  path: '/people/teams',
  component: lazyRouteComponent(() => import('./features/people/teams-page.tsx'), 'TeamsPage'),
});
const team = createRoute({
  getParentRoute: () => signedIn,
  path: '/people/teams/$team',
  component: lazyRouteComponent(() => import('./features/people/team-page.tsx'), 'TeamPage'),
});
const roles = createRoute({
  getParentRoute: () => signedIn,
  path: '/people/roles',
  component: lazyRouteComponent(() => import('./features/people/roles-page.tsx'), 'RolesPage'),
});
const role = createRoute({
  getParentRoute: () => signedIn,
  path: '/people/roles/$role',
  component: lazyRouteComponent(() => import('./features/people/role-page.tsx'), 'RolePage'),
});
const grants = createRoute({
  getParentRoute: () => signedIn,
  path: '/people/grants',
  component: lazyRouteComponent(() => import('./features/people/grants-page.tsx'), 'GrantsPage'),
});
const access = createRoute({
  getParentRoute: () => signedIn,
  path: '/people/access',
  validateSearch: z.object({
    person: z.string().optional(),
    environment: z.string().optional(),
    application: z.string().optional(),
    from: z.string().optional(),
  }),
  component: lazyRouteComponent(() => import('./features/people/access-page.tsx'), 'AccessPage'),
});
const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  validateSearch: z.object({
    actor: z.string().optional(),
    action: z.string().optional(),
    category: z.enum(auditCategories).optional(),
    subject: z.string().optional(),
  }),
  component: AuditPage,
});
const account = createRoute({ getParentRoute: () => signedIn, path: '/account', component: AccountPage });
/** What belongs to security has pages of its own; the first of them stands for all. */
const security = createRoute({
  getParentRoute: () => signedIn,
  path: '/security',
  beforeLoad: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- thrown, it is where the router goes
    throw redirect({ to: '/security/sign-in', replace: true });
  },
});
const secondFactors = createRoute({
  getParentRoute: () => signedIn,
  path: '/security/second-factors',
  component: SecondFactorsPage,
});
const networks = createRoute({
  getParentRoute: () => signedIn,
  path: '/security/networks',
  component: lazyRouteComponent(() => import('./features/networks/networks-page.tsx'), 'NetworksPage'),
});
const numbers = createRoute({
  getParentRoute: () => signedIn,
  path: '/security/numbers',
  component: lazyRouteComponent(() => import('./features/security/numbers-page.tsx'), 'NumbersPage'),
});
const signingKeys = createRoute({
  getParentRoute: () => signedIn,
  path: '/security/signing-keys',
  component: lazyRouteComponent(() => import('./features/signing-keys/signing-keys-page.tsx'), 'SigningKeysPage'),
});
const settings = createRoute({ getParentRoute: () => signedIn, path: '/settings', component: SettingsPage });
const notifications = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/notifications',
  component: NotificationsPage,
});
const subscription = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/notifications/$subscription',
  component: SubscriptionPage,
});

const providers = createRoute({ getParentRoute: () => signedIn, path: '/security/sign-in', component: ProvidersPage });
const provider = createRoute({
  getParentRoute: () => signedIn,
  path: '/security/sign-in/$provider',
  component: ProviderPage,
});

const tree = root.addChildren([
  setup,
  signIn,
  providerCallback,
  password,
  breakGlass,
  signedIn.addChildren([
    board,
    applications,
    application,
    build,
    plans,
    compose,
    plan,
    releases,
    release,
    policy,
    sites,
    site,
    environment,
    history,
    governance,
    people,
    teams,
    team,
    roles,
    role,
    grants,
    access,
    audit,
    account,
    security,
    secondFactors,
    networks,
    numbers,
    signingKeys,
    settings,
    notifications,
    subscription,
    providers,
    provider,
  ]),
]);

/** The pages of the console; every one has an address that stays. */
export function createConsoleRouter(context: RouterContext) {
  return createRouter({ routeTree: tree, context, defaultPreload: 'intent', scrollRestoration: true });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
