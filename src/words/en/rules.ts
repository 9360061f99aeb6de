/** What is said of rules of the domain that a request breaks, and what its things are called. */
export const rules = {
  'kind.User': 'User',
  'kind.Group': 'Group',
  'kind.Role': 'Role',
  'kind.Entitlement': 'License pool',
  'kind.Entity': 'Entity',
  'rule.unknown': "There is no {{type}} '{{id}}': list them to see their ids",
  'rule.name-taken': "The name '{{name}}' is taken by another {{type}}: choose another name, or change that one",
  'rule.changed': "{{type}} '{{id}}' has changed meanwhile: read it again, then repeat",
  'rule.owned-elsewhere': "{{type}} '{{id}}' was provisioned by another connection: change it there",
  'rule.adoption-needed':
    "{{type}} '{{id}}' was not provisioned by this connection: let a connection adopt it (--adopt userName)",
  'rule.adoption-changes-identity':
    "'{{attribute}}' can't change in the request that adopts somebody: repeat without it, then change it",
  'rule.unknown-members': "'members' names {{ids}}, which do not exist: leave them out, or create them first",
  'rule.group-inside-itself': "Group '{{member}}' can't be a member, or the group would be inside itself: leave it out",
  'rule.too-many-matches':
    'The query would examine more than {{limit}} resources: filter by more, or by an indexed attribute',
  'rule.done-already':
    'The operation at index {{index}} of this Bulk is done already: send the Bulk again to learn its result',
  'rule.schema-withdrawn': "'{{schema}}' is being removed: try again in a moment",
  'rule.too-large': 'The resource would be too large: give its attributes fewer or shorter values',
  'rule.busy': 'The database did not answer in time: try again in a moment',
} as const;
