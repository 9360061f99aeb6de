import { double, drop, row, type Planted, type Rows } from './planted.ts';

const removedOf = (rows: Rows) =>
  new Set(rows.journal.flatMap(({ operation, resource }) => (operation === 'remove' ? [resource] : [])));

/** Databases that are not whole. */
export const plantedInDatabase: readonly Planted[] = [
  [
    'a journal entry of a creation is gone',
    'acknowledged but not journaled',
    ({ journal }) => drop(journal, (is) => is['operation'] === 'create'),
  ],
  [
    'a journal entry of a revision is gone',
    'versions without entry',
    ({ journal }) => drop(journal, (is) => is['operation'] === 'revise'),
  ],
  [
    'a journal entry of members is gone',
    'versions without entry',
    ({ journal }) => drop(journal, (is) => is['operation'] === 'members'),
  ],
  [
    'a journal entry of a removal is gone',
    'journal without state',
    ({ journal }) => drop(journal, (is) => is['operation'] === 'remove'),
  ],
  [
    'a journal entry is there twice',
    'version journaled twice',
    ({ journal }) => double(journal, (is) => is['operation'] === 'revise'),
  ],
  [
    'a creation is there twice',
    'created twice',
    ({ journal }) => double(journal, (is) => is['operation'] === 'create'),
  ],
  [
    'an entry goes back in time',
    'instants go backwards',
    ({ journal }) => {
      row(journal, (is) => is['operation'] === 'revise')['at'] = new Date(0);
    },
  ],
  [
    'an entry was altered',
    'entry differs from its digest',
    ({ journal }) => {
      row(journal, (is) => is['operation'] === 'revise')['personal'] = { differences: [] };
    },
  ],
  [
    'an entry counts two',
    'entry counts wrongly',
    ({ journal }) => {
      row(journal, (is) => is['operation'] === 'create')['adds'] = 2;
    },
  ],
  [
    'an entry has lost its place',
    'entry neither pending nor in order',
    ({ journal }) => delete row(journal, (is) => is['epoch'])['epoch'],
  ],
  [
    'entries of a resource stand in the wrong order',
    'entries out of order',
    ({ journal }) => {
      row(journal, (is) => is['operation'] === 'revise')['epoch'] = 0;
    },
  ],
  [
    'an operation of a Bulk has two entries',
    'operation of a Bulk done twice',
    ({ journal }) => {
      for (const entry of journal.slice(0, 2)) entry['part'] = { run: 'r', index: 0 };
    },
  ],
  ['a state is gone', 'journal without state', ({ resources }) => drop(resources, (is) => is['type'] === 'User')],
  [
    'a state has nothing in the journal',
    'state without journal',
    ({ resources }) => {
      resources.push({ ...resources[0], _id: 'stranger', key: 'User:stranger' });
    },
  ],
  [
    'a removed resource has its state back',
    'state after removal',
    ({ resources, history, journal }) => {
      const { resource } = row(journal, (is) => is['operation'] === 'remove');
      resources.push({ ...row(history, (is) => is['resource'] === resource), _id: resource });
    },
  ],
  [
    'a state is a version behind',
    'journal beyond the state',
    ({ resources }) => {
      const state = row(resources, (is) => is['type'] === 'User' && Number(is['version']) > 1);
      state['version'] = Number(state['version']) - 1;
    },
  ],
  [
    'a state is a version ahead',
    'versions without entry',
    ({ resources }) => {
      const state = row(resources, (is) => is['type'] === 'Group');
      state['version'] = Number(state['version']) + 1;
    },
  ],
  [
    'a state has other attributes',
    'state differs from journal',
    ({ resources }) => {
      row(resources, (is) => is['type'] === 'User')['attributes'] = { userName: 'somebody else' };
    },
  ],
  [
    'a state was modified at another instant',
    'modified at another instant than journaled',
    ({ resources }) => {
      row(resources, (is) => is['type'] === 'User')['modified'] = new Date(0);
    },
  ],
  [
    'two resources have one name',
    'name given twice',
    ({ resources }) => {
      const [first, second] = resources.filter((is) => is['type'] === 'User');
      if (first && second) second['key'] = first['key'];
    },
  ],
  ['a closed version is gone', 'closed version missing', ({ history }) => drop(history, () => true)],
  ['a closed version is there twice', 'closed version twice', ({ history }) => double(history, () => true)],
  [
    'a closed version is of no revision',
    'closed version of no revision',
    ({ history }) => {
      history.push({ ...history[0], revision: 99 });
    },
  ],
  [
    'a closed version ended at another instant',
    'closed version at other instants than journaled',
    ({ history }) => {
      row(history, () => true)['to'] = new Date(8e12);
    },
  ],
  [
    'a closed version has other attributes',
    'closed version differs from journal',
    ({ history }) => {
      row(history, (is) => is['type'] === 'User')['attributes'] = { userName: 'somebody else' };
    },
  ],
  ['an open edge is gone', 'edge missing', ({ edges }) => drop(edges, (is) => is['live'])],
  ['a closed edge is gone', 'edge missing', ({ edges }) => drop(edges, (is) => is['to'])],
  ['an edge is there twice', 'edge twice', ({ edges }) => double(edges, (is) => is['live'])],
  [
    'an edge has nothing in the journal',
    'edge without journal',
    ({ edges }) => {
      edges.push({ ...row(edges, (is) => is['live']), member: 'stranger' });
    },
  ],
  [
    'an edge of somebody removed is open',
    'live edge of nobody',
    (rows) => {
      const gone = removedOf(rows);
      const edge = row(rows.edges, (is) => is['to'] && gone.has(is['member']));
      edge['live'] = true;
      delete edge['to'];
    },
  ],
  [
    'an edge of a removed group is open',
    'live edge of an earlier generation',
    (rows) => {
      const gone = removedOf(rows);
      const edge = row(rows.edges, (is) => is['to'] && gone.has(is['group']));
      edge['live'] = true;
      delete edge['to'];
    },
  ],
  [
    'an edge is open and closed',
    'edge neither open nor closed',
    ({ edges }) => {
      row(edges, (is) => is['to'])['live'] = true;
    },
  ],
  [
    'an edge ended before it began',
    'edge ends before it begins',
    ({ edges }) => {
      row(edges, (is) => is['to'])['to'] = new Date(0);
    },
  ],
  [
    'an edge ended at another instant',
    'edge ends at another instant than journaled',
    ({ edges }) => {
      row(edges, (is) => is['to'])['to'] = new Date(8e12);
    },
  ],
  [
    'somebody is a member twice at a time',
    'edges overlap',
    ({ edges }) => {
      const edge = row(edges, (is) => is['live']);
      edges.push({ ...edge, from: new Date(Number(edge['from']) - 1), to: new Date(8e12), live: undefined });
    },
  ],
  [
    'an edge names another kind',
    'edge of another kind',
    ({ edges }) => {
      row(edges, () => true)['type'] = 'Group';
    },
  ],
  [
    'a total is one too high',
    'total differs',
    ({ totals }) => {
      totals.counts['User'] = Number(totals.counts['User']) + 1;
    },
  ],
];
