//! Priorities as kombu's Redis transport orders them.

use serde::{Deserialize, Deserializer, Serialize};

/// How urgent a task is: 0 is the most urgent and 9 the least, the reverse of AMQP.
///
/// On Redis a queue is four lists, for the steps 0, 3, 6 and 9; a priority between two steps goes to the more urgent
/// of them (kombu's `priority_steps`).
///
/// ```
/// use bondhu_tasks::Priority;
///
/// assert!(Priority::HIGH < Priority::LOW, "0 is the most urgent");
/// assert_eq!(Priority::new(5).step().level(), 3);
/// assert_eq!(Priority::STEPS, [Priority::HIGHEST, Priority::HIGH, Priority::LOW, Priority::LOWEST]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// Before everything else, and what a task has unless it says otherwise.
    pub const HIGHEST: Self = Self(0);
    /// The second step.
    pub const HIGH: Self = Self(3);
    /// The third step.
    pub const LOW: Self = Self(6);
    /// Only when nothing else waits.
    pub const LOWEST: Self = Self(9);
    /// The steps, most urgent first.
    pub const STEPS: [Self; 4] = [Self::HIGHEST, Self::HIGH, Self::LOW, Self::LOWEST];

    /// A priority from 0 (most urgent) to 9; larger numbers count as 9.
    pub const fn new(level: u8) -> Self {
        Self(if level > 9 { 9 } else { level })
    }

    /// The number on the wire.
    pub const fn level(self) -> u8 {
        self.0
    }

    /// The step whose list holds messages of this priority.
    #[must_use]
    pub const fn step(self) -> Self {
        Self(self.0 / 3 * 3)
    }
}

/// Whatever number a client sends is brought into the range 0 to 9.
impl<'de> Deserialize<'de> for Priority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let level = i64::deserialize(deserializer)?.clamp(0, 9);
        Ok(Self::new(u8::try_from(level).expect("0 to 9 fits into a byte")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_belongs_to_the_step_at_or_before_it() {
        let steps: Vec<u8> = (0..=12).map(|level| Priority::new(level).step().level()).collect();
        assert_eq!(steps, [0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9, 9]);
        assert_eq!(serde_json::from_str::<Vec<Priority>>("[-1, 300]").unwrap(), [Priority::HIGHEST, Priority::LOWEST]);
    }
}
