import { describe, expect, it } from 'vitest';
import { parseBlocks, parseInline } from './markup.js';

describe('inline marks', () => {
	it('reads strong, emphasis, code and links', () => {
		expect(parseInline('a **b *c*** `d*` [e](https://x.org/y) _f_')).toEqual([
			{ kind: 'text', text: 'a ' },
			{
				kind: 'strong',
				children: [
					{ kind: 'text', text: 'b ' },
					{ kind: 'emphasis', children: [{ kind: 'text', text: 'c' }] }
				]
			},
			{ kind: 'text', text: ' ' },
			{ kind: 'code', text: 'd*' },
			{ kind: 'text', text: ' ' },
			{ kind: 'link', text: 'e', href: 'https://x.org/y' },
			{ kind: 'text', text: ' ' },
			{ kind: 'emphasis', children: [{ kind: 'text', text: 'f' }] }
		]);
	});

	it('leaves lone stars, sums and snake_case_names alone', () => {
		for (const text of ['2 * 3 * 4', 'a*b', 'snake_case_name', '** open']) {
			expect(parseInline(text)).toEqual([{ kind: 'text', text }]);
		}
	});

	it('makes links of nothing but web addresses', () => {
		const text = '[x](javascript:alert(1))';
		expect(parseInline(text)).toEqual([{ kind: 'text', text }]);
		expect(parseInline('see https://x.org/a.').at(1)).toEqual({
			kind: 'link',
			text: 'https://x.org/a',
			href: 'https://x.org/a'
		});
	});
});

describe('blocks', () => {
	it('reads paragraphs, lists, headings and code', () => {
		const blocks = parseBlocks('One\ntwo\n\n# Three\n- a\n- b\n3. c\n```js\nx\n\ny\n```\nend');
		expect(blocks.map((block) => block.kind)).toEqual([
			'paragraph',
			'heading',
			'list',
			'list',
			'code',
			'paragraph'
		]);
		expect(blocks[2]).toMatchObject({ ordered: false, items: [[{ text: 'a' }], [{ text: 'b' }]] });
		expect(blocks[3]).toMatchObject({ ordered: true, start: 3 });
		expect(blocks[4]).toEqual({ kind: 'code', text: 'x\n\ny' });
	});

	it('reads a text that is still growing at every length', () => {
		const text = '**Bold** and\n\n- one\n- two\n\n```\ncode\n```';
		for (let end = 0; end <= text.length; end += 1) {
			expect(Array.isArray(parseBlocks(text.slice(0, end)))).toBe(true);
		}
		expect(parseBlocks('```\nco')).toEqual([{ kind: 'code', text: 'co' }]);
	});
});
