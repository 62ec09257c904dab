/**
 * Bugs that are planted in the simulated shell on purpose, each switched on by its name. A simulator that does not find
 * one of them would not find its like in the product either.
 */
export const mutants = {
  'acknowledge-before-commit': 'the server answers before the change is committed',
  'ignore-revision': 'whoever saves a plan does not look whether somebody else saved it meanwhile',
  'decide-without-lock': 'two nodes decide about plans of one environment at the same time',
  'targets-later': 'a plan is saved in one transaction and its targets in another one',
  'forget-analysis': 'what a plan was analysed against is not looked at again',
  'any-approval-counts': 'an approval counts for whatever content a plan has',
  'authors-approve': 'whoever composed a plan may approve it',
  'ignore-neighbours': 'a plan does not wait for others that touch the same applications',
  'ignore-quarantine': 'what is in quarantine is deployed all the same',
  'node-clock': 'times are decided by the clock of the node and not by that of the database',
  'no-idempotency': 'a command that is repeated is carried out again',
  'history-each-look': 'an operation that ended enters history at each look',
  'tell-everybody': 'sites take a change whose ring has not begun',
  'ring-stays-told': 'sites of a ring that went back are not told to go back',
  'offline-is-done': 'a site that is away is taken for one that has the change',
  'failures-unseen': 'what failed in a ring is taken for something that still works on it',
  'forget-documents': 'sites are told nothing of new targets',
  'same-generation': 'a new document has the generation of the one before',
  'restore-keeps-incarnation': 'a server that was restored from a backup goes on counting generations',
  'lost-wake-up': 'a report wakes no plan, and nobody sweeps',
  'push-news-only': 'a site that connects is not told what it missed',
  'reports-in-any-order': 'an older report overwrites a newer one of the same connection',
  'no-generation-check': 'a site takes over any genuine document, however old',
  'trust-any-signature': 'a site takes over what somebody else signed',
  'apply-before-persist': 'a site goes by a document before it is on its disk',
  'trust-the-cache': 'an agent that starts anew goes by what its predecessor renamed and did not sync',
  'no-journal-sync': 'the journal of a site is written and renamed, and not synced',
  'deed-before-intention': 'an instance is started before the journal says that it will be',
  'step-before-intention': 'a step is started before the journal says that it will be',
  'forget-step-result': 'that a step ended is not made durable, and is not told by its record',
  'adopt-nothing': 'an agent that starts anew does not look for what its predecessor started',
  'stop-once': 'a stop that was interrupted together with the agent is not done again',
  'count-from-old-start': 'an agent that starts anew takes what it finds running for slow to start',
  'steps-side-by-side': 'a step begins while one of an earlier rollout still runs',
  'documents-side-by-side': 'a document that came by an old connection may be taken over after a newer one',
  'baseline-of-the-candidate': 'a baseline is started by what the candidate is, and is compared with its like',
  'no-deadline': 'a rollout may take as long as it wants',
  'trust-future-times': 'times of the journal that are still to come are believed',
  'report-news-only': 'a site that connects again tells nothing unless something changes',
  'start-without-files': 'an application is switched before its files are there',
  'report-before-journal': 'a site tells what its journal does not know yet',
} as const;

export type Mutant = keyof typeof mutants;

export const mutantNames = Object.keys(mutants) as readonly Mutant[];
