//! Reads the closing lines of test runners and adds them up.

/// Tests counted in the output of a runner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub ignored: u64,
}

impl Tally {
    /// Adds what a closing line tells; any other line changes nothing.
    /// Knows libtest (`test result: ok. 3 passed; 0 failed; 1 ignored; …`) and vitest (`Tests  1 failed | 4 passed (5)`).
    pub fn read(&mut self, line: &str) {
        let line = line.trim();
        let parts: Vec<&str> = if let Some(rest) = line.strip_prefix("test result:") {
            rest.split_once('.').map_or(rest, |(_, counts)| counts).split(';').collect()
        } else if let Some(rest) = line.strip_prefix("Tests ") {
            rest.split('(').next().unwrap_or(rest).split('|').collect()
        } else {
            return;
        };
        for part in parts {
            let mut words = part.split_whitespace();
            let (Some(count), Some(word)) = (words.next(), words.next()) else {
                continue;
            };
            let Ok(count) = count.parse::<u64>() else {
                continue;
            };
            match word {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" | "skipped" | "todo" => self.ignored += count,
                _ => {}
            }
        }
    }

    /// Adds another count to this one.
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn reads_libtest_and_vitest_and_nothing_else() {
        let mut tally = Tally::default();
        tally.read("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.02s");
        tally.read("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out");
        tally.read("      Tests  1 failed | 4 passed (5)");
        tally.read("Tests are 900 passed");
        tally.read(" Test Files  2 passed (2)");
        assert_eq!(
            tally,
            Tally {
                passed: 18,
                failed: 4,
                ignored: 1
            }
        );
    }
}
