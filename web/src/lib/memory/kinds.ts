import type { MemoryItem, MemoryKind } from '@bondhu/client';

/** What the kinds are called, in the order of the page. */
export const KINDS: Record<MemoryKind, string> = {
	identity: 'You',
	place: 'Where you live',
	people: 'People',
	pets: 'Animals',
	work: 'Work',
	study: 'Study',
	likes: 'Likes and dislikes',
	goals: 'Goals',
	plans: 'Plans',
	health: 'Health',
	habits: 'Habits',
	things: 'Things',
	languages: 'Languages',
	beliefs: 'Beliefs and food',
	other: 'Notes'
};

export interface Group {
	kind: MemoryKind;
	title: string;
	items: MemoryItem[];
}

/** The memories by kind, each kind that has any, in the order of the page. */
export function grouped(items: MemoryItem[]): Group[] {
	return (Object.entries(KINDS) as [MemoryKind, string][])
		.map(([kind, title]) => ({ kind, title, items: items.filter((item) => item.kind === kind) }))
		.filter((group) => group.items.length > 0);
}

/** How sure a memory is, in a word: a percentage would promise more than there is. */
export function sureness(confidence: number): string {
	if (confidence >= 0.95) return 'certain';
	if (confidence >= 0.8) return 'sure';
	return 'not quite sure';
}

/** What found it, in words. */
export function origin(item: MemoryItem): string {
	if (item.created_by === 'user') return 'written by you';
	return item.created_by === 'model' ? 'found by the model' : 'from your words';
}
