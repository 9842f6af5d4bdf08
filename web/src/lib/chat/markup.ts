/** A small part of Markdown, the part that models use in a talk. Everything else stays text. */
export type Inline =
	| { kind: 'text'; text: string }
	| { kind: 'code'; text: string }
	| { kind: 'strong'; children: Inline[] }
	| { kind: 'emphasis'; children: Inline[] }
	| { kind: 'link'; text: string; href: string };

export type Block =
	| { kind: 'paragraph'; children: Inline[] }
	| { kind: 'heading'; children: Inline[] }
	| { kind: 'list'; ordered: boolean; start: number; items: Inline[][] }
	| { kind: 'code'; text: string };

const INLINE =
	/(`+)([^`]+)\1|\*\*(\S(?:[^\n]*?\S)?)\*\*(?!\*)|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]])/gu;

/** Reads marks within a line. */
export function parseInline(text: string): Inline[] {
	const found: Inline[] = [];
	let end = 0;
	for (const match of text.matchAll(INLINE)) {
		if (match.index > end) found.push({ kind: 'text', text: text.slice(end, match.index) });
		end = match.index + match[0].length;
		const [, , code, strong, star, underscore, label, href, bare] = match;
		if (code !== undefined) found.push({ kind: 'code', text: code });
		else if (strong !== undefined) found.push({ kind: 'strong', children: parseInline(strong) });
		else if (label !== undefined && href !== undefined) {
			found.push({ kind: 'link', text: label, href });
		} else if (bare !== undefined) found.push({ kind: 'link', text: bare, href: bare });
		else found.push({ kind: 'emphasis', children: parseInline(star ?? underscore ?? '') });
	}
	if (end < text.length) found.push({ kind: 'text', text: text.slice(end) });
	return found;
}

/** Reads a reply, complete or still on its way, into blocks. */
export function parseBlocks(text: string): Block[] {
	const blocks: Block[] = [];
	let paragraph: string[] = [];
	const close = () => {
		if (paragraph.length > 0) {
			blocks.push({ kind: 'paragraph', children: parseInline(paragraph.join('\n')) });
		}
		paragraph = [];
	};
	const lines = text.split('\n');
	for (let at = 0; at < lines.length; at += 1) {
		const line = lines[at] ?? '';
		const item = /^\s{0,3}(?:[-*•]|(\d{1,3})[.)])\s+(.*)$/u.exec(line);
		const heading = /^#{1,6}\s+(.*)$/u.exec(line);
		if (line.trimStart().startsWith('```')) {
			close();
			const end = lines.findIndex((next, index) => index > at && next.trim() === '```');
			const stop = end < 0 ? lines.length : end;
			blocks.push({ kind: 'code', text: lines.slice(at + 1, stop).join('\n') });
			at = stop;
		} else if (item) {
			close();
			addItem(blocks, item[1], item[2] ?? '');
		} else if (heading) {
			close();
			blocks.push({ kind: 'heading', children: parseInline(heading[1] ?? '') });
		} else if (line.trim() === '') close();
		else paragraph.push(line);
	}
	close();
	return blocks;
}

function addItem(blocks: Block[], number: string | undefined, text: string): void {
	const ordered = number !== undefined;
	const last = blocks.at(-1);
	if (last?.kind === 'list' && last.ordered === ordered) last.items.push(parseInline(text));
	else {
		blocks.push({ kind: 'list', ordered, start: Number(number ?? 1), items: [parseInline(text)] });
	}
}
