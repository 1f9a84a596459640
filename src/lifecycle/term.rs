//! How long a certificate is asked for.

use crate::model::time::SECONDS_PER_DAY;
use crate::model::{CertificateInstance, Timestamp};
use crate::rulebook::{Calendar, Ceilings};

use super::case::Law;

/// How long a certificate is asked for, from whenever it is signed.
///
/// A CA may take days to sign, so an end can't be fixed when the application is handed in (R-07). It
/// is capped by the ceiling of the day of issuance: [`Term::last_second_within`].
///
/// ```
/// use cert_lifecycle::lifecycle::{Carried, Term};
/// let year = Term::days(365);
/// let first = "2021-03-21T09:00:00Z".parse()?;
/// assert_eq!(year.last_second(first), "2022-03-21T08:59:59Z".parse()?);
/// // A renewal adds a year to the old expiry, while the old certificate is valid.
/// let old = "2021-04-01T08:59:59Z".parse()?;
/// let renewal = year.with_carried(Carried { old, until: "2022-04-01T08:59:59Z".parse()? });
/// assert_eq!(renewal.last_second(first), "2022-04-01T08:59:59Z".parse()?);
/// let later = "2021-04-02T00:00:00Z".parse()?;
/// assert_eq!(renewal.last_second(later), "2022-04-01T23:59:59Z".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    days: u32,
    carried: Option<Carried>,
}

/// The time that a renewal carries over (R-55), if it begins while the old certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "two instants, built by whoever passes a term on"
)]
pub struct Carried {
    /// The last second of the old certificate.
    pub old: Timestamp,
    /// The last second that the new one is asked for.
    pub until: Timestamp,
}

impl Term {
    /// So many days, both ends counted, so the last second is one before the full term.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self {
            days,
            carried: None,
        }
    }

    /// With the time that a renewal carries over.
    #[must_use]
    pub const fn with_carried(mut self, carried: Carried) -> Self {
        self.carried = Some(carried);
        self
    }

    /// How long a certificate for this instance is asked for: the term of `law.application`, and what a
    /// renewal carries over, by the calendar of `law.money` (L9, R-55).
    #[must_use]
    pub fn of(instance: &CertificateInstance, law: &Law<'_>) -> Self {
        let old = instance.renewed().and_then(|renewed| renewed.carries);
        Self {
            days: u32::from(law.application.term().value.days),
            carried: old.map(|old| Carried {
                old,
                until: a_year_after(old, &law.money.calendar().value),
            }),
        }
    }

    /// The days.
    #[must_use]
    pub const fn in_days(&self) -> u32 {
        self.days
    }

    /// What a renewal carries over.
    #[must_use]
    pub const fn carried(&self) -> Option<Carried> {
        self.carried
    }

    /// The last second of validity that is asked for, if it begins at `not_before`; before that
    /// instant, if nothing is.
    #[must_use]
    pub fn last_second(&self, not_before: Timestamp) -> Timestamp {
        let carried = self.carried.filter(|carried| carried.old >= not_before);
        if let Some(carried) = carried {
            return carried.until;
        }
        let term = i64::from(self.days).saturating_mul(SECONDS_PER_DAY);
        not_before.saturating_add(term.saturating_sub(1))
    }

    /// The same, and no later than the CA/Browser Forum allows for a certificate that begins at
    /// `not_before` (K-08).
    #[must_use]
    pub fn last_second_within(&self, not_before: Timestamp, ceilings: &Ceilings) -> Timestamp {
        self.last_second(not_before)
            .min(ceilings.last_second(not_before))
    }
}

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
    Term::of(instance, law).last_second_within(not_before, law.ceilings)
}

/// The same without the ceiling: what was bought.
pub(super) fn wanted_end(
    instance: &CertificateInstance,
    not_before: Timestamp,
    law: &Law<'_>,
) -> Timestamp {
    Term::of(instance, law).last_second(not_before)
}

/// C7: the same date a year later, at the same time of day.
fn a_year_after(at: Timestamp, calendar: &Calendar) -> Timestamp {
    let day = at.day_in(calendar.offset);
    match calendar.plus_years(day, 1) {
        Ok(later) => at.saturating_add(later.days_after(day).saturating_mul(SECONDS_PER_DAY)),
        Err(_) => Timestamp::MAX,
    }
}
