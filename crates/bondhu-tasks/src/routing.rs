//! Which queue a task goes to: Celery's `task_routes`.

use crate::priority::Priority;

/// Where tasks of a name go.
///
/// ```
/// use bondhu_tasks::{Priority, Route, Routes};
///
/// let slow = Route { queue: "slow".to_owned(), priority: Some(Priority::LOW) };
/// assert_eq!(Routes::new().add("report.*", slow.clone()).find("report.weekly"), Some(&slow));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The queue.
    pub queue: String,
    /// Their priority, unless the call or the task sets one.
    pub priority: Option<Priority>,
}

/// A table of names and globs. As in Celery, an exact name goes before any glob, globs go in the order in which they
/// were added, and a pattern without `*` is a name.
///
/// ```
/// use bondhu_tasks::Routes;
///
/// let routes = Routes::new().route("core.tasks.music.*", "music").route("*", "celery");
/// assert_eq!(routes.find("core.tasks.music.sync").unwrap().queue, "music");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Routes {
    entries: Vec<(String, Route)>,
}

impl Routes {
    /// An empty table: everything goes to `celery`.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Sends tasks that match `pattern` to `queue`. `*` is any text, `?` any character, `[ab]` and `[!ab]` one of
    /// these or none of these, as in Python's `fnmatch`.
    #[must_use]
    pub fn route(self, pattern: impl Into<String>, queue: impl Into<String>) -> Self {
        self.add(pattern, Route { queue: queue.into(), priority: None })
    }

    /// As [`Routes::route`], with a priority.
    #[must_use]
    pub fn add(mut self, pattern: impl Into<String>, route: Route) -> Self {
        self.entries.push((pattern.into(), route));
        self
    }

    /// The entry for tasks of this name.
    pub fn find(&self, task: &str) -> Option<&Route> {
        // A later entry for the same name replaces an earlier one, as in a Python dict.
        let exact = self.entries.iter().rev().find(|(pattern, _)| !pattern.contains('*') && pattern == task);
        let glob = || {
            let name: Vec<char> = task.chars().collect();
            self.entries
                .iter()
                .find(|(pattern, _)| pattern.contains('*') && matches(&pattern.chars().collect::<Vec<_>>(), &name))
        };
        exact.or_else(glob).map(|(_, route)| route)
    }
}

/// Whether the whole name fits the pattern. A failed match after `*` resumes one character later, which takes at
/// most pattern times name steps.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut resume = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            p += 1;
            resume = Some((p, n));
        } else if let Some(next) = one(pattern, p, name[n]) {
            (p, n) = (next, n + 1);
        } else if let Some((after_star, from)) = resume {
            (p, n) = (after_star, from + 1);
            resume = Some((after_star, from + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|rest| *rest == '*')
}

/// Where the pattern goes on if its next element takes `c`.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    match *pattern.get(p)? {
        '?' => Some(p + 1),
        '[' => match set(&pattern[p + 1..]) {
            Some((negated, members, len)) => (contains(members, c) != negated).then_some(p + 1 + len),
            None => (c == '[').then_some(p + 1),
        },
        literal => (literal == c).then_some(p + 1),
    }
}

/// Whether it is negated, its members, and its length up to the closing bracket; none if it is never closed.
fn set(rest: &[char]) -> Option<(bool, &[char], usize)> {
    let negated = rest.first() == Some(&'!');
    let start = usize::from(negated);
    // A bracket in the first place is a member.
    let end = start + 1 + rest.get(start + 1..)?.iter().position(|c| *c == ']')?;
    Some((negated, &rest[start..end], end + 1))
}

fn contains(members: &[char], c: char) -> bool {
    let mut rest = members;
    loop {
        rest = match rest {
            [from, '-', to, tail @ ..] => {
                if (*from..=*to).contains(&c) {
                    return true;
                }
                tail
            }
            [single, tail @ ..] => {
                if *single == c {
                    return true;
                }
                tail
            }
            [] => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_ranges_and_lone_brackets() {
        let routes = Routes::new().route("[a-c]*", "range").route("x[]*", "literal").route("y[]]*", "bracket");
        let find = |name: &str| routes.find(name).map(|route| route.queue.as_str());
        assert_eq!(
            ["bat", "dog", "x[]1", "y]", "y["].map(find),
            [Some("range"), None, Some("literal"), Some("bracket"), None]
        );
    }

    #[test]
    fn many_stars_do_not_take_exponential_time() {
        let routes = Routes::new().route("*a".repeat(60), "q");
        assert_eq!(routes.find(&"a".repeat(59)), None);
        assert!(routes.find(&"a".repeat(60)).is_some());
    }
}
