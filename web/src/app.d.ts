declare global {
	namespace App {
		interface PageState {
			jumpTo?: string;
		}
	}
}

export {};
