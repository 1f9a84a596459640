//! A state of a small world, and the one that stands for all that differ from it in names alone.

use std::vec::Vec;

use crate::lifecycle::World;
use crate::model::{CertificateInstance, End, Phase, Timestamp};

use super::fingerprint::{Fingerprint, fingerprint};
use super::small::SmallWorld;
use super::write::{Names, Writer};

/// A state: what there is, when it is looked at, and what of the world's budget is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// What there is.
    pub world: World,
    /// When.
    pub now: Timestamp,
    /// How many orders were begun.
    pub orders: u8,
    /// How often time has moved on.
    pub turns: u8,
}

/// So many instances are sorted by what they look like.
type Looks = (u64, u64, u8);

impl SmallWorld {
    /// The bytes of a state, from which it can be read again. None where it holds something that no
    /// command of this world brings in.
    pub(super) fn written(&self, state: &State) -> Option<Vec<u8>> {
        let writer = self.own(state);
        writer.is_exact().then(|| writer.bytes().to_vec())
    }

    /// A state, written as it is.
    pub(super) fn own(&self, state: &State) -> Writer<'_> {
        let mut writer = self.writer(Names::Own);
        writer.state(state);
        writer
    }

    /// 128 bits that stand for a state, as it is.
    #[must_use]
    pub fn fingerprint(&self, state: &State) -> u128 {
        self.own(state).fingerprint()
    }

    /// 128 bits that stand for a state and for all that differ from it in names, or in instants that
    /// no decision reads.
    ///
    /// Two states with the same fingerprint have the same future, names apart: what is hashed is the
    /// whole state under other names. That two states of a class get different ones costs time and
    /// hides nothing.
    #[must_use]
    pub fn class_fingerprint(&self, state: &State) -> u128 {
        let mut looks = self.writer(Names::None);
        let mut begin = 0;
        let own: Vec<(&CertificateInstance, u64)> = state
            .world
            .instances()
            .map(|one| {
                looks.looks(&state.world, one);
                let bytes = looks.bytes();
                let seen = fingerprint(bytes.get(begin..).unwrap_or_default()).low();
                begin = bytes.len();
                (one, seen)
            })
            .collect();
        let of = |id| {
            own.iter()
                .find(|(one, _)| one.id() == id)
                .map_or(0, |(_, seen)| *seen)
        };
        let mut sorted: Vec<(Looks, &CertificateInstance)> = own
            .iter()
            .zip(0..)
            .map(|((one, seen), place)| {
                let mut around = Vec::new();
                let mut see = |kind: u8, seen: u64| {
                    around.push(kind);
                    around.extend_from_slice(&seen.to_le_bytes());
                };
                if let Some(renewed) = one.renewed() {
                    see(1, of(renewed.from));
                }
                for absorbed in one.absorbed() {
                    see(2, of(*absorbed));
                }
                if let Phase::Ended {
                    how: End::Merged(into),
                    ..
                } = one.phase()
                {
                    see(3, of(*into));
                }
                let chain = state
                    .world
                    .chains()
                    .find(|chain| Some(chain.id()) == one.chain());
                for member in chain.iter().flat_map(|chain| chain.members()) {
                    see(4, of(member.instance));
                }
                for (other, seen) in &own {
                    if other.renewed().is_some_and(|own| own.from == one.id()) {
                        see(5, *seen);
                    }
                    if other.purchase().is_some() && other.purchase() == one.purchase() {
                        see(6, *seen);
                    }
                }
                ((*seen, fingerprint(&around).low(), place), *one)
            })
            .collect();
        sorted.sort_unstable_by_key(|(looks, _)| *looks);
        let order: Vec<&CertificateInstance> = sorted.into_iter().map(|(_, one)| one).collect();
        let mut writer = self.writer(Names::ByPlace);
        writer.class(state, &order);
        writer.fingerprint()
    }

    pub(super) fn writer(&self, names: Names) -> Writer<'_> {
        Writer::new(&self.kit, &self.laws, self.start, names)
    }
}

impl Fingerprint {
    /// The lower half.
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    const fn low(self) -> u64 {
        self.0 as u64
    }
}
