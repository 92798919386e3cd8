//! A laptop's clock is wrong: nothing is refused for its time, and the screen says that the clock is wrong.

use super::super::crash::{Fixture, Life, check};

#[test]
fn clocks_at_1970_and_2099_lose_nothing() {
    let fixture = Fixture::new();
    for (time, behind) in [("1970-01-02 08:00:00", true), ("2099-06-01 08:00:00", false)] {
        let home = fixture.copy();
        let mut life = Life::start_at(&fixture, home.path(), time);
        let said = life.until_over();
        assert_eq!(said.doing, None, "at {time} a call failed");
        assert_eq!(said.photos.len(), fixture.photos.len(), "at {time}");
        // The county's list in the fixture came from a server whose clock was right.
        let known = said.clock_behind_ms.unwrap_or_default();
        assert!(!behind || known > 50 * 365 * 24 * 3_600_000, "{time}: {known}");
        // Opened again with a clock that is right, decades away from what was written.
        check(home.path(), &fixture, &said).unwrap_or_else(|lost| panic!("at {time}: {lost}"));
    }
}
