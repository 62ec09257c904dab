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
import { PasswordPage } from './features/access/password-page.tsx';
import { SetupPage } from './features/access/setup-page.tsx';
import { SignInPage } from './features/access/sign-in-page.tsx';
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
import { SettingsPage } from './features/settings/settings-page.tsx';
import { SitePage } from './features/sites/site-page.tsx';
import { SitesPage } from './features/sites/sites-page.tsx';
import { Shell } from './shell/shell.tsx';
import { ErrorNote } from './ui/page-states.tsx';

const root = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({
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
      // The router takes what is thrown here for where to go.
      // oxlint-disable-next-line typescript/only-throw-error
      if (isProblem(error, 'not-signed-in')) throw redirect({ to: '/sign-in', search: { to: wanted.href } });
      throw error;
    }
  },
  component: Shell,
});

const board = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  validateSearch: z.object({ search: z.string().optional(), cell: z.string().optional(), add: z.boolean().optional() }),
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
  validateSearch: z.object({ tab: z.enum(['builds', 'versions', 'environments', 'settings']).optional() }),
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
    tab: z.enum(['now', 'rings', 'history']).optional(),
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
const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  validateSearch: z.object({
    actor: z.string().optional(),
    action: z.string().optional(),
    subject: z.string().optional(),
  }),
  component: AuditPage,
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

const tree = root.addChildren([
  setup,
  signIn,
  password,
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
    audit,
    settings,
    notifications,
    subscription,
  ]),
]);

/** The pages of the console; every one has an address that stays. */
export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({ routeTree: tree, context: { queryClient }, defaultPreload: 'intent', scrollRestoration: true });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
