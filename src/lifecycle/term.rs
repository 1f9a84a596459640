//! How long a certificate is asked for.

use crate::model::time::SECONDS_PER_DAY;
use crate::model::{CertificateInstance, Timestamp};
use crate::rulebook::Calendar;

use super::case::Law;

/// The last second of validity that a certificate for this instance is asked for, if it begins at
/// `not_before`.
///
/// A renewal that carries time over adds a year to the old expiry (R-55): by date, in the calendar's
/// offset, at the same time of day; after 29 February by the calendar's leap rule (C7). So the new
/// last second does not depend on how the days in between are counted (X-27). All else, and a renewal
/// whose old certificate is over, gets the edition's term from its first second on, both ends counted.
/// Neither reaches beyond the CA/Browser Forum's ceiling of the day of issuance (K-08, C8, X-26).
///
/// The calendar of the carry-over is that of `law.money`, the term that of `law.application` (L9).
/// The answer has no errors: a year that leaves the range of [`Timestamp`] ends at the ceiling.
///
/// ```
/// use cert_lifecycle::lifecycle::sample::sample;
/// use cert_lifecycle::lifecycle::{Law, term_end};
/// use cert_lifecycle::model::{Status, ValidationClass};
/// use cert_lifecycle::rulebook::Rulebook;
/// let book = Rulebook::published();
/// let edition = book.edition("2021-02-api")?;
/// let law = Law::single(&edition, book.ceilings());
/// let found = sample(Some(Status::Validating), ValidationClass::Dv, &law).ok_or("no sample")?;
/// let instance = found.world.instance().ok_or("no instance")?;
/// let end = |from: &str| -> Result<String, Box<dyn std::error::Error>> {
///     Ok(term_end(instance, from.parse()?, &law).to_string())
/// };
/// assert_eq!(end("2021-03-01T00:00:00Z")?, "2022-02-28T23:59:59Z");
/// // Whatever was sold, a CA issues no more than 200 days then.
/// assert_eq!(end("2026-05-25T00:00:00Z")?, "2026-12-10T23:59:59Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn term_end(instance: &CertificateInstance, not_before: Timestamp, law: &Law<'_>) -> Timestamp {
    wanted_end(instance, not_before, law).min(law.ceilings.last_second(not_before))
}

/// The same without the ceiling: what was bought.
pub(super) fn wanted_end(
    instance: &CertificateInstance,
    not_before: Timestamp,
    law: &Law<'_>,
) -> Timestamp {
    let carried = instance
        .renewed()
        .and_then(|renewed| renewed.carries)
        .filter(|old| *old >= not_before);
    if let Some(old) = carried {
        return a_year_after(old, &law.money.calendar().value);
    }
    let term = i64::from(law.application.term().value.days).saturating_mul(SECONDS_PER_DAY);
    // Both ends count, so the last second is one before the full term.
    not_before.saturating_add(term.saturating_sub(1))
}

/// C7: the same date a year later, at the same time of day.
fn a_year_after(at: Timestamp, calendar: &Calendar) -> Timestamp {
    let day = at.day_in(calendar.offset);
    match calendar.plus_years(day, 1) {
        Ok(later) => at.saturating_add(later.days_after(day).saturating_mul(SECONDS_PER_DAY)),
        Err(_) => Timestamp::MAX,
    }
}
