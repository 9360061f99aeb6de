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
  'rule.seats-exhausted': {
    one: "License '{{license}}' has no free seat of {{count}}: free it, or buy more",
    other: "License '{{license}}' has no free seat of {{count}}: free one, or buy more",
  },
  'rule.credits-exhausted': 'This costs {{needed}} credits, and {{left}} are left: buy more',
  'rule.last-primary-admin': 'This would leave the organization without a Primary Admin: appoint another one first',
  'rule.administrator-out-of-reach': "User '{{id}}' is an administrator: only a Primary Admin can change that person",
  'rule.administrative-grant': "'{{name}}' makes somebody an administrator: only a Primary Admin can give it",
  'rule.wrong-status': 'The person is {{status}}, and this is for who is {{wanted}}: change that first',
  'rule.built-in': "{{type}} '{{name}}' is built in: it can be neither changed nor deleted",
  'rule.in-use': "{{type}} '{{name}}' is in use by {{by}}: take it from them first",
  'rule.not-allowed': "This needs the permission '{{permission}}': ask somebody who may give it",
  'rule.invalid': "'{{attribute}}' is not as it must be: {{why}}",
  'rule.busy': 'The database did not answer in time: try again in a moment',
} as const;
