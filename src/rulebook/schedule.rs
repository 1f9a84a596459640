//! Dated clauses: which value was the latest word on a day, for a site and a channel.

use core::fmt;

use crate::model::{Channel, Day, Site};

use super::source::Sourced;

/// Whom a clause speaks of; `None` means all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The site, or both sites.
    pub site: Option<Site>,
    /// The channel, or every one.
    pub channel: Option<Channel>,
}

impl Scope {
    /// Both sites, every channel.
    pub const ALL: Self = Self {
        site: None,
        channel: None,
    };
    /// The programming interface of both sites.
    pub const API: Self = Self {
        site: None,
        channel: Some(Channel::Api),
    };

    /// The console of both sites.
    pub const CONSOLE: Self = Self {
        site: None,
        channel: Some(Channel::Console),
    };
    /// The instance operations of both sites.
    pub const API_V2: Self = Self {
        site: None,
        channel: Some(Channel::ApiV2),
    };
    /// Every channel of the China site.
    pub const CN: Self = Self {
        site: Some(Site::Cn),
        channel: None,
    };
    /// Every channel of the international site.
    pub const INTL: Self = Self {
        site: Some(Site::Intl),
        channel: None,
    };

    /// One channel of one site.
    #[must_use]
    pub const fn only(site: Site, channel: Channel) -> Self {
        Self {
            site: Some(site),
            channel: Some(channel),
        }
    }

    /// Whether it speaks of a channel of a site.
    #[must_use]
    pub fn covers(self, site: Site, channel: Channel) -> bool {
        self.site.is_none_or(|own| own == site) && self.channel.is_none_or(|own| own == channel)
    }

    /// Whether two scopes speak of a common case.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        Site::ALL.into_iter().any(|site| {
            Channel::ALL
                .into_iter()
                .any(|channel| self.covers(site, channel) && other.covers(site, channel))
        })
    }
}

impl fmt::Display for Scope {
    /// Such as `cn console`, `intl`, `api` or `all`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.site, self.channel) {
            (None, None) => f.write_str("all"),
            (Some(site), None) => f.write_str(site.word()),
            (None, Some(channel)) => f.write_str(channel.word()),
            (Some(site), Some(channel)) => write!(f, "{} {}", site.word(), channel.word()),
        }
    }
}

/// A clause: from a day on, for a scope, this value is the latest word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    /// The first day, in the rulebook's offset.
    pub from: Day,
    /// Whom it speaks of.
    pub scope: Scope,
    /// What it says.
    pub value: Sourced<T>,
}

/// The clause in force on a day.
pub(crate) struct InForce<'a, T> {
    pub(crate) clause: &'a Dated<T>,
    /// Whether it is the first one known.
    pub(crate) first: bool,
    /// The next one that says something else.
    pub(crate) next: Option<&'a Dated<T>>,
}

/// The clause in force on a day, if there is one.
pub(crate) fn in_force<T: PartialEq>(
    clauses: &[Dated<T>],
    day: Day,
    site: Site,
    channel: Channel,
) -> Option<InForce<'_, T>> {
    let ours = || clauses.iter().filter(|c| c.scope.covers(site, channel));
    let current = ours().filter(|c| c.from <= day).max_by_key(|c| c.from)?;
    let other = |c: &&Dated<T>| c.from > day && c.value.value != current.value.value;
    let next = ours().filter(other).min_by_key(|c| c.from);
    let first = ours().all(|c| c.from >= current.from);
    Some(InForce {
        clause: current,
        first,
        next,
    })
}

/// Two clauses of the same day that speak of a common case, if there are any.
pub(crate) fn ambiguous<T>(clauses: &[Dated<T>]) -> Option<Day> {
    clauses.iter().enumerate().find_map(|(place, clause)| {
        clauses
            .iter()
            .take(place)
            .any(|other| other.from == clause.from && other.scope.overlaps(clause.scope))
            .then_some(clause.from)
    })
}
