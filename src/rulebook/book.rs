//! The rulebook: all clauses, checked once, and their resolution into editions.

use alloc::borrow::Cow;
use alloc::format;

use crate::model::{Channel, Day, EditionKey, Offset, Pin, Site, TextError, Timestamp};

use super::ca_duty::CaDuties;
use super::calendar::Calendar;
use super::ceilings::Ceilings;
use super::check::check_values;
use super::edition::{Edition, EditionPoint, Field, RulebookParts};
use super::published;
use super::source::{SourceKey, SourceRecord, Sources};

/// All dated clauses ever published, per site and channel, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rulebook {
    parts: RulebookParts,
}

/// Why the parts of a rulebook do not make one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulebookError {
    /// Two clauses claim the same case from the same day.
    #[error("two clauses of {} claim the same case from {day}", field.word())]
    Ambiguous {
        /// Of which kind.
        field: Field,
        /// From which day.
        day: Day,
    },
    /// A clause without a source.
    #[error("the clause of {} from {day} names no source", field.word())]
    NoSource {
        /// Of which kind.
        field: Field,
        /// From which day.
        day: Day,
    },
    /// A source that the rulebook does not list.
    #[error("the clause of {} from {day} names the source {source_key}, which is not listed", field.word())]
    UnknownSource {
        /// Of which kind.
        field: Field,
        /// From which day.
        day: Day,
        /// The source.
        source_key: SourceKey,
    },
    /// A key with an `@`, which is kept for spans without a name.
    #[error("the edition key {0} has an @, which is kept for spans without a name")]
    ReservedKey(EditionKey),
    /// A ceiling that names a source which is not listed.
    #[error("the ceiling from {from} names the source {source_key}, which is not listed")]
    UnknownCeilingSource {
        /// From when.
        from: Timestamp,
        /// The source.
        source_key: SourceKey,
    },
    /// A duty of a CA that names a source which is not listed.
    #[error("the duty of a CA from {from} names the source {source_key}, which is not listed")]
    UnknownDutySource {
        /// From when.
        from: Timestamp,
        /// The source.
        source_key: SourceKey,
    },
    /// A source that is listed twice.
    #[error("the source {0} is listed twice")]
    DuplicateSource(SourceKey),
    /// A key that names two points.
    #[error("the edition key {0} names two points")]
    DuplicateKey(EditionKey),
    /// A value that no case can satisfy, or that contradicts itself.
    #[error("the clause of {} from {day}: {problem}", field.word())]
    Value {
        /// Of which kind.
        field: Field,
        /// From which day.
        day: Day,
        /// What is wrong.
        problem: Cow<'static, str>,
    },
    /// A named point at which a kind of value has no clause yet.
    #[error("the edition {key} does not resolve: {error}")]
    Unresolved {
        /// The point.
        key: EditionKey,
        /// Why.
        error: ResolveError,
    },
}

/// Why a point, a key or a pin does not resolve into an edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// No clause of a kind is in force yet; the rulebook does not guess.
    #[error("no clause of {} is in force on {day} for {} {}", field.word(), site.word(), channel.word())]
    NoClause {
        /// Of which kind.
        field: Field,
        /// On which day.
        day: Day,
        /// For which site.
        site: Site,
        /// For which channel.
        channel: Channel,
    },
    /// Not the form of a key.
    #[error("not an edition key: {0}")]
    Key(TextError),
    /// A key that names nothing here.
    #[error("the rulebook has no edition {0}")]
    UnknownEdition(EditionKey),
    /// The edition that a case was pinned to says something else by now, or has no clauses or no name
    /// here any more. The rulebook of that time has it still: keep it, and hand it over as well
    /// (`service::Rules::with_former`).
    #[error(
        "no rulebook at hand has the edition {} with the values that the case was pinned to \
         (digest {}): hand over the former rulebook that has them as well, with Rules::with_former",
        .0.edition,
        .0.digest
    )]
    ChangedEdition(Pin),
    /// The edition is of the instance model of 2026, a machine of its own (`lifecycle::v2`), and orders
    /// are not judged by it.
    #[error(
        "the edition {0} is of the instance model of 2026 (channel api-v2), which lifecycle::v2 decides; \
         a service runs orders: choose an edition of the channel console or api"
    )]
    InstanceModel(EditionKey),
}

impl Rulebook {
    /// The rulebook of the published documents.
    #[must_use]
    pub fn published() -> Self {
        // A test checks that these parts pass `Rulebook::new`.
        Self {
            parts: published::parts(),
        }
    }

    /// Checks the parts of a rulebook. Start from [`Rulebook::parts`] of the published one to change
    /// a rule and see what follows.
    ///
    /// # Errors
    /// [`RulebookError`] names the clause.
    pub fn new(parts: RulebookParts) -> Result<Self, RulebookError> {
        if let Some((field, day)) = parts.ambiguity() {
            return Err(RulebookError::Ambiguous { field, day });
        }
        for (field, day, sources) in parts.citations() {
            if sources.as_slice().is_empty() {
                return Err(RulebookError::NoSource { field, day });
            }
            if let Some(source_key) = unlisted(&parts, sources) {
                return Err(RulebookError::UnknownSource {
                    field,
                    day,
                    source_key,
                });
            }
        }
        for (place, source) in parts.sources.iter().enumerate() {
            let mut earlier = parts.sources.iter().take(place);
            if earlier.any(|other| other.key == source.key) {
                return Err(RulebookError::DuplicateSource(source.key));
            }
        }
        for ceiling in parts.ceilings.entries() {
            if let Some(source_key) = unlisted(&parts, &ceiling.sources) {
                return Err(RulebookError::UnknownCeilingSource {
                    from: ceiling.value.from,
                    source_key,
                });
            }
        }
        for (from, sources) in parts.duties.citations() {
            if let Some(source_key) = unlisted(&parts, sources) {
                return Err(RulebookError::UnknownDutySource { from, source_key });
            }
        }
        check_values(&parts)?;
        for (place, point) in parts.points.iter().enumerate() {
            let mut earlier = parts.points.iter().take(place);
            if earlier.any(|other| other.key == point.key) {
                return Err(RulebookError::DuplicateKey(point.key));
            }
            if point.key.as_str().contains('@') {
                return Err(RulebookError::ReservedKey(point.key));
            }
            Edition::resolve(&parts, *point).map_err(|error| RulebookError::Unresolved {
                key: point.key,
                error,
            })?;
        }
        Ok(Self { parts })
    }

    /// The parts, to read or to build another rulebook from.
    #[must_use]
    pub const fn parts(&self) -> &RulebookParts {
        &self.parts
    }

    /// The CA/Browser Forum's ceilings.
    #[must_use]
    pub const fn ceilings(&self) -> &Ceilings {
        &self.parts.ceilings
    }

    /// The CA/Browser Forum's deadlines of revocations and reuse of proofs.
    #[must_use]
    pub const fn duties(&self) -> &CaDuties {
        &self.parts.duties
    }

    /// The named points, in the order of the history.
    #[must_use]
    pub fn points(&self) -> &[EditionPoint] {
        &self.parts.points
    }

    /// A source by its key.
    #[must_use]
    pub fn source(&self, key: SourceKey) -> Option<&SourceRecord> {
        self.parts.sources.iter().find(|source| source.key == key)
    }

    /// The edition of a key: a named one, or one that [`Rulebook::as_of`] gave.
    ///
    /// # Errors
    /// [`ResolveError`] if the key names nothing here.
    pub fn edition(&self, key: &str) -> Result<Edition, ResolveError> {
        let key = EditionKey::new(key).map_err(ResolveError::Key)?;
        if let Some(point) = self.parts.points.iter().find(|point| point.key == key) {
            return Edition::resolve(&self.parts, *point);
        }
        let point = derived_point(key).ok_or(ResolveError::UnknownEdition(key))?;
        let edition = self.on_day(point.day, point.site, point.channel)?;
        // Only the canonical key of a span names it.
        if edition.key() == key {
            Ok(edition)
        } else {
            Err(ResolveError::UnknownEdition(key))
        }
    }

    /// The edition in force at an instant, for a channel of a site: for each value, the latest clause.
    ///
    /// The published rulebook answers from 2018-06-07 on, the first day of the vendor's documentation,
    /// for every channel of both sites; a channel that came later is judged by what was said of the
    /// others, or of it later.
    ///
    /// It carries the key of a named point with the same clauses, or else a key made of site,
    /// channel and the day of its latest clause, such as `intl-console@2019-09-05`.
    ///
    /// # Errors
    /// [`ResolveError::NoClause`] where no clause of a kind is known yet.
    pub fn as_of(
        &self,
        at: Timestamp,
        site: Site,
        channel: Channel,
    ) -> Result<Edition, ResolveError> {
        self.dated(at, site, channel).map(|(_, edition)| edition)
    }

    /// The edition that is in force at an instant, and the offset in which the day of that instant
    /// begins: it is the same edition as long as that day and the one in the declared offset last.
    pub(crate) fn dated(
        &self,
        at: Timestamp,
        site: Site,
        channel: Channel,
    ) -> Result<(Offset, Edition), ResolveError> {
        // The offset in which a day begins is itself a dated value; it is read on the day as seen
        // in the declared one.
        let declared = Calendar::default().offset;
        let first = self.on_day(at.day_in(declared), site, channel)?;
        let offset = first.calendar().value.offset;
        if offset == declared {
            return Ok((offset, first));
        }
        let edition = self.on_day(at.day_in(offset), site, channel)?;
        Ok((offset, edition))
    }

    /// The edition that a case was pinned to (L9).
    ///
    /// # Errors
    /// [`ResolveError::ChangedEdition`] if the key names nothing here, or names other values than it
    /// did then.
    pub fn pinned(&self, pin: &Pin) -> Result<Edition, ResolveError> {
        let key = pin.edition;
        let named = self.parts.points.iter().find(|point| point.key == key);
        // A pin to a span without a name stays good when the span gets one.
        let point = named.copied().or_else(|| derived_point(key));
        let edition = point.and_then(|point| Edition::resolve(&self.parts, point).ok());
        edition
            .filter(|edition| edition.has_pin(pin))
            .ok_or(ResolveError::ChangedEdition(*pin))
    }

    fn on_day(&self, day: Day, site: Site, channel: Channel) -> Result<Edition, ResolveError> {
        let unnamed = EditionPoint {
            key: derived_key(day, site, channel)?,
            day,
            site,
            channel,
        };
        let edition = Edition::resolve(&self.parts, unnamed)?;
        let lines = edition.lines();
        let first = lines.iter().map(|line| line.cite.since).max();
        let first = first.unwrap_or(day);
        let next = self.parts.next_clause(day, site, channel);
        let named = self.parts.points.iter().find(|point| {
            point.site == site
                && point.channel == channel
                && point.day >= first
                && next.is_none_or(|next| point.day < next)
        });
        let point = match named {
            Some(point) => *point,
            None => EditionPoint {
                key: derived_key(first, site, channel)?,
                day: first,
                ..unnamed
            },
        };
        // The same clauses are in force all through the span.
        Ok(edition.at(point))
    }
}

/// The first source that the rulebook does not list.
fn unlisted(parts: &RulebookParts, sources: &Sources) -> Option<SourceKey> {
    let listed = |key: &SourceKey| parts.sources.iter().any(|source| source.key == *key);
    sources.as_slice().iter().copied().find(|key| !listed(key))
}

fn derived_key(day: Day, site: Site, channel: Channel) -> Result<EditionKey, ResolveError> {
    EditionKey::new(&format!("{}-{}@{day}", site.word(), channel.word())).map_err(ResolveError::Key)
}

fn derived_point(key: EditionKey) -> Option<EditionPoint> {
    let (scope, day) = key.as_str().split_once('@')?;
    let midnight: Timestamp = format!("{day}T00:00:00Z").parse().ok()?;
    let day = midnight.day_in(crate::model::Offset::UTC);
    let (site, channel) = scope.split_once('-')?;
    let site = Site::ALL.into_iter().find(|s| s.word() == site)?;
    let channel = Channel::ALL.into_iter().find(|c| c.word() == channel)?;
    Some(EditionPoint {
        key,
        day,
        site,
        channel,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::{Sourced, TermRule};

    #[test]
    fn the_published_parts_are_a_rulebook() {
        let published = Rulebook::published();
        assert_eq!(
            Rulebook::new(published.parts().clone()).as_ref(),
            Ok(&published)
        );
    }

    #[test]
    fn every_source_of_a_rule_is_listed() {
        let book = Rulebook::published();
        for record in crate::rulebook::rule::RULES {
            for key in record.sources.split(' ').filter(|key| *key != "C") {
                let key = SourceKey::new(key).unwrap();
                assert!(book.source(key).is_some(), "{}: {key}", record.id);
            }
        }
    }

    #[test]
    fn contradictory_parts_are_refused() {
        let parts = || Rulebook::published().parts().clone();

        let mut twice = parts();
        twice.notice.push(twice.notice[0].clone());
        assert!(matches!(
            Rulebook::new(twice),
            Err(RulebookError::Ambiguous {
                field: Field::Notice,
                ..
            })
        ));

        let mut unsourced = parts();
        unsourced.term[0].value = Sourced::stated(TermRule { days: 365 }, "");
        assert!(matches!(
            Rulebook::new(unsourced),
            Err(RulebookError::NoSource {
                field: Field::Term,
                ..
            })
        ));

        let mut unknown = parts();
        unknown.term[0].value = Sourced::stated(TermRule { days: 365 }, "NOPE");
        assert!(matches!(
            Rulebook::new(unknown),
            Err(RulebookError::UnknownSource { .. })
        ));

        let mut reserved = parts();
        reserved.points[0].key = EditionKey::new("cn-api@2021-09-21").unwrap();
        assert!(matches!(
            Rulebook::new(reserved),
            Err(RulebookError::ReservedKey(_))
        ));

        let mut listed_twice = parts();
        listed_twice.sources.push(listed_twice.sources[0].clone());
        assert!(matches!(
            Rulebook::new(listed_twice),
            Err(RulebookError::DuplicateSource(_))
        ));

        let mut same_key = parts();
        same_key.points.push(same_key.points[0]);
        assert!(matches!(
            Rulebook::new(same_key),
            Err(RulebookError::DuplicateKey(_))
        ));

        let mut too_early = parts();
        too_early.points[0].day = Day::new(1999, 1, 1).unwrap();
        assert!(matches!(
            Rulebook::new(too_early),
            Err(RulebookError::Unresolved { .. })
        ));
    }

    #[test]
    fn a_span_has_one_key() {
        let book = Rulebook::published();
        let at = |text: &str| {
            book.as_of(text.parse().unwrap(), Site::Cn, Channel::Api)
                .unwrap()
        };
        assert_eq!(
            at("2021-03-01T00:00:00+08:00").key().as_str(),
            "2021-02-api"
        );
        assert_eq!(
            at("2021-02-26T00:00:00+08:00").key().as_str(),
            "2021-02-api"
        );
        // One second before that day begins in the rulebook's offset, the span before it ends.
        let before = at("2021-02-25T23:59:59+08:00");
        assert_eq!(before.key().as_str(), "cn-api@2021-02-05");
        // Before the first day of the documents, nothing is known.
        let unknown = "2018-06-06T23:59:59+08:00".parse().unwrap();
        assert!(matches!(
            book.as_of(unknown, Site::Cn, Channel::Api),
            Err(ResolveError::NoClause {
                field: Field::Calendar,
                ..
            })
        ));
        let later = at("2021-12-01T00:00:00Z");
        assert_eq!(later.key().as_str(), "cn-api@2021-09-21");
        assert_eq!(book.pinned(&later.pin()), Ok(later));
        assert!(book.edition("cn-api@2021-09-22").is_err());
        assert!(book.edition("cn-api@2021-13-22").is_err());
        assert!(book.edition("nowhere").is_err());
    }

    #[test]
    fn naming_a_span_breaks_no_pin() {
        let book = Rulebook::published();
        let at = "2022-06-01T00:00:00Z".parse().unwrap();
        let unnamed = book.as_of(at, Site::Cn, Channel::Api).unwrap();
        let mut parts = book.parts().clone();
        parts.points.push(EditionPoint {
            key: EditionKey::new("2022-cn").unwrap(),
            day: Day::new(2022, 1, 1).unwrap(),
            site: Site::Cn,
            channel: Channel::Api,
        });
        let named = Rulebook::new(parts).unwrap();
        let edition = named.as_of(at, Site::Cn, Channel::Api).unwrap();
        assert_eq!(edition.key().as_str(), "2022-cn");
        assert_eq!(edition.digest(), unnamed.digest());
        assert!(named.pinned(&unnamed.pin()).is_ok());
        assert!(named.pinned(&edition.pin()).is_ok());
    }

    #[test]
    fn a_changed_edition_is_not_the_pinned_one() {
        let book = Rulebook::published();
        let pin = book.edition("2021-02-api").unwrap().pin();
        let mut parts = book.parts().clone();
        for clause in &mut parts.return_days {
            clause.value.value.0 += 1;
        }
        let changed = Rulebook::new(parts).unwrap();
        assert_eq!(changed.pinned(&pin), Err(ResolveError::ChangedEdition(pin)));
        // A rulebook that has no such edition has it with no values.
        let mut parts = book.parts().clone();
        parts.points.retain(|point| point.key != pin.edition);
        let renamed = Rulebook::new(parts).unwrap();
        assert_eq!(renamed.pinned(&pin), Err(ResolveError::ChangedEdition(pin)));
    }
}
