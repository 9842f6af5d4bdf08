import { expect, it } from 'vitest';
import { operationsByTag, typeName } from './openapi.js';

it('names types shortly', () => {
	const message = { $ref: '#/components/schemas/Message' };
	expect(typeName(message)).toBe('Message');
	expect(typeName({ type: 'array', items: message })).toBe('Message[]');
	expect(typeName({ oneOf: [{ type: 'null' }, message] })).toBe('Message | null');
	expect(typeName({ type: ['string', 'null'] })).toBe('string | null');
	expect(typeName({ type: 'string', enum: ['a', 'b'] })).toBe('"a" | "b"');
	expect(typeName(undefined)).toBe('any');
});

it('lists the operations by tag with bodies and answers', () => {
	const content = { 'application/json': { schema: { $ref: '#/x/Me' } } };
	const [first] = operationsByTag({
		info: { title: 'x', version: '1' },
		paths: {
			'/me': {
				patch: {
					operationId: 'update_me',
					tags: ['accounts'],
					requestBody: { content },
					responses: { '200': { description: 'Done.', content } }
				}
			}
		}
	});
	expect(first?.[0]).toBe('accounts');
	expect(first?.[1][0]).toMatchObject({
		id: 'update_me',
		method: 'PATCH',
		body: 'Me',
		answers: [{ status: '200', description: 'Done.', type: 'Me' }]
	});
});
