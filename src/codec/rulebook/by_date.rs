//! The tables of the CA/Browser Forum: rows that hold from an instant on, not for a site or channel.

use alloc::vec::Vec;

use crate::model::{Day, Offset, Timestamp};
use crate::rulebook::{Ceiling, GroundSet, ProofReuse, RevocationDuty, ShortLived, Sourced};

use super::node::Node;
use super::place::{Place, TableAt};
use super::value::FileValue;
use super::{CEILING, PROOF_REUSE, REVOCATION_DUTY, SHORT_LIVED};

/// A row that holds from an instant on.
pub(super) trait ByDate: Copy {
    /// The name of its table.
    const TABLE: &'static str;
    /// Its keys besides `from`, `sources` and `standing`.
    const KEYS: &'static [&'static str];

    /// Its first instant.
    fn from(&self) -> Timestamp;

    /// For which grounds it speaks, where rows of one instant may speak of different ones.
    fn grounds(&self) -> Option<GroundSet> {
        None
    }

    /// What stands under its keys, in their order.
    fn write(&self) -> Vec<Node>;

    /// Reads what stands under its keys.
    fn read(table: &TableAt<'_>, from: Timestamp) -> Option<Self>;
}

macro_rules! by_date {
    ($($type:ident: $table:ident { $($field:ident),+ } $(of $grounds:ident)?;)+) => {$(
        impl ByDate for $type {
            const TABLE: &'static str = $table;
            const KEYS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn from(&self) -> Timestamp {
                self.from
            }

            $(fn grounds(&self) -> Option<GroundSet> {
                Some(self.$grounds)
            })?

            fn write(&self) -> Vec<Node> {
                let Self { from: _, $($field),+ } = self;
                Vec::from([$(FileValue::write($field)),+])
            }

            fn read(table: &TableAt<'_>, from: Timestamp) -> Option<Self> {
                $(let $field = table.need(stringify!($field));)+
                Some(Self { from, $($field: $field?),+ })
            }
        }
    )+};
}

by_date! {
    Ceiling: CEILING { max_days, advised_days };
    ProofReuse: PROOF_REUSE { max_days };
    RevocationDuty: REVOCATION_DUTY { grounds, must_hours, should_hours } of grounds;
    ShortLived: SHORT_LIVED { max_days };
}

/// Whether two rows speak of the same: one of the file takes the place of such a published one.
pub(super) fn alike<T: ByDate>(one: &Sourced<T>, other: &Sourced<T>) -> bool {
    let (one, other) = (one.value, other.value);
    one.from() == other.from() && one.grounds() == other.grounds()
}

/// The first instant of a row: a day of UTC, or an instant.
pub(super) struct Start(pub(super) Timestamp);

impl Start {
    /// As it stands in a file: a row from the first instant has none.
    pub(super) fn written(from: Timestamp) -> Node {
        (from != Timestamp::MIN).then_some(Self(from)).write()
    }
}

impl FileValue for Start {
    fn write(&self) -> Node {
        let day = self.0.day_in(Offset::UTC);
        if day.midnight(Offset::UTC) == self.0 {
            day.write()
        } else {
            Node::text(self.0)
        }
    }

    fn read(place: Place<'_>) -> Option<Self> {
        let Some(text) = place.instant_text() else {
            return Day::read(place).map(|day| Self(day.midnight(Offset::UTC)));
        };
        let instant = text.parse();
        if instant.is_err() {
            let expected = "an instant such as \"2020-09-01T00:00:00Z\"";
            place.wrong_form(&text, expected, None);
        }
        instant.ok().map(Self)
    }
}
