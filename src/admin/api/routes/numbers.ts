import { numberFrom, numberKind, numberTypes, type Telephony } from '../../../domain/numbers.ts';
import { addNumber, equip, numberView, readNumber, readTelephony, withdrawNumber } from '../../numbers.ts';
import { askedBy, pageShown } from '../listing.ts';
import { commissionOf, created, done, ok, route, type Route } from '../route.ts';
import { choice, flag, id, list, listQuery, named, object, pageOf, text, word } from '../schema.ts';

const number = named(
  'Number',
  object(
    {
      id: id(),
      number: text({ description: 'In the form of E.164', examples: ['+33612345678'] }),
      type: choice(numberTypes),
    },
    {
      holder: id({ description: 'The id of the user who has it; missing: nobody' }),
      linked: object(
        { to: id({ description: 'The id of the mobile number' }), active: flag() },
        {},
        { description: 'Of a landline: the mobile number that it is linked to, and whether that is activated' },
      ),
    },
  ),
);

const example = {
  id: '6d1c7d3e-9a1f-4b0e-8f57-0b5a7c1d2e3f',
  number: '+33612345678',
  type: 'mobile',
  holder: '2819c223-7f76-453a-919d-413861904646',
} as const;

const written = word({ maxLength: 40, description: 'As it is dialled: one without a prefix gets a country prefix' });

const telephony = named(
  'Telephony',
  object(
    {},
    {
      mobile: written,
      landline: written,
      linked: object({ active: flag() }, {}, { description: 'The landline is linked to the mobile, activated or not' }),
      displayNumbers: list(written, {
        maxItems: 20,
        default: [],
        description: 'What the user may show to whom he calls: numbers of groups, or his own',
      }),
      countryPrefix: text({
        pattern: '^\\+[1-9]\\d{0,3}$',
        description: "What numbers without a prefix begin with; missing: the organization's",
        examples: ['+33'],
      }),
    },
  ),
);

const telephonyExample = {
  mobile: '+33612345678',
  landline: '+33145678900',
  linked: { active: true },
  displayNumbers: ['+33145000000'],
};

const telephonyView = ({ mobile, landline, linked, displayNumbers, countryPrefix }: Telephony) => ({
  ...(mobile !== undefined && { mobile }),
  ...(landline !== undefined && { landline }),
  ...(linked && { linked }),
  displayNumbers,
  ...(countryPrefix !== undefined && { countryPrefix }),
});

/** The inventory of numbers, and who telephones with which. */
export const numberRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/numbers',
    permission: 'numbers.manage',
    summary: 'List the numbers of the inventory',
    query: listQuery,
    answers: {
      200: { description: 'A page of them', schema: named('Numbers', pageOf(number)), example: { items: [example] } },
    },
    async handle({ ports, tenant }, { query }) {
      const page = await ports.lists(tenant, numberKind, askedBy(query));
      return ok(pageShown(page, (state) => numberView(numberFrom(state))));
    },
  }),
  route({
    method: 'POST',
    path: '/numbers',
    permission: 'numbers.manage',
    summary: 'Add a number to the inventory',
    body: named('NewNumber', object({ number: written, type: choice(numberTypes) })),
    answers: { 201: { description: 'As it is kept', schema: number, example: { ...example, holder: undefined } } },
    async handle(context, { body }) {
      const made = await addNumber(context.ports, commissionOf(context), body.number, body.type);
      return created(`/numbers/${made.id}`, numberView(made), made.version);
    },
  }),
  route({
    method: 'GET',
    path: '/numbers/{id}',
    permission: 'numbers.manage',
    summary: 'Show a number of the inventory',
    answers: { 200: { description: 'As it is now', schema: number, example } },
    async handle({ ports, tenant }, { params }) {
      const found = await readNumber(ports, tenant, params.id);
      return ok(numberView(found), found.version);
    },
  }),
  route({
    method: 'DELETE',
    path: '/numbers/{id}',
    permission: 'numbers.manage',
    summary: 'Take a number out of the inventory',
    description: 'Refused while somebody holds or displays it.',
    answers: { 204: { description: 'It is gone' } },
    async handle(context, { params, onlyAt }) {
      await withdrawNumber(context.ports, commissionOf(context), params.id, onlyAt);
      return done;
    },
  }),
  route({
    method: 'GET',
    path: '/users/{id}/telephony',
    permission: 'users.read',
    summary: 'Show what somebody telephones with',
    answers: { 200: { description: 'As it is now', schema: telephony, example: telephonyExample } },
    handle: async ({ ports, tenant }, { params }) => ok(telephonyView(await readTelephony(ports, tenant, params.id))),
  }),
  route({
    method: 'PUT',
    path: '/users/{id}/telephony',
    permission: 'numbers.manage',
    summary: 'Say what somebody telephones with',
    description:
      'Numbers of the inventory: a mobile and a landline that nobody else has, the one linked to the other or not, and what ' +
      'may be displayed. What the user had and is not named is free for others.',
    body: telephony,
    answers: { 200: { description: 'As it is now', schema: telephony, example: telephonyExample } },
    async handle(context, { params, body, onlyAt }) {
      const wish = { ...body, displayNumbers: body.displayNumbers ?? [] };
      const now = await equip(context.ports, commissionOf(context), params.id, wish, onlyAt);
      return ok(telephonyView(now.telephony), now.version);
    },
  }),
];
